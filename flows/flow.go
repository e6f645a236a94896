package flows

import (
	"context"
	"fmt"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// Flow is a density on vectors: a base density carried to the data by a chain of blocks.
//
// It is compiled at the first call of a method, and its fields but MaxBytes and Notes must not be changed after that;
// the numbers in Params may be, between calls. Its methods may be called by several goroutines at once. Goroutines that
// draw must each have a source of random numbers of their own, and none may be that of a Hutchinson trace.
//
// Data are matrices (rows, dim) of float32 or float64, converted to the element type of Params; results have that type.
// But where the blocks next to the data are [Standardize], [Affine] or [Permute], they are computed in float64 whatever
// the type: give data of large values and small differences, such as times in seconds, as float64, and no digit is
// lost. What comes out on their data's side (Sample, Forward, the last frames of a trajectory, the draws of a Pathwise)
// is float64 too. Log-densities and log-determinants are in nats.
//
// A row whose numbers are not finite, or that can't be solved, is NaN in the results and named in a [*SolveError]
// beside them; all others are what they would be without it.
type Flow struct {
	Dim    int   // of the data; zero is the base's, which must then have a method Dim() int
	Base   Base  // nil is the standard normal density
	Blocks Block // nil is no block
	Cond   int   // width of the condition that every row comes with; zero is none, see Given
	// StandardizeCond is what conditions go through before layers see them, (c - Mean)/Std by column, in float64
	// whatever the element type. Its numbers are settings, not parameters: Save keeps them, Params.Save does not. Zero
	// leaves conditions as they are.
	StandardizeCond Standardize
	Params          *nn.Params
	Engine          graph.Engine // runs the compiled graphs; zero is the native one

	// MaxBytes bounds what one call may take for its rows: results, draws, noise, and the sums of a loss's gradient.
	// More is a [*LimitError], before anything is allocated. Zero is 16 GiB. It may be changed between calls. What a
	// solver logs for gradients has a bound of its own.
	MaxBytes int64

	// MaxNodes bounds the size of all graphs together, and so what it takes to compile them: nodes, as graph.Budget
	// counts them. More is a [*LimitError]. Zero is 524,288, which takes some ten seconds.
	MaxNodes int

	// Notes are texts, by name, that a file keeps beside the model: the JSON of the data.Transform that made its rows,
	// for one. The flow does not read them.
	Notes map[string]string

	compiled lazy[compilation]
}

// Compile builds and compiles the flow's graphs and draws the initial values of its parameters. Every other method
// does it when first called, and waits for it no longer than its context lasts; the next call goes on waiting. Call it
// yourself to see mistakes early and to have the parameters in order to load them. Its error is final: correct the
// mistake in a new Flow.
func (f *Flow) Compile() error {
	_, err := f.compilation(context.Background())
	return err
}

// compilation returns the flow's plan and what runs it, compiled when first asked for.
func (f *Flow) compilation(ctx context.Context) (compilation, error) {
	c, err := f.compiled.get(ctx, "Flow.Compile", f.compile)
	if err != nil && err == ctx.Err() {
		return c, fmt.Errorf("flows: compile: %w", err)
	}
	return c, err
}

// LogProb returns log p(x) of every row of x (rows, dim), in nats:
//
//	log p(x) = log p_base(z) + log |det ∂z/∂x|,   z = Inverse(x)
//
// It is as accurate as the solver's tolerances. The default ones are made for training: they leave log p of one row in
// a hundred about 0.1 nats off. For densities to compare or to report, set the blocks' Eval to &ode.Solver{RTol: 1e-5,
// ATol: 1e-5}; [FFJORD] has a table of errors and costs.
func (f *Flow) LogProb(ctx context.Context, x *tensor.Dense) ([]float64, error) {
	return f.Given(nil).LogProb(ctx, x)
}

// Forward carries base values z (rows, dim) to data and returns log |det ∂x/∂z| of every row.
func (f *Flow) Forward(ctx context.Context, z *tensor.Dense) (x *tensor.Dense, logDet []float64, err error) {
	return f.Given(nil).Forward(ctx, z)
}

// Inverse carries data x (rows, dim) to base values and returns log |det ∂z/∂x| of every row.
func (f *Flow) Inverse(ctx context.Context, x *tensor.Dense) (z *tensor.Dense, logDet []float64, err error) {
	return f.Given(nil).Inverse(ctx, x)
}

// Sample draws n rows from the flow (n, dim). It does not compute the trace.
func (f *Flow) Sample(ctx context.Context, n int, rng *rand.Rand) (*tensor.Dense, error) {
	return f.Given(nil).Sample(ctx, n, rng)
}

// SampleBase draws n rows from the base (n, dim): what Forward and Pathwise start from.
func (f *Flow) SampleBase(n int, rng *rand.Rand) (*tensor.Dense, error) {
	c, err := f.compilation(context.Background())
	if err != nil {
		return nil, err
	}
	z, _, err := c.run.sample(context.Background(), n, nil, rng, atBase)
	return z, err
}

// SampleLogProb draws n rows from the flow (n, dim) and returns log p of each, in one solve.
func (f *Flow) SampleLogProb(ctx context.Context, n int, rng *rand.Rand) (x *tensor.Dense, logp []float64, err error) {
	return f.Given(nil).SampleLogProb(ctx, n, rng)
}

// Score returns ∇ₓ log p(x) of every row of x, shape (rows, dim). It is the exact gradient of what LogProb computes
// with the steps that were taken; with the solver's Adjoint it is that of the continuous solution, to the tolerance.
func (f *Flow) Score(ctx context.Context, x *tensor.Dense) (*tensor.Dense, error) {
	return f.Given(nil).Score(ctx, x)
}
