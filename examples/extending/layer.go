package extending

import (
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// Reaction is the field w ⊙ mish(x) - u ⊙ t·x, in which every component goes its own way. Its parameters are "weight" w
// and "damping" u, (1, dim) each.
type Reaction struct {
	Start float64 // of w and u
}

var _ nn.Layer = Reaction{}

// Apply returns the field at x (rows, dim) and the scope's time.
func (l Reaction) Apply(s *nn.Scope, x *graph.Node) *graph.Node {
	dim := x.Shape()[1]
	w, u := s.Param("weight", nn.Constant(l.Start), 1, dim), s.Param("damping", nn.Constant(l.Start), 1, dim)
	damped := graph.Mul(u, graph.Mul(s.Time(), x))
	return graph.Sub(graph.Mul(w, Mish(x)), damped)
}
