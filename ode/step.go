package ode

import (
	"fmt"
	"math"
	"slices"

	"github.com/go-ffjord/ffjord/graph"
)

// State is a tuple of components, each a matrix (rows, widthᵢ).
type State []*graph.Node

// Field writes the right-hand side f(t, y) into a graph, for a time t (rows, 1). Its result has a component for every
// component of y, of the same shape. It is called once for every stage.
type Field func(t *graph.Node, y State) State

// Step writes one step of the method from y at time t by h, both (rows, 1), and returns y₁ and the error estimate, nil
// where the method has none. The nodes of each stage form a group "stage 1", "stage 2", ...
func (m *Tableau) Step(g *graph.Graph, f Field, t, h *graph.Node, y State) (y1, err State) {
	if e := m.check(); e != nil {
		graph.Fail("%w", e)
	}
	return m.step(g, f, interval{t, h, nil}, y)
}

func (m *Tableau) step(g *graph.Graph, f Field, in interval, y State) (y1, err State) {
	k := m.stages(g, f, in, y, nil)
	return advance(y, in.h, m.B, k), m.errors(g, in.h, k)
}

// interval is what a step covers, all (rows, 1). The sum of t and h may miss the end of an integration by rounding, and
// a field need not be defined beyond it: a step that is given its end has its last stages exactly there.
type interval struct {
	t, h *graph.Node
	end  *graph.Node // nil is t + h
}

// at writes the time at the share c of the interval.
func (in interval) at(c float64) *graph.Node {
	switch {
	case c == 0:
		return in.t
	case c == 1 && in.end != nil:
		return in.end
	case c == 1:
		return graph.Add(in.t, in.h)
	}
	return graph.Add(in.t, graph.Scale(in.h, c))
}

// stages writes k₁ ... kₛ; k₁ may be given.
func (m *Tableau) stages(g *graph.Graph, f Field, in interval, y, k1 State) []State {
	k := make([]State, 0, len(m.B))
	if k1 != nil {
		k = append(k, k1)
	}
	for i := len(k); i < len(m.B); i++ {
		k = append(k, m.stage(g, f, in, y, k, i))
	}
	return k
}

// errors writes the error estimate h Σ eᵢ kᵢ, nil where the method has none.
func (m *Tableau) errors(g *graph.Graph, h *graph.Node, k []State) State {
	if m.E == nil {
		return nil
	}
	defer g.Group("error")()
	err := make(State, len(k[0]))
	for c := range err {
		err[c] = graph.Mul(h, combination(m.E, k, c))
	}
	return err
}

// stage writes kᵢ.
func (m *Tableau) stage(g *graph.Graph, f Field, in interval, y State, k []State, i int) State {
	defer g.Group(fmt.Sprintf("stage %d", i+1))()
	ki := f(in.at(m.C[i]), advance(y, in.h, m.A[i], k))
	if len(ki) != len(y) {
		graph.Fail("the field returns %d components for a state of %d", len(ki), len(y))
	}
	for c := range y {
		if ki[c] == nil || !ki[c].Shape().Eq(y[c].Shape()) {
			graph.Fail("the field changes component %d of the state from width %d to %s", c, y[c].Shape()[1], width(ki[c]))
		}
		if ki[c].Dtype() != y[c].Dtype() {
			graph.Fail("the field changes component %d of the state from %v to %v", c, y[c].Dtype(), ki[c].Dtype())
		}
	}
	return ki
}

func width(n *graph.Node) string {
	if n == nil {
		return "nothing"
	}
	return fmt.Sprint(n.Shape()[len(n.Shape())-1])
}

// advance writes y + h Σ wⱼ kⱼ.
func advance(y State, h *graph.Node, w []float64, k []State) State {
	out := make(State, len(y))
	for c := range y {
		out[c] = y[c]
		if s := combination(w, k, c); s != nil {
			out[c] = graph.Add(y[c], graph.Mul(s, h))
		}
	}
	return out
}

