package nn

import (
	"strconv"

	"github.com/go-ffjord/ffjord/graph"
)

// Scope is what a layer sees of the world: the graph, its own parameters under its own name, the time and the
// condition. It is made for one evaluation of a network.
type Scope struct {
	graph  *graph.Graph
	params *Params
	owner  string // in front of the names in params, not of those in the graph
	path   string
	time   *graph.Node
	cond   *graph.Node
	asked  map[string]bool // the parameters asked for so far in this evaluation
}

// NewScope returns the scope of one evaluation of a network in g at time t (rows, 1), nil where there is no time.
// Parameters are kept in params under owner + "." + name, or under their own names where owner is empty; in the graph
// they have their own names, so that two networks of one architecture make equal graphs.
func NewScope(g *graph.Graph, params *Params, owner string, t *graph.Node) *Scope {
	if params != nil {
		params.built.Store(true)
	}
	return &Scope{graph: g, params: params, owner: owner, time: t, asked: map[string]bool{}}
}

// Graph returns the graph that is being built.
func (s *Scope) Graph() *graph.Graph { return s.graph }

// Time returns the time of every row as a column (rows, 1).
func (s *Scope) Time() *graph.Node {
	if s.time == nil {
		graph.Fail("%s asks for the time, but the network has none", s.describe())
	}
	return s.time
}

// WithCond returns the scope with the condition c (rows, width) or, where all rows share it, (1, width); nil is none.
// Both scopes belong to one evaluation: parameters asked for in either count for both.
func (s *Scope) WithCond(c *graph.Node) *Scope {
	given := *s
	given.cond = c
	return &given
}

// Cond returns the condition of every row, given with WithCond.
func (s *Scope) Cond() *graph.Node {
	if s.cond == nil {
		graph.Fail("%s asks for a condition, but the network has none; give one with WithCond, or set the flow's Cond", s.describe())
	}
	return s.cond
}

// HasCond reports whether there is a condition, for a layer that works with and without one.
func (s *Scope) HasCond() bool { return s.cond != nil }

// Param returns the parameter name of this scope, a uniform matrix (rows, cols). At its first use ever it is what a
// file holds under that name or is drawn from init (nil is GlorotUniform); later uses must agree on its shape. One
// evaluation may ask for a name once: keep the node where a parameter is used in several places. In a solver's step the
// names t, h, y0, y1, ..., k0, k1, ... and gy0, gy1, ... are taken, and cond in a flow: a layer that is a field by
// itself can't give them to parameters.
func (s *Scope) Param(name string, init Init, rows, cols int) *graph.Node {
	full := join(s.path, name)
	switch {
	case name == "":
		graph.Fail("%s asks for a parameter without a name", s.describe())
	case s.params == nil:
		graph.Fail("parameter %q has no place: the scope's Params are nil", full)
	case s.asked[full]:
		graph.Fail("parameter %q is asked for twice; give each layer a scope of its own with In or Apply", full)
	}
	s.asked[full] = true
	if err := s.params.ensure(join(s.owner, full), init, rows, cols); err != nil {
		graph.Fail("%w", err)
	}
	return s.graph.Uniform(full, rows, cols)
}

// State returns numbers of this scope that training does not move by gradients, such as running statistics: a uniform
// matrix (rows, cols) that is named, drawn, counted and saved as a parameter is. A file does not tell the two apart: it
// is the layer's asking that does.
func (s *Scope) State(name string, init Init, rows, cols int) *graph.Node {
	n := s.Param(name, init, rows, cols)
	if p := s.params.Get(join(s.owner, join(s.path, name))); !p.state {
		p.state = true // once: later builds, which may run beside readers, find it so
	}
	return n
}

// At returns the scope of another evaluation of the network, at time t (rows, 1), nil where there is no time.
func (s *Scope) At(t *graph.Node) *Scope {
	other := s.Again()
	other.time = t
	return other
}

// Again returns the scope of another evaluation of the network at the same time.
func (s *Scope) Again() *Scope {
	other := *s
	other.asked = map[string]bool{}
	return &other
}

// In returns the scope name inside this one.
func (s *Scope) In(name string) *Scope {
	inner := *s
	inner.path = join(s.path, name)
	return &inner
}

// Apply applies a layer to x in the scope name inside this one, and groups its nodes under that name in drawings.
func (s *Scope) Apply(name string, l Layer, x *graph.Node) *graph.Node {
	if l == nil {
		graph.Fail("layer %q is nil", join(s.path, name))
	}
	defer s.graph.Group(name)()
	return l.Apply(s.In(name), x)
}

func (s *Scope) describe() string {
	if p := join(s.owner, s.path); p != "" {
		return "layer " + strconv.Quote(p)
	}
	return "the network"
}

// join puts a dot between two names, either of which may be empty.
func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "." + b
}

func index(i int) string { return strconv.Itoa(i) }
