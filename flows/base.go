package flows

import (
	"math"
	"math/rand/v2"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// Base is the density that a flow starts from.
type Base interface {
	// LogProb writes log p(z) in nats, a column (rows, 1), for z (rows, dim). Parameters come from the scope.
	LogProb(s *nn.Scope, z *graph.Node) *graph.Node
	// Sample fills dst with independent rows of width dim, row-major. param returns the present values of one of the
	// base's own parameters by the name that LogProb has asked for it, row-major.
	Sample(param func(name string) []float64, rng *rand.Rand, dst []float64, dim int)
}

// Normal is the normal density with a diagonal covariance, N(Loc, diag Scale²).
//
// With Learn its numbers are the parameters "loc" and "log_scale", (1, dim) each.
type Normal struct {
	Loc   []float64 // mean of each dimension; nil is zeros
	Scale []float64 // standard deviation of each dimension, positive; nil is ones
	Learn bool      // trains both, from Loc and Scale on
}

var _ Base = Normal{}

// Dim returns the number of dimensions, 0 where both fields are nil.
func (b Normal) Dim() int { return max(len(b.Loc), len(b.Scale)) }

// LogProb writes -½ Σ ((z - μ)/σ)² - Σ ln σ - ½ dim ln 2π.
func (b Normal) LogProb(s *nn.Scope, z *graph.Node) *graph.Node {
	checkFinite(z, "Normal: Loc", b.Loc)
	checkScale(z, "Normal: Scale", b.Scale)
	if b.Learn {
		return b.learnt(s, z)
	}
	u, norm := standardized(z, b.Loc, b.Scale, logRoot2Pi(z))
	return graph.Shift(graph.Scale(graph.SumCols(graph.Square(u)), -0.5), -norm)
}

func (b Normal) learnt(s *nn.Scope, z *graph.Node) *graph.Node {
	dim := z.Shape()[1]
	loc := s.Param("loc", startAt(b.Loc), 1, dim)
	logScale := s.Param("log_scale", startAt(logs(b.Scale)), 1, dim)
	u := graph.Mul(graph.Sub(z, loc), graph.Exp(graph.Neg(logScale)))
	squares := graph.Scale(graph.SumCols(graph.Square(u)), -0.5)
	return graph.Sub(squares, graph.Shift(graph.SumCols(logScale), logRoot2Pi(z)))
}

// Sample draws z = μ + σ ε with ε from N(0, I).
func (b Normal) Sample(param func(string) []float64, rng *rand.Rand, dst []float64, dim int) {
	loc, scale := b.Loc, b.Scale
	if b.Learn {
		loc, scale = param("loc"), exps(param("log_scale"))
	}
	for i := range dst {
		dst[i] = rng.NormFloat64()
	}
	moveRows(dst, loc, scale, dim)
}

// logRoot2Pi returns ½ dim ln 2π for z (rows, dim).
func logRoot2Pi(z *graph.Node) float64 { return float64(z.Shape()[1]) / 2 * math.Log(2*math.Pi) }

// standardized returns u = (z - loc) / scale and norm + Σ ln scale; nil leaves its operation out.
func standardized(z *graph.Node, loc, scale []float64, norm float64) (*graph.Node, float64) {
	if loc != nil {
		z = graph.Sub(z, constantColumns(z, loc))
	}
	if scale != nil {
		inverse := make([]float64, len(scale))
		for d, s := range scale {
			inverse[d] = 1 / s
			norm += math.Log(s)
		}
		z = graph.Mul(z, constantColumns(z, inverse))
	}
	return z, norm
}

// moveRows replaces every row u of width dim by loc + scale ⊙ u; nil leaves its operation out.
func moveRows(rows, loc, scale []float64, dim int) {
	for i := range rows {
		if scale != nil {
			rows[i] *= scale[i%dim]
		}
		if loc != nil {
			rows[i] += loc[i%dim]
		}
	}
}
