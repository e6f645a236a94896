package nn

import "github.com/go-ffjord/ffjord/graph"

// MLP is a network of linear maps with an activation between them, none after the last. Its parameters are those of the
// linear maps in scopes "0", "1", ...; parameters of the activations, if they have any, stand in "act0", "act1", ...
//
// Where the scope has a condition c, the first map's input is [x, c]; columns of the time stand where [TimeColumns]
// says.
type MLP struct {
	Hidden   []int // widths of the hidden layers; empty is a single linear map
	Out      int   // width of the result; zero is the width of x
	Time     Timed // how the linear maps see the time; nil is Concat
	Act      Layer // nil is Tanh
	Init     Init  // draws the weights; nil is what the maps do, GlorotUniform for all but Hyper
	BiasInit Init  // draws the biases; nil is what the maps do, Zeros for all but Hyper
	Spectral int   // as in Linear, for the weights of every map
}

var _ Traced = MLP{}

// Apply returns the network's value, shape (rows, Out).
func (l MLP) Apply(s *Scope, x *graph.Node) *graph.Node {
	y, _, _ := l.write(s, x, l.maps(s, x))
	return y
}

// ApplyTraced returns the network's value and, for a result as wide as x, the trace of its Jacobian in closed form.
// With no hidden layer it is that of the only map. With one it is, for J¹ (dim, H) and J² (H, dim) the transposed
// Jacobians of the two maps and a (rows, H) what the activation φ is applied to,
//
//	tr ∂y/∂x = Σ_h φ'(a_h)·c_h,   c_h = Σ_d J¹[d, h]·J²[h, d],
//
// H terms in place of dim products through the network. c is the same for all rows unless a gate of the time is in it.
//
// The trace is nil for more hidden layers, for maps other than Linear, with any columns of the time, ConcatV2, Squash
// and ConcatSquash, and for activations other than an Activation and Swish.
func (l MLP) ApplyTraced(s *Scope, x *graph.Node) (y, trace *graph.Node) {
	maps := l.maps(s, x)
	jacobians, ok := withSlopes(maps)
	if !ok || len(maps) > 2 || !elementwise(l.act()) {
		return l.Apply(s, x), nil
	}
	y, a, h := l.write(s, x, maps)
	switch {
	case width(y) != width(x):
		return y, nil
	case h == nil:
		return y, jacobians[0].trace(s, y)
	}
	return y, traceThrough(s, jacobians[0], a, h, jacobians[1])
}

// write applies the maps with the activation between them. It returns the result and what stands before and behind the
// last activation, nil where there is none.
func (l MLP) write(s *Scope, x *graph.Node, maps []Layer) (y, a, h *graph.Node) {
	y = s.Apply(index(0), maps[0], x)
	for i, m := range maps[1:] {
		a = y
		h = s.Apply("act"+index(i), l.act(), a)
		y = s.Apply(index(i+1), m, h)
	}
	return y, a, h
}

// maps returns the maps in order.
func (l MLP) maps(s *Scope, x *graph.Node) []Layer {
	timed, out := l.Time, l.Out
	if timed == nil {
		timed = Concat
	}
	if out == 0 {
		out = width(x)
	}
	var maps []Layer
	add := func(width int) {
		maps = append(maps, timed.Linear(len(maps), Linear{
			Out:      width,
			Init:     l.Init,
			BiasInit: l.BiasInit,
			Cond:     len(maps) == 0 && s.HasCond(),
			Spectral: l.Spectral,
		}))
	}
	for i, h := range l.Hidden {
		if h < 1 {
			graph.Fail("MLP: hidden layer %d has width %d, want at least 1", i, h)
		}
		add(h)
	}
	add(out)
	return maps
}

func (l MLP) act() Layer {
	if l.Act == nil {
		return Tanh
	}
	return l.Act
}
