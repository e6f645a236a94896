package extending

import "github.com/go-ffjord/ffjord/graph"

// Mish returns x·tanh(ln(1 + eˣ)), element by element (Misra 2019).
func Mish(x *graph.Node) *graph.Node {
	return graph.Mul(x, graph.Tanh(graph.Softplus(x)))
}
