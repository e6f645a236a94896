package nn

import (
	"math"

	"github.com/go-ffjord/ffjord/graph"
)

// normalized returns w (in, out) divided by its largest singular value, which the given number of steps of the power
// method finds.
func normalized(w *graph.Node, steps int) *graph.Node {
	transposed := graph.Transpose(w)
	v := startVector(w)
	for range steps {
		v = graph.MatMul(graph.MatMul(v, transposed), w)
		v = graph.Div(v, norm(v))
	}
	return graph.Div(w, norm(graph.MatMul(v, transposed)))
}

// startVector returns v (1, out) of length 1 with vⱼ ~ cos(2πj/φ), φ the golden ratio: numbers without a pattern that
// weights could share, so that v is not orthogonal to their first singular vector.
func startVector(w *graph.Node) *graph.Node {
	count := counted(w, w.Shape()[1])
	v := graph.Cos(graph.Scale(count, 2*math.Pi/math.Phi))
	return graph.Div(v, norm(v))
}

// norm returns ‖a‖ of a row a (1, n) as a (1, 1) matrix, kept off 0 so that a zero row has a quotient and a
// derivative.
func norm(a *graph.Node) *graph.Node {
	const tiny = 1e-12
	return graph.Sqrt(graph.Shift(graph.SumCols(graph.Square(a)), tiny*tiny))
}
