package nn

import "github.com/go-ffjord/ffjord/graph"

// Blend goes from one linear map to another in the time from 0 to 1, y₀ + t·(y₁ - y₀) with yₖ = x·Wₖ + bₖ (Grathwohl
// et al. 2019); other times lie on the same line. Its fields are those of Linear, for both maps; the maps stand in
// scopes "0" and "1". As an MLP's Time, nn.Blend{}, it makes all its maps.
//
// In the paper's code the maps are _layer0 and _layer1.
type Blend Linear

var (
	_ Layer = Blend{}
	_ Timed = Blend{}
)

// Apply returns y₀ + t·(y₁ - y₀), shape (rows, Out).
func (l Blend) Apply(s *Scope, x *graph.Node) *graph.Node {
	start := s.Apply("0", Linear(l), x)
	end := s.Apply("1", Linear(l), x)
	return graph.Add(start, graph.Mul(s.Time(), graph.Sub(end, start)))
}

// Linear returns the layer with the settings of l.
func (Blend) Linear(_ int, l Linear) Layer { return Blend(l) }
