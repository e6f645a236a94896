package extending

import (
	"math"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// Leaky is the map x = z where z > 0 and Slope·z elsewhere, element by element. Slope is positive.
type Leaky struct{ Slope float64 }

var _ flows.Block = Leaky{}

// Forward writes x and log |det ∂x/∂z| = Σ ln Slope over the components that are not positive.
func (b Leaky) Forward(_ *nn.Scope, z *graph.Node) (x, logDet *graph.Node) { return b.bend(z, b.Slope) }

// Inverse writes z and log |det ∂z/∂x|.
func (b Leaky) Inverse(_ *nn.Scope, x *graph.Node) (z, logDet *graph.Node) {
	return b.bend(x, 1/b.Slope)
}

func (b Leaky) bend(in *graph.Node, slope float64) (out, logDet *graph.Node) {
	if !(b.Slope > 0) {
		graph.Fail("Leaky: Slope is %v, want a positive number", b.Slope)
	}
	zero := graph.Fill(in, 0)
	positive := graph.Gt(in, zero)
	logs := graph.Where(positive, zero, graph.Fill(in, math.Log(slope)))
	return graph.Where(positive, in, graph.Scale(in, slope)), graph.SumCols(logs)
}
