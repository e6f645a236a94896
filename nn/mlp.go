package nn

import "github.com/go-ffjord/ffjord/graph"

// MLP is a network of linear maps with an activation between them, none after the last. Its parameters are those of
// the linear maps in scopes "0", "1", ...; parameters of the activations, if they have any, stand in "act0", "act1", ...
//
// Where the scope has a condition c, the first map's input is [x, c], with columns of the time, if any, in front.
type MLP struct {
	Hidden   []int // widths of the hidden layers; empty is a single linear map
	Out      int   // width of the result; zero is the width of x
	Time     Timed // how the linear maps see the time; nil is Concat
	Act      Layer // nil is Tanh
	Init     Init  // draws the weights; nil is what the maps do, GlorotUniform for all but Hyper
	BiasInit Init  // draws the biases; nil is what the maps do, Zeros for all but Hyper
	Spectral int   // as in Linear, for the weights of every map
}

var _ Layer = MLP{}

// Apply returns the network's value, shape (rows, Out).
func (l MLP) Apply(s *Scope, x *graph.Node) *graph.Node {
	act, out := l.Act, l.Out
	if act == nil {
		act = Tanh
	}
	if out == 0 {
		out = width(x)
	}
	for i, h := range l.Hidden {
		if h < 1 {
			graph.Fail("nn: MLP: hidden layer %d has width %d, want at least 1", i, h)
		}
		x = s.Apply(index(i), l.linear(s, i, h), x)
		x = s.Apply("act"+index(i), act, x)
	}
	last := len(l.Hidden)
	return s.Apply(index(last), l.linear(s, last, out), x)
}

// linear returns map number i, of the given width.
func (l MLP) linear(s *Scope, i, width int) Layer {
	timed := l.Time
	if timed == nil {
		timed = Concat
	}
	return timed.Linear(i, Linear{
		Out:      width,
		Init:     l.Init,
		BiasInit: l.BiasInit,
		Cond:     i == 0 && s.HasCond(),
		Spectral: l.Spectral,
	})
}
