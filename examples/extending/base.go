package extending

import (
	"math"
	"math/rand/v2"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// Laplace is the density Π_d e^(-|z_d|/b_d) / 2b_d. Its parameter "log_scale" (1, dim) is ln b and starts at 0.
type Laplace struct{}

var _ flows.Base = Laplace{}

// LogProb writes -Σ |z_d|/b_d - Σ ln 2b_d.
func (Laplace) LogProb(s *nn.Scope, z *graph.Node) *graph.Node {
	logScale := s.Param("log_scale", nn.Zeros, 1, z.Shape()[1])
	far := graph.SumCols(graph.Mul(graph.Abs(z), graph.Exp(graph.Neg(logScale))))
	return graph.Neg(graph.Add(far, graph.SumCols(graph.Shift(logScale, math.Ln2))))
}

// Sample draws z_d = ±b_d e with e from the exponential distribution.
func (Laplace) Sample(param func(string) []float64, rng *rand.Rand, dst []float64, dim int) {
	logScale := param("log_scale")
	for i := range dst {
		dst[i] = math.Exp(logScale[i%dim]) * rng.ExpFloat64()
		if rng.Uint64()&1 == 0 {
			dst[i] = -dst[i]
		}
	}
}
