package nn

import "github.com/go-ffjord/ffjord/graph"

// Swish is the activation x·σ(βx) with a learnable β (Ramachandran et al. 2017): the parameter "beta" (1, 1), 1 at
// first. In an MLP every layer has a β of its own. At β = 1 it is SiLU.
type Swish struct{}

var _ Layer = Swish{}

// Apply returns x·σ(βx), of the shape of x.
func (Swish) Apply(s *Scope, x *graph.Node) *graph.Node {
	beta := s.Param("beta", Constant(1), 1, 1)
	return graph.Mul(x, graph.Sigmoid(graph.Mul(x, beta)))
}
