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
type Normal struct {
	Loc   []float64 // mean of each dimension; nil is zeros
	Scale []float64 // standard deviation of each dimension, positive; nil is ones
}

var _ Base = Normal{}

// Dim returns the number of dimensions, 0 where both fields are nil.
func (b Normal) Dim() int { return max(len(b.Loc), len(b.Scale)) }

// LogProb writes -½ Σ ((z - μ)/σ)² - Σ ln σ - ½ dim ln 2π.
func (b Normal) LogProb(_ *nn.Scope, z *graph.Node) *graph.Node {
	dim := z.Shape()[1]
	b.check(dim)
	norm := float64(dim) / 2 * math.Log(2*math.Pi)
	if b.Loc != nil {
		z = graph.Sub(z, constantColumns(z, b.Loc))
	}
	if b.Scale != nil {
		inverse := make([]float64, dim)
		for d, s := range b.Scale {
			inverse[d] = 1 / s
			norm += math.Log(s)
		}
		z = graph.Mul(z, constantColumns(z, inverse))
	}
	return graph.Shift(graph.Scale(graph.SumCols(graph.Square(z)), -0.5), -norm)
}

// Sample draws z = μ + σ ε with ε from N(0, I).
func (b Normal) Sample(_ func(string) []float64, rng *rand.Rand, dst []float64, dim int) {
	for i := range dst {
		d := i % dim
		dst[i] = rng.NormFloat64()
		if b.Scale != nil {
			dst[i] *= b.Scale[d]
		}
		if b.Loc != nil {
			dst[i] += b.Loc[d]
		}
	}
}

func (b Normal) check(dim int) {
	if b.Loc != nil && len(b.Loc) != dim {
		graph.Fail("flows: Normal: Loc has %d dimensions, the flow has %d", len(b.Loc), dim)
	}
	if b.Scale != nil && len(b.Scale) != dim {
		graph.Fail("flows: Normal: Scale has %d dimensions, the flow has %d", len(b.Scale), dim)
	}
	for d, s := range b.Scale {
		if !(s > 0) || math.IsInf(s, 1) {
			graph.Fail("flows: Normal: Scale[%d] is %v, want a positive number", d, s)
		}
	}
	for d, m := range b.Loc {
		if math.IsNaN(m) || math.IsInf(m, 0) {
			graph.Fail("flows: Normal: Loc[%d] is %v, want a finite number", d, m)
		}
	}
}

// constantColumns returns a matrix of like's rows whose column d is all values[d]. Neighbouring columns of one value
// are one constant.
func constantColumns(like *graph.Node, values []float64) *graph.Node {
	var parts []*graph.Node
	for from := 0; from < len(values); {
		to := from + 1
		for to < len(values) && values[to] == values[from] {
			to++
		}
		parts = append(parts, graph.FillColumns(like, values[from], to-from))
		from = to
	}
	return graph.Concat(parts...)
}
