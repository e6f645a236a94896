package flows

import (
	"math"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// Logit is the block that opens data between 0 and 1 to all numbers on their way to the base (Dinh et al. 2017, section
// 4.1), element by element:
//
//	s = α + (1 - 2α) x,   z = ln s - ln(1 - s)
//	log |det ∂z/∂x| = Σ ln(1 - 2α) - ln(s (1 - s))
//
// α keeps 0 and 1 themselves at finite z. What Forward gives therefore lies between -α/(1 - 2α) and 1 + α/(1 - 2α).
// In float32 s is 1 to the last bit from z = 17 on, and Inverse after Forward loses digits from z = 14 on.
// Beyond these no z exists: there Inverse gives NaN, and a flow says so of the row.
type Logit struct {
	Alpha float64 // α, from 0 to below ½; zero is 1e-6
}

var _ Block = Logit{}

// Forward writes x = (σ(z) - α) / (1 - 2α).
func (b Logit) Forward(_ *nn.Scope, z *graph.Node) (x, logDet *graph.Node) {
	alpha, width := b.squeeze(z)
	x = graph.Scale(graph.Shift(graph.Sigmoid(z), -alpha), 1/width)
	// ln s = -softplus(-z) and ln(1 - s) = -softplus(z) are exact where s is within rounding of 0 or 1.
	both := graph.Add(graph.Softplus(z), graph.Softplus(graph.Neg(z)))
	return x, graph.Neg(graph.SumCols(graph.Shift(both, math.Log(width))))
}

// Inverse writes z = ln(s / (1 - s)).
func (b Logit) Inverse(_ *nn.Scope, x *graph.Node) (z, logDet *graph.Node) {
	alpha, width := b.squeeze(x)
	// s/(1 - 2α) = x + a and (1 - s)/(1 - 2α) = (1 - x) + a, which lose nothing near x = 0 and x = 1.
	a := alpha / width
	low := graph.Shift(x, a)
	high := graph.Shift(graph.Shift(graph.Neg(x), 1), a)
	slopes := graph.Shift(graph.Log(graph.Mul(low, high)), math.Log(width))
	return graph.Log(graph.Div(low, high)), graph.Neg(graph.SumCols(slopes))
}

// squeeze returns α and the width 1 - 2α of the range of s.
func (b Logit) squeeze(like *graph.Node) (alpha, width float64) {
	alpha = b.Alpha
	if alpha == 0 {
		alpha = 1e-6
	}
	if !(alpha > 0 && alpha < 0.5) {
		graph.Fail("Logit: Alpha is %v, want a number from 0 to below 0.5", b.Alpha)
	}
	if like.Dtype() == tensor.Float32 && float32(alpha) == 0 {
		graph.Fail("Logit: Alpha is %v, which is 0 in float32", alpha)
	}
	return alpha, 1 - 2*alpha
}
