package extending

import (
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
)

// Separable is the exact trace of a field whose component d depends on z's component d alone: its Jacobian J is
// diagonal, so that tr J = 1ᵀJ1, one product for any number of dimensions.
type Separable struct{}

var _ flows.Trace = Separable{}

// Trace writes Σ (J1)_d.
func (Separable) Trace(_ *graph.Graph, z, f *graph.Node) *graph.Node {
	ones := graph.Fill(z, 1)
	j := graph.JVP([]*graph.Node{f}, []*graph.Node{z}, []*graph.Node{ones})[0]
	if j == nil { // f does not depend on z
		return graph.FillCols(z, 0, 1)
	}
	return graph.SumCols(j)
}
