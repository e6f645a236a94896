package nn

import "github.com/go-ffjord/ffjord/graph"

// GatedLinear is a linear map times a gate that x itself opens and closes, f(x) ⊙ σ(g(x)) (Dauphin et al. 2017). Its
// fields are those of Linear, for both maps; f has Linear's parameters and g the same in the scope "gate". It does not
// see the time. As an MLP's Time, nn.GatedLinear{}, it makes all its maps.
//
// In the FFJORD paper's code f is layer_f and g is layer_g.
type GatedLinear Linear

var (
	_ Layer = GatedLinear{}
	_ Timed = GatedLinear{}
)

// Apply returns f(x) ⊙ σ(g(x)), shape (rows, Out).
func (l GatedLinear) Apply(s *Scope, x *graph.Node) *graph.Node {
	f := Linear(l).Apply(s, x)
	return graph.Mul(f, graph.Sigmoid(s.Apply("gate", Linear(l), x)))
}

// Linear returns the layer with the settings of l.
func (GatedLinear) Linear(_ int, l Linear) Layer { return GatedLinear(l) }
