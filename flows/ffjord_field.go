package flows

import (
	"fmt"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// beside says what a block integrates beside z.
type beside int

const (
	zOnly         beside = iota // z alone
	withTrace                   // and the trace
	withPenalties               // and the trace and the penalties: training
	withEachProbe               // and the trace and the estimate of each of its probes
)

// widths returns those of the state's components.
func (b FFJORD) widths(dim int, with beside) []int {
	switch extra := b.extra(with); {
	case with == zOnly:
		return []int{dim}
	case extra == 0:
		return []int{dim, 1}
	default:
		return []int{dim, 1, extra}
	}
}

// extra returns the width of the state's third component, which is excluded from the error norm.
func (b FFJORD) extra(with beside) int {
	switch with {
	case withPenalties:
		return len(b.Penalties)
	case withEachProbe:
		return len(b.Trace.(Sampled).Inputs())
	}
	return 0
}

// problem is the block's differential equation, byCond with gradients with respect to the condition.
func (b FFJORD) problem(p *plan, owner string, with beside, byCond bool) ode.Problem {
	out := ode.Problem{Widths: b.widths(p.dim, with), Engine: p.engine, Times: b.learns() != "" && with != zOnly}
	if byCond {
		out.Inputs = []string{condInput}
	}
	out.Field = func(g *graph.Graph) ode.Field { return b.rates(p.scope(g, owner), with) }
	return out
}

// rates writes the derivatives of z and of what is integrated beside it.
func (b FFJORD) rates(s *nn.Scope, with beside) ode.Field {
	return func(t *graph.Node, y ode.State) ode.State {
		at := s.At(t)
		if with == zOnly {
			f, _ := b.field(at, y[0], false)
			return ode.State{f}
		}
		f, trace := b.field(at, y[0], true)
		out := ode.State{f, trace}
		switch {
		case with == withPenalties && len(b.Penalties) > 0:
			out = append(out, b.penaltyRates(Dynamics{Graph: s.Graph(), T: t, Z: y[0], F: f, Probes: b.probes(s.Graph(), y[0])}))
		case with == withEachProbe:
			out = append(out, b.Trace.(Sampled).Each(s.Graph(), y[0], f))
		}
		return out
	}
}

// field writes f and, where it is wanted, its trace.
func (b FFJORD) field(s *nn.Scope, z *graph.Node, traced bool) (f, trace *graph.Node) {
	g := s.Graph()
	leave := g.Group("field")
	f = b.Field.Apply(s, z)
	if _, exact := b.Trace.(Exact); exact && traced {
		trace = closedTrace(b.Field, s, z, f)
	}
	if f == nil || !f.Shape().Eq(z.Shape()) {
		graph.Fail("the field must map z (rows, %d) to dz/dt of the same shape, and gives %s", z.Shape()[1], shapeOf(f))
	}
	leave()
	if !traced {
		return f, nil
	}
	if trace == nil {
		defer g.Group("trace")()
		trace = b.Trace.Trace(g, z, f)
	}
	if trace == nil || len(trace.Shape()) != 2 || trace.Shape()[1] != 1 {
		graph.Fail("the trace %T must be a column (rows, 1), and is %s", b.Trace, shapeOf(trace))
	}
	return f, trace
}

// shapeOf writes a node's shape for a person to read.
func shapeOf(n *graph.Node) string {
	switch {
	case n == nil:
		return "nil"
	case n.Dims() == 2 && n.Shape()[0] == graph.SymbolicRows:
		return fmt.Sprintf("(rows, %d)", n.Shape()[1])
	}
	return fmt.Sprint(n.Shape())
}

// closedTrace writes the trace of a field in closed form, nil where there is none. The field's ApplyTraced must write
// the very nodes of its Apply: a layer that embeds another has that one's ApplyTraced, which is not of its own Apply.
func closedTrace(field nn.Layer, s *nn.Scope, z, f *graph.Node) *graph.Node {
	layer, ok := field.(nn.Traced)
	if !ok {
		return nil
	}
	same, trace := layer.ApplyTraced(s.Again(), z)
	if same != f {
		return nil
	}
	return trace
}

// probes returns the noise of the block's trace.
func (b FFJORD) probes(g *graph.Graph, z *graph.Node) []*graph.Node {
	noisy, ok := b.Trace.(Noisy)
	if !ok {
		return nil
	}
	var out []*graph.Node
	for _, name := range noisy.Inputs() {
		out = append(out, g.Rows(name, z.Shape()[1]))
	}
	return out
}

// penaltyRates writes the rates of all penalties side by side (rows, penalties).
func (b FFJORD) penaltyRates(d Dynamics) *graph.Node {
	defer d.Graph.Group("penalties")()
	var out []*graph.Node
	for _, p := range b.Penalties {
		rate := p.Of.Rate(d)
		if rate == nil || len(rate.Shape()) != 2 || rate.Shape()[1] != 1 || rate.Shape()[0] != d.Z.Shape()[0] {
			graph.Fail("the rate of the penalty %T must be a column (rows, 1), and is %s", p.Of, shapeOf(rate))
		}
		out = append(out, rate)
	}
	return graph.Concat(out...)
}