// combination writes Σ wⱼ kⱼ of component c, nil where all weights are zero.
func combination(w []float64, k []State, c int) *graph.Node {
	var s *graph.Node
	for j, v := range w {
		if v == 0 {
			continue
		}
		term := k[j][c]
		if v != 1 {
			term = graph.Scale(term, v)
		}
		if s == nil {
			s = term
		} else {
			s = graph.Add(s, term)
		}
	}
	return s
}

// Unroll writes n equal steps from y at t0 to t1, both (rows, 1), in either direction, and returns the state at t1.
// No stage lies beyond t1. The nodes of each step form a group "step 1", "step 2", ... The graph grows by one step's
// nodes for each step; for more than a few use an Integrator.
func (m *Tableau) Unroll(g *graph.Graph, f Field, t0, t1 *graph.Node, y State, n int) State {
	if e := m.check(); e != nil {
		graph.Fail("%w", e)
	}
	if n < 1 {
		graph.Fail("unroll %d steps: want at least 1", n)
	}
	h := graph.Scale(graph.Sub(t1, t0), 1/float64(n))
	for i := range n {
		in := interval{t: t0, h: h}
		if i > 0 {
			in.t = graph.Add(t0, graph.Scale(h, float64(i)))
		}
		if i == n-1 {
			in.end = t1
		}
		y = m.unrolled(g, f, in, y, i)
	}
	return y
}

func (m *Tableau) unrolled(g *graph.Graph, f Field, in interval, y State, i int) State {
	defer g.Group(fmt.Sprintf("step %d", i+1))()
	y, _ = m.step(g, f, in, y)
	return y
}

// check reports a tableau whose parts don't fit.
func (m *Tableau) check() error {
	s := len(m.B)
	if s == 0 {
		return fmt.Errorf("ode: method %q has no weights B; want one for each stage", m.Name)
	}
	for _, part := range []struct {
		name string
		rows int
	}{{"C", len(m.C)}, {"A", len(m.A)}, {"E", len(m.E)}} {
		if part.rows != s && (part.name != "E" || m.E != nil) {
			return fmt.Errorf("ode: method %q: %s has %d rows, and B %d; want one for each stage", m.Name, part.name, part.rows, s)
		}
	}
	weights := slices.Concat(m.B, m.C, m.E)
	for i, a := range m.A {
		if len(a) > i {
			return fmt.Errorf("ode: method %q: A[%d] has %d numbers; want at most %[2]d, one for each stage before, "+
				"since only explicit methods can be stepped", m.Name, i, len(a))
		}
		weights = append(weights, a...)
	}
	if sum := total(m.B); math.Abs(sum-1) > 1e-9 {
		return fmt.Errorf("ode: method %q: B adds up to %v; want 1", m.Name, sum)
	}
	for i, a := range m.A {
		if sum := total(a); math.Abs(sum-m.C[i]) > 1e-9 {
			return fmt.Errorf("ode: method %q: row %d of A adds up to %v; want C[%d] = %v", m.Name, i, sum, i, m.C[i])
		}
	}
	if sum := total(m.E); math.Abs(sum) > 1e-9 {
		return fmt.Errorf("ode: method %q: E adds up to %v; want 0", m.Name, sum)
	}
	if m.Dense != nil && (len(m.Dense) != s || len(m.Dense[0]) == 0) {
		return fmt.Errorf("ode: method %q: Dense has %d rows; want one for each stage, the first as long as any", m.Name, len(m.Dense))
	}
	for _, row := range m.Dense {
		weights = append(weights, row...)
	}
	for _, w := range weights {
		if math.IsNaN(w) || math.IsInf(w, 0) {
			return fmt.Errorf("ode: method %q: a weight is %v: want finite numbers", m.Name, w)
		}
	}
	return m.checkOrder()
}

func total(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum
}
