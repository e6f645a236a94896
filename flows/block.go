package flows

import (
	"fmt"
	"math"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// Block is a part of a flow: an FFJORD, or a Chain of blocks.
type Block interface{ flatten() []FFJORD }

// Chain applies its blocks one after the other on the way from the base to the data. Each block has parameters of its
// own, named "block0", "block1", ... in this order.
type Chain []Block

// FFJORD is a block that integrates dz/dt = f(z, t) from T0, the base's side, to T1, the data's side (Grathwohl et
// al. 2019).
type FFJORD struct {
	Field  nn.Layer // f: maps z (rows, dim) and the time of its scope to dz/dt (rows, dim)
	T0, T1 float64  // in either order; both zero is from 0 to 1
	Trace  Trace    // of ∂f/∂z; nil is Exact

	// Solver integrates in training. Zero is Dormand and Prince's method with steps by tolerance, rtol 1e-3 and atol
	// 1e-5, each row its own. z and log |det| both steer.
	Solver ode.Solver
	// Eval integrates everywhere else: LogProb, Sample, Forward, Inverse, Score. Nil is Solver.
	Eval *ode.Solver
	// EvalTrace is the trace everywhere but in training: Exact{} beside a Hutchinson Trace makes log-densities exact.
	// Nil is Trace.
	EvalTrace Trace
}

var (
	_ Block = FFJORD{}
	_ Block = Chain(nil)
)

func (b FFJORD) flatten() []FFJORD { return []FFJORD{b} }

func (c Chain) flatten() []FFJORD {
	var out []FFJORD
	for _, b := range c {
		if b == nil {
			b = FFJORD{} // reported as a block without a field
		}
		out = append(out, b.flatten()...)
	}
	return out
}

// evaluated is the block as it is outside training.
func (b FFJORD) evaluated() FFJORD {
	if b.EvalTrace != nil {
		b.Trace = b.EvalTrace
	}
	return b
}

// withDefaults fills in the zero fields.
func (b FFJORD) withDefaults() (FFJORD, error) {
	if b.T0 == 0 && b.T1 == 0 {
		b.T1 = 1
	}
	if b.Trace == nil {
		b.Trace = Exact{}
	}
	for _, t := range []float64{b.T0, b.T1} {
		if math.IsNaN(t) || math.IsInf(t, 0) {
			return b, fmt.Errorf("integrates from %v to %v: want finite times", b.T0, b.T1)
		}
	}
	if b.Field == nil {
		return b, fmt.Errorf("has no Field")
	}
	return b, nil
}

// problem is the block's differential equation: of z alone, or of z and the integral of the trace.
func (b FFJORD) problem(flow *Flow, owner string, dim int, traced bool) ode.Problem {
	p := ode.Problem{Widths: []int{dim}, Engine: flow.Engine}
	if traced {
		p.Widths = []int{dim, 1}
	}
	if flow.Cond > 0 && traced {
		p.Inputs = []string{condInput}
	}
	p.Field = func(g *graph.Graph) ode.Field {
		return func(t *graph.Node, y ode.State) ode.State {
			s := nn.NewScope(g, flow.Params, owner, t)
			if flow.Cond > 0 {
				s = s.WithCond(g.Rows(condInput, flow.Cond))
			}
			f := b.field(s, y[0])
			if !traced {
				return ode.State{f}
			}
			return ode.State{f, b.trace(g, y[0], f)}
		}
	}
	return p
}

func (b FFJORD) field(s *nn.Scope, z *graph.Node) *graph.Node {
	defer s.Graph().Group("field")()
	f := b.Field.Apply(s, z)
	if f == nil || !f.Shape().Eq(z.Shape()) {
		graph.Fail("flows: the field must map z (rows, %d) to dz/dt of the same shape", z.Shape()[1])
	}
	return f
}

func (b FFJORD) trace(g *graph.Graph, z, f *graph.Node) *graph.Node {
	defer g.Group("trace")()
	tr := b.Trace.Trace(g, z, f)
	if tr == nil || len(tr.Shape()) != 2 || tr.Shape()[1] != 1 {
		graph.Fail("flows: the trace %T must be a column (rows, 1)", b.Trace)
	}
	return tr
}
