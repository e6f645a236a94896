package flows

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// Flow is a density on vectors: a base density carried to the data by a chain of blocks.
//
// It is compiled at the first call of a method, and its fields must not be changed after that; the numbers in Params
// may be, between calls. Its methods may be called by several goroutines at once. Data are matrices (rows, dim) of
// float32 or float64, converted to the element type of Params; results have that type, log-densities and
// log-determinants are in nats. Goroutines that draw must each have a source of random numbers of their own, and none
// may be that of a Hutchinson trace.
type Flow struct {
	Dim    int   // of the data; zero is the base's, which must then have a method Dim() int
	Base   Base  // nil is the standard normal density
	Blocks Block // nil is no block
	Cond   int   // width of the condition that every row comes with; zero is none, see Given
	Params *nn.Params
	Engine graph.Engine // runs the compiled graphs; zero is the native one

	once   sync.Once
	engine engine
	err    error
}

// engine runs a compiled flow for one element type.
type engine interface {
	logProb(ctx context.Context, x, cond *tensor.Dense) ([]float64, error)
	transform(ctx context.Context, x, cond *tensor.Dense, inverse bool) (*tensor.Dense, []float64, error)
	sample(ctx context.Context, n int, cond *tensor.Dense, rng *rand.Rand) (*tensor.Dense, error)
	score(ctx context.Context, x, cond *tensor.Dense) (*tensor.Dense, error)
	condScore(ctx context.Context, x, cond *tensor.Dense) (*tensor.Dense, error)
	trajectory(ctx context.Context, z, cond *tensor.Dense, frames int) ([]Frame, error)
	trajectoryAt(ctx context.Context, z, cond *tensor.Dense, times [][]float64) ([]Frame, error)
	loss(ctx context.Context, x *tensor.Dense) (float64, error)
	sampleLogProb(ctx context.Context, n int, cond *tensor.Dense, rng *rand.Rand) (*tensor.Dense, []float64, error)
	explain(ctx context.Context, x, cond *tensor.Dense) (*Explanation, error)
	estimate(ctx context.Context, x, cond *tensor.Dense) ([]Estimate, error)
	vjp(ctx context.Context, from, cond *tensor.Dense, inverse bool, seed *tensor.Dense, seedDet []float64) (grad, condGrad *tensor.Dense, err error)
	pathLoss(ctx context.Context, z *tensor.Dense, of PathLoss) (float64, error)
	lossParts() LossParts
	summary() string
	model() []gorgonia.ValueGrad
	foreign() string
	sampleBase(n int, rng *rand.Rand) (*tensor.Dense, error)
	stepGraph(block int, back bool) (*graph.Graph, error)
}

// Compile builds and compiles the flow's graphs and draws the initial values of its parameters. Every other method
// does it when first called; call it yourself to see mistakes early and to have the parameters in order to load them.
// Its error is final: correct the mistake in a new Flow.
func (f *Flow) Compile() error {
	f.once.Do(func() { f.engine, f.err = f.compile() })
	return f.err
}

func (f *Flow) compile() (engine, error) {
	if f.Params == nil {
		return nil, errors.New("flows: Params is nil")
	}
	base := f.Base
	if base == nil {
		base = Normal{}
	}
	dim := f.Dim
	if d, ok := base.(interface{ Dim() int }); ok && d.Dim() > 0 {
		if dim != 0 && dim != d.Dim() {
			return nil, fmt.Errorf("flows: Dim is %d and the base has %d dimensions", dim, d.Dim())
		}
		dim = d.Dim()
	}
	if dim < 1 {
		return nil, fmt.Errorf("flows: Dim is %d; set it, or a base that knows its own", dim)
	}
	if f.Cond < 0 {
		return nil, fmt.Errorf("flows: Cond is %d: want the width of a condition, or 0 for none", f.Cond)
	}
	var blocks []Block
	if f.Blocks != nil {
		blocks = leaves(f.Blocks)
	}
	if f.Params.DtypeOrDefault() == tensor.Float64 {
		return compile[float64](f, base, blocks, dim)
	}
	return compile[float32](f, base, blocks, dim)
}

// LogProb returns log p(x) of every row of x (rows, dim), in nats:
//
//	log p(x) = log p_base(z) + log |det ∂z/∂x|,   z = Inverse(x)
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
	if err := f.Compile(); err != nil {
		return nil, err
	}
	if err := checkSample(n, rng); err != nil {
		return nil, err
	}
	return f.engine.sampleBase(n, rng)
}

// SampleLogProb draws n rows from the flow (n, dim) and returns log p of each, in one solve.
func (f *Flow) SampleLogProb(ctx context.Context, n int, rng *rand.Rand) (x *tensor.Dense, logp []float64, err error) {
	return f.Given(nil).SampleLogProb(ctx, n, rng)
}

func checkSample(n int, rng *rand.Rand) error {
	if n < 1 {
		return fmt.Errorf("flows: sample %d rows: want at least 1", n)
	}
	if rng == nil {
		return errors.New("flows: sample: the source of random numbers is nil")
	}
	return nil
}

// Score returns ∇ₓ log p(x) of every row of x, shape (rows, dim). It is the exact gradient of what LogProb computes with
// the steps that were taken; with the solver's Adjoint it is that of the continuous solution, to the tolerance. A row
// that fails is an error without results.
func (f *Flow) Score(ctx context.Context, x *tensor.Dense) (*tensor.Dense, error) {
	return f.Given(nil).Score(ctx, x)
}

// StepGraph returns the graph of one solver step of a block, counted from the base, with the trace; with gradients it
// is the graph of the step's vector-Jacobian product. It is for looking at, with graph.DOT.
func (f *Flow) StepGraph(block int, gradients bool) (*graph.Graph, error) {
	if err := f.Compile(); err != nil {
		return nil, err
	}
	return f.engine.stepGraph(block, gradients)
}
