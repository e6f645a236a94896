package nn

import "github.com/go-ffjord/ffjord/graph"

// Residual adds its input to a layer's result, x + f(x) (He et al. 2016). The parameters are those of f, under its own
// names.
type Residual struct {
	Body Layer // f, with a result of the width of x
}

var _ Layer = Residual{}

// Apply returns x + f(x), of the shape of x.
func (l Residual) Apply(s *Scope, x *graph.Node) *graph.Node {
	if l.Body == nil {
		graph.Fail("Residual: Body is nil")
	}
	y := l.Body.Apply(s, x)
	if in, out := width(x), width(y); in != out {
		graph.Fail("Residual: Body maps width %d to width %d, want %d", in, out, in)
	}
	return graph.Add(x, y)
}
