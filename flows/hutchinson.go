package flows

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat"

	"github.com/go-ffjord/ffjord/graph"
)

// Hutchinson is the unbiased estimate tr(J) ≈ mean over probes of εᵀJε (Hutchinson 1990; Grathwohl et al. 2019, eq. 7),
// by one Jacobian-vector product for each probe. Its noise is drawn once for every call of the flow and block and stays
// fixed over the solve, since dz/dt has to be a function of z and t. Calls that run at the same time share the source,
// and which of them gets which noise is then left to chance.
type Hutchinson struct {
	Noise  Noise      // of mean 0 and variance 1; nil is Rademacher, and Gaussian with Orthogonal
	Probes int        // zero is 1
	Rand   *rand.Rand // draws the noise; required but for a Noise of one's own, which is given it as it is
	// Orthogonal makes the probes of a row orthogonal to each other, each uniformly distributed on the sphere of radius
	// √dim. There may be at most dim of them, and with dim the trace is exact. It takes Gaussian noise.
	Orthogonal bool
}

var _ Sampled = Hutchinson{}

// Trace writes the mean of the estimates.
func (h Hutchinson) Trace(g *graph.Graph, z, f *graph.Node) *graph.Node {
	var sum *graph.Node
	for _, term := range h.estimates(g, z, f) {
		sum = add(sum, term)
	}
	if n := h.probes(); n > 1 {
		sum = graph.Scale(sum, 1/float64(n))
	}
	return sum
}

// Each writes εᵀJε of every probe, side by side (rows, probes).
func (h Hutchinson) Each(g *graph.Graph, z, f *graph.Node) *graph.Node {
	return graph.Concat(h.estimates(g, z, f)...)
}

// estimates writes εᵀJε of every probe, each (rows, 1).
func (h Hutchinson) estimates(g *graph.Graph, z, f *graph.Node) []*graph.Node {
	h.check(z.Shape()[1])
	var out []*graph.Node
	for _, name := range h.Inputs() {
		out = append(out, quadratic(z, f, g.Rows(name, z.Shape()[1])))
	}
	return out
}

// quadratic returns eᵀJe.
func quadratic(z, f, e *graph.Node) *graph.Node {
	je := graph.JVP([]*graph.Node{f}, []*graph.Node{z}, []*graph.Node{e})[0]
	if je == nil { // the field does not depend on z
		return graph.FillCols(z, 0, 1)
	}
	return graph.SumCols(graph.Mul(e, je))
}

func (h Hutchinson) check(dim int) {
	if h.Probes < 0 {
		graph.Fail("Hutchinson: %d probes, want at least 1", h.Probes)
	}
	n, named := h.Noise.(ProbeNoise)
	if h.Rand == nil && (h.Noise == nil || named) {
		graph.Fail("Hutchinson: Rand is nil: want a source of random numbers for the noise")
	}
	if named && n != Rademacher && n != Gaussian {
		graph.Fail("Hutchinson: noise %q is neither %q nor %q", string(n), string(Rademacher), string(Gaussian))
	}
	if !h.Orthogonal {
		return
	}
	if h.Noise != nil && h.Noise != Gaussian {
		graph.Fail("Hutchinson: orthogonal probes come from %q noise, not from %v", string(Gaussian), h.Noise)
	}
	if n := h.probes(); n > dim {
		graph.Fail("Hutchinson: %d orthogonal probes in %d dimensions, want at most one a dimension", n, dim)
	}
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

// Draw draws the probes of one row, one after the other, by one call of Noise.Draw for all of them.
func (h Hutchinson) Draw(dst []float64) {
	switch {
	case h.Orthogonal:
		drawFrame(h.Rand, dst, len(dst)/h.probes())
	case h.Noise == nil:
		Rademacher.Draw(h.Rand, dst)
	default:
		h.Noise.Draw(h.Rand, dst)
	}
}

// StdErr returns the standard error of the mean of n estimates of standard deviation s, estimated from themselves: s/√n
// for independent probes, and for orthogonal ones
//
//	s/√n · √(1 - n/dim)
//
// as for n draws without replacement out of dim. That is what they are: the dim estimates xᵢ of a whole random frame
// sum to dim·tr J whatever the frame, so that the covariance of two of them is -Var(x)/(dim - 1); hence Var(mean) =
// Var(x)/n·(dim - n)/(dim - 1) and E s² = Var(x)·dim/(dim - 1).
//
// It is 0 for dim orthogonal probes, and +Inf for one probe otherwise, which tells nothing about its error.
func (h Hutchinson) StdErr(each []float64, dim int) float64 {
	n := len(each)
	switch {
	case h.Orthogonal && n == dim:
		return 0
	case n < 2:
		return math.Inf(1)
	}
	e := stat.StdErr(stat.StdDev(each, nil), float64(n))
	if h.Orthogonal {
		e *= math.Sqrt(1 - float64(n)/float64(dim))
	}
	return e
}
