package flows

import (
	"fmt"
	"math/rand/v2"

	"github.com/go-ffjord/ffjord/graph"
)

// Trace writes the trace of a field's Jacobian, tr(∂f/∂z), or an estimate of it, into a graph: a column (rows, 1) from
// z and f, both (rows, dim).
type Trace interface {
	Trace(g *graph.Graph, z, f *graph.Node) *graph.Node
}

// Noisy is a Trace that uses noise of its own. The noise is drawn once for every call of the flow and block, before
// anything is solved, and stays fixed over the solve.
type Noisy interface {
	Trace
	// Inputs returns the names of the inputs per row that Trace declares for the noise, each of the state's width.
	Inputs() []string
	// Draw fills dst with the noise of one row, input after input.
	Draw(dst []float64)
}

// Sampled is a Noisy trace that is the mean of several estimates, and so knows its error.
type Sampled interface {
	Noisy
	// Each writes the estimates, one for each input, side by side (rows, estimates).
	Each(g *graph.Graph, z, f *graph.Node) *graph.Node
	// StdErr returns the standard error of the mean of one row's estimates, or of their integrals over time, for a
	// state of width dim.
	StdErr(each []float64, dim int) float64
}

// Exact is the exact trace, by one Jacobian-vector product for each dimension.
type Exact struct{}

var _ Trace = Exact{}

// Trace writes Σ_d ∂f_d/∂z_d.
func (Exact) Trace(g *graph.Graph, z, f *graph.Node) *graph.Node {
	dim := z.Shape()[1]
	var sum *graph.Node
	for d := range dim {
		unit := graph.FillColumns(z, 1, 1)
		if dim > 1 {
			unit = graph.PadColumns(unit, d, dim)
		}
		column := graph.JVP([]*graph.Node{f}, []*graph.Node{z}, []*graph.Node{unit})[0]
		if column == nil {
			continue
		}
		if dim > 1 {
			column = graph.Columns(column, d, d+1)
		}
		if sum == nil {
			sum = column
		} else {
			sum = graph.Add(sum, column)
		}
	}
	if sum == nil {
		return graph.FillColumns(z, 0, 1)
	}
	return sum
}

// Hutchinson is the unbiased estimate tr(J) ≈ mean over probes of εᵀJε (Hutchinson 1990; Grathwohl et al. 2019, eq. 7),
// by one Jacobian-vector product for each probe. Its noise is drawn once for every call of the flow and block and stays
// fixed over the solve, without which the equation would not be one. Calls that run at the same time share the source,
// and which of them gets which noise is then left to chance.
type Hutchinson struct {
	Noise  Noise      // of mean 0 and variance 1; nil is Rademacher
	Probes int        // zero is 1
	Rand   *rand.Rand // draws the noise; required
}

var _ Noisy = Hutchinson{}

// Trace writes the estimate.
func (h Hutchinson) Trace(g *graph.Graph, z, f *graph.Node) *graph.Node {
	if h.Probes < 0 {
		graph.Fail("flows: Hutchinson: %d probes, want at least 1", h.Probes)
	}
	if h.Rand == nil {
		graph.Fail("flows: Hutchinson: Rand is nil, and the noise needs a source")
	}
	if n, ok := h.Noise.(ProbeNoise); ok && n != Rademacher && n != Gaussian {
		graph.Fail("flows: Hutchinson: noise %q is neither %q nor %q", string(n), string(Rademacher), string(Gaussian))
	}
	var sum *graph.Node
	for _, name := range h.Inputs() {
		e := g.Rows(name, z.Shape()[1])
		je := graph.JVP([]*graph.Node{f}, []*graph.Node{z}, []*graph.Node{e})[0]
		if je == nil { // the field does not depend on z
			continue
		}
		term := graph.SumCols(graph.Mul(e, je))
		if sum == nil {
			sum = term
		} else {
			sum = graph.Add(sum, term)
		}
	}
	if sum == nil {
		return graph.FillColumns(z, 0, 1)
	}
	if n := h.probes(); n > 1 {
		sum = graph.Scale(sum, 1/float64(n))
	}
	return sum
}

// Inputs returns one name for each probe.
func (h Hutchinson) Inputs() []string {
	names := make([]string, h.probes())
	for i := range names {
		names[i] = fmt.Sprintf("noise%d", i)
	}
	return names
}

func (h Hutchinson) probes() int { return max(1, h.Probes) }

// Draw draws the probes of one row, one after the other.
func (h Hutchinson) Draw(dst []float64) {
	if h.Noise == nil {
		h.Noise = Rademacher
	}
	h.Noise.Draw(h.Rand, dst)
}
