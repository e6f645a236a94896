package flows

import (
	"math"
	"math/rand/v2"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// Uniform is the density that is the same everywhere in a box, its faces included, and zero outside.
type Uniform struct {
	Low  []float64 // of each dimension; nil is zeros
	High []float64 // of each dimension, above Low; nil is ones
}

var _ Base = Uniform{}

// Dim returns the number of dimensions, 0 where both fields are nil.
func (b Uniform) Dim() int { return max(len(b.Low), len(b.High)) }

// LogProb writes -Σ ln(High - Low) inside and -Inf outside. Its derivative is zero inside; outside, where log p has
// none, it is NaN, and a Score fails there.
func (b Uniform) LogProb(_ *nn.Scope, z *graph.Node) *graph.Node {
	low, high := b.bounds(z)
	var logVolume float64
	for d := range low {
		logVolume += math.Log(high[d]/2-low[d]/2) + math.Ln2 // the whole difference may overflow
	}
	beyond := graph.Add(graph.Gt(constantColumns(z, low), z), graph.Gt(z, constantColumns(z, high)))
	outside := graph.SumCols(beyond)
	// 0·z is NaN for a row that is NaN, and so is 0/0 for one outside.
	slope := graph.Div(graph.Fill(outside, 0), graph.Ge(graph.Fill(outside, 0.5), outside))
	inside := graph.Shift(graph.SumCols(graph.Mul(z, slope)), -logVolume)
	return graph.Where(outside, graph.Fill(outside, math.Inf(-1)), inside)
}

// Sample draws z = Low + (High - Low) u with u from [0, 1).
func (b Uniform) Sample(_ func(string) []float64, rng *rand.Rand, dst []float64, dim int) {
	low, high := b.withDefaults(dim)
	for i := range dst {
		d := i % dim
		dst[i] = 2 * (low[d]/2 + (high[d]/2-low[d]/2)*rng.Float64())
	}
}

// bounds returns the bounds of each column of z.
func (b Uniform) bounds(z *graph.Node) (low, high []float64) {
	checkFinite(z, "Uniform: Low", b.Low)
	checkFinite(z, "Uniform: High", b.High)
	low, high = b.withDefaults(z.Shape()[1])
	for d := range low {
		if !(low[d] < high[d]) {
			graph.Fail("Uniform: dimension %d goes from %v to %v, want High above Low", d, low[d], high[d])
		}
	}
	return low, high
}

func (b Uniform) withDefaults(dim int) (low, high []float64) {
	low, high = b.Low, b.High
	if low == nil {
		low = make([]float64, dim)
	}
	if high == nil {
		high = make([]float64, dim)
		for d := range high {
			high[d] = 1
		}
	}
	return low, high
}
