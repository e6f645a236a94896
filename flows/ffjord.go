package flows

import (
	"fmt"
	"math"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// FFJORD is a block that integrates dz/dt = f(z, t) from T0, the base's side, to T1, the data's side (Grathwohl et
// al. 2019).
type FFJORD struct {
	Field  nn.Layer // f: maps z (rows, dim) and the time of its scope to dz/dt (rows, dim)
	T0, T1 float64  // in either order; both zero is from 0 to 1, and any other T0 = T1 is the identity
	Trace  Trace    // of ∂f/∂z; nil is Exact

	// Solver integrates in training. Zero is Dormand and Prince's method with steps by tolerance, rtol 1e-3 and atol
	// 1e-5, each row its own. Both z and log |det| are in the error norm.
	Solver ode.Solver
	// Eval integrates everywhere else: LogProb, Sample, Forward, Inverse, Score. Nil is Solver, whose zero is made for
	// training: it leaves some rows' log p 0.1 nats off, and their mean right to 1e-3. Where single log-densities
	// count, take &ode.Solver{RTol: 1e-5, ATol: 1e-5}. On trained toy sets (circles, two blocks):
	//
	//	rtol, atol   evaluations a row   error of log p: median, 99th of 100, worst of 2000
	//	1e-3, 1e-5          38           8e-4    0.09     0.22
	//	1e-4, 1e-5          54           1e-4    0.0025   0.009
	//	1e-5, 1e-5          66           3e-5    0.0004   0.0014
	Eval *ode.Solver
	// EvalTrace is the trace everywhere but in training: Exact{} beside a Hutchinson Trace makes log-densities exact.
	// Nil is Trace.
	EvalTrace Trace

	// Penalties are added to the loss in training. They are integrated beside z and log |det|, outside of the error
	// norm.
	Penalties []Penalty
	// LearnT1 makes T1 a parameter, as T1 = T0 ± s² with s the parameter "sqrt_end_time", which starts at √|T1 - T0|
	// (Grathwohl et al. 2019, whose code gives it no gradient).
	LearnT1 bool
	// LearnT0 makes T0 a parameter instead, as T0 = T1 ∓ s² with s the parameter "sqrt_start_time".
	LearnT0 bool
}

var _ Block = FFJORD{}

// Forward writes the whole integration from T0 to T1 into the graph; only a Solver of equal Steps can be written so. A
// flow integrates an FFJORD without it. In a graph, and so in a block of one's own, the FFJORD is as outside of
// training: Eval, EvalTrace and no penalties.
func (b FFJORD) Forward(s *nn.Scope, z *graph.Node) (x, logDet *graph.Node) {
	return b.unroll(s, z, false)
}

// Inverse writes the integration from T1 to T0.
func (b FFJORD) Inverse(s *nn.Scope, x *graph.Node) (z, logDet *graph.Node) {
	return b.unroll(s, x, true)
}

func (b FFJORD) unroll(s *nn.Scope, z *graph.Node, inverse bool) (end, logDet *graph.Node) {
	b, err := b.withDefaults()
	if err != nil {
		graph.Fail("FFJORD %w", err)
	}
	b = b.evaluated()
	solver, err := b.Solver.WithDefaults()
	if err != nil {
		graph.Fail("FFJORD: %w", err)
	}
	if solver.Adaptive() {
		graph.Fail("FFJORD: steps by tolerance can't be written into a graph; set the Solver's Steps")
	}
	t0, t1 := graph.FillCols(z, b.T0, 1), graph.FillCols(z, b.T1, 1)
	if name := b.learns(); name != "" {
		length := graph.Scale(graph.Square(s.Param(name, b.startLearnt(), 1, 1)), b.direction())
		if b.LearnT1 {
			t1 = graph.Add(t0, length)
		} else {
			t0 = graph.Sub(t1, length)
		}
	}
	if inverse {
		t0, t1 = t1, t0
	}
	y := ode.State{z, graph.FillCols(z, 0, 1)}
	y = solver.Method.Unroll(s.Graph(), b.rates(s, withTrace), t0, t1, y, solver.Steps)
	return y[0], y[1]
}

// evaluated is the block as it is outside training.
func (b FFJORD) evaluated() FFJORD {
	if b.EvalTrace != nil {
		b.Trace = b.EvalTrace
	}
	if b.Eval != nil {
		b.Solver = *b.Eval
	}
	b.Penalties = nil
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
	if b.LearnT0 && b.LearnT1 {
		return b, fmt.Errorf("learns both T0 and T1: want one of them, since only a field that depends on time tells them apart")
	}
	if b.learns() != "" && b.T0 == b.T1 {
		return b, fmt.Errorf("learns its end time and starts with T0 = T1 = %v, where it has no gradient", b.T0)
	}
	if b.Field == nil {
		return b, fmt.Errorf("has no Field")
	}
	for i, p := range b.Penalties {
		if p.Of == nil || math.IsNaN(p.Weight) || math.IsInf(p.Weight, 0) {
			return b, fmt.Errorf("has a penalty %d of %v with weight %v: want a Regularizer and a finite weight", i, p.Of, p.Weight)
		}
	}
	return b, nil
}

// The names of the parameter of a learnt T0 or T1.
const (
	startTime = "sqrt_start_time"
	endTime   = "sqrt_end_time"
)

// learns returns the name of the parameter of a learnt time, empty where there is none.
func (b FFJORD) learns() string {
	switch {
	case b.LearnT0:
		return startTime
	case b.LearnT1:
		return endTime
	}
	return ""
}

// startLearnt makes s² = |T1 - T0|.
func (b FFJORD) startLearnt() nn.Init { return nn.Constant(math.Sqrt(math.Abs(b.T1 - b.T0))) }

// direction is the sign of T1 - T0.
func (b FFJORD) direction() float64 { return math.Copysign(1, b.T1-b.T0) }
