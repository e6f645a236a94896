package nn

import "github.com/go-ffjord/ffjord/graph"

// Layer writes itself into a graph: it maps x (rows, in) to a node (rows, out), with parameters and the time from the
// scope. It is called once for every place where the graph evaluates the network and must build the same nodes every
// time.
type Layer interface {
	Apply(s *Scope, x *graph.Node) *graph.Node
}

// Traced is a layer that can write the trace of its own Jacobian for less than one Jacobian-vector product a dimension.
//
// A type that embeds a Traced layer has ApplyTraced as well: where it has an Apply of its own it needs an ApplyTraced
// of its own too, or keeps the layer in a named field.
type Traced interface {
	Layer
	// ApplyTraced returns what Apply does, with the same parameters, and tr(∂y/∂x), a column (rows, 1), or nil where
	// the layer's settings leave no shorter way than the usual one.
	ApplyTraced(s *Scope, x *graph.Node) (y, trace *graph.Node)
}

// Func is a layer without parameters. A file can't keep a function: in a flow that is to be saved, a type of one's own
// with the same Apply stands in its place.
type Func func(x *graph.Node) *graph.Node

// Apply returns f(x).
func (f Func) Apply(_ *Scope, x *graph.Node) *graph.Node {
	if f == nil {
		graph.Fail("an nn.Func is nil")
	}
	return f(x)
}

// Seq applies its layers one after the other, in scopes named "0", "1", ...
type Seq []Layer

var (
	_ Layer = Func(nil)
	_ Layer = Seq(nil)
)

// Apply returns the last layer's result; an empty Seq returns x.
func (l Seq) Apply(s *Scope, x *graph.Node) *graph.Node {
	for i, layer := range l {
		x = s.Apply(index(i), layer, x)
	}
	return x
}
