package ode

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/internal/place"
)

// adjoint solves the adjoint equation backwards (Chen et al. 2018, eq. 4 and 5):
//
//	dy/dt = f(t, y)    da/dt = -aᵀ ∂f/∂y    dL/dθ = ∫ aᵀ ∂f/∂θ dt from t0 to t1
//
// y and a are a problem of their own, solved by tolerance. The integral for the parameters and the field's own inputs
// is a sum over the stages of the accepted steps with the method's weights, and is excluded from the error norm.
type adjoint[T graph.Float] struct {
	*Worker[T]             // of (y, a)
	quad       *machine[T] // the integrand's weighted sum over a step's stages
	rows       []int       // of the solve: those that did not fail, which the adjoint's chunk holds side by side
	accepted   []int       // the rows whose steps the last run of quad summed
}

// adjointProblem is the problem of (y, a).
func (p Problem) adjointProblem() Problem {
	return Problem{
		Widths: slices.Concat(p.Widths, p.Widths),
		Field: func(g *graph.Graph) Field {
			f := p.Field(g)
			return func(t *graph.Node, ya State) State {
				y, a := ya[:len(p.Widths)], ya[len(p.Widths):]
				k := f(t, y)
				out := slices.Clone(k)
				for c, da := range graph.VJP(k, a, y) {
					if da == nil {
						da = graph.Fill(y[c], 0)
					}
					out = append(out, graph.Neg(da))
				}
				return out
			}
		},
	}
}

// writeQuadrature builds -h Σ bᵢ aᵢᵀ ∂f/∂θ at the stages of a step of (y, a); h is negative where time runs backwards.
func (p Problem) writeQuadrature(g *graph.Graph, m *Tableau, inputs []string) {
	augmented := p.adjointProblem()
	both, in, ya := augmented.stepInputs(g, g.Rows)
	f := p.Field(g)
	k := m.stages(g, both, in, ya, nil)
	var outs, seeds State
	for i, b := range m.B {
		if b == 0 {
			continue
		}
		at := advance(ya, in.h, m.A[i], k)
		var y State
		for _, n := range at[:len(p.Widths)] {
			y = append(y, graph.Detach(n))
		}
		outs = append(outs, f(in.at(m.C[i]), y)...)
		for _, a := range at[len(p.Widths):] {
			seeds = append(seeds, graph.Mul(a, graph.Scale(in.h, -b)))
		}
	}
	var wrt State
	for _, in := range g.Inputs() {
		if !in.PerRow || slices.Contains(inputs, in.Name) {
			wrt = append(wrt, in.Node)
		}
	}
	named := false
	for i, grad := range graph.VJP(outs, seeds, wrt) {
		name := wrt[i].Name()
		if grad == nil && slices.Contains(inputs, name) {
			grad = graph.Fill(wrt[i], 0)
		}
		if grad != nil {
			g.Output(gradName(name), grad)
			named = true
		}
	}
	if !named { // the field uses none of its parameters, and a graph needs an output
		g.Output(stateName(0), ya[0])
	}
}

// adjointIntegrator returns the integrator of (y, a), compiled when first asked for.
func (it *Integrator[T]) adjointIntegrator() (*Integrator[T], error) {
	it.mu.Lock()
	defer it.mu.Unlock()
	if it.adjoint != nil {
		return it.adjoint, nil
	}
	s := it.solver
	s.RTol, s.ATol = s.Adjoint.RTol, s.Adjoint.ATol
	s.Components, s.Adjoint, s.Shared = nil, nil, false
	for c := range 2 * len(it.problem.Widths) {
		s.Components = append(s.Components, Tolerance{s.RTol, s.ATol, it.solver.component(c % len(it.problem.Widths)).Free})
	}
	adj, err := NewIntegrator[T](it.problem.adjointProblem(), s)
	if err != nil {
		return nil, fmt.Errorf("the adjoint equation: %w", err)
	}
	it.adjoint = adj
	return adj, nil
}

func (w *Worker[T]) needAdjoint() error {
	it, err := w.it.adjointIntegrator()
	if err != nil {
		return err
	}
	worker, err := it.NewWorker(w.rows)
	if err != nil {
		return err
	}
	for name, values := range w.bound {
		if err := worker.Bind(name, values); err != nil {
			return err
		}
	}
	a := &adjoint[T]{Worker: worker}
	if len(it.params) > 0 || len(w.it.problem.Inputs) > 0 {
		quad, err := w.it.compiled("adjoint integrand", func(g *graph.Graph) {
			w.it.problem.writeQuadrature(g, w.it.solver.Method, w.it.problem.Inputs)
		})
		if err != nil {
			return err
		}
		if a.quad, err = worker.newMachine(quad); err != nil {
			return err
		}
		worker.accepting = func(active int) error { return w.integrate(a, active) }
	}
	w.adjoint = a
	return nil
}

// backAdjoint solves the adjoint equation from the end of the recorded solve to its start.
func (w *Worker[T]) backAdjoint(ctx context.Context, log *Record[T]) error {
	a, width := w.adjoint, w.it.width
	a.rows = a.rows[:0]
	for row, head := range log.head {
		if head != rowFailed {
			a.rows = append(a.rows, row)
		}
	}
	if len(log.states) != 2*width*log.rows {
		return fmt.Errorf("ode: the record is not one of a whole solve by this integrator")
	}
	if len(a.rows) == 0 {
		return nil
	}
	for i, row := range a.rows {
		for c := range width {
			a.state[c][i] = log.states[c*log.rows+row]
			if w.it.problem.Times {
				w.gradT1[row] += w.cot[c][row] * log.states[(width+c)*log.rows+row]
			}
		}
		copyRow(a.state[width:], i, w.cot, row)
		copyRow(a.own, i, w.own, row)
	}
	err := a.Solve(ctx, len(a.rows), log.t1, log.t0, nil)
	for i, row := range a.rows {
		copyRow(w.cot, row, a.state[width:], i)
		w.stats[row].Backward += a.stats[i].Evaluations
		for c := 0; w.it.problem.Times && c < width; c++ {
			w.gradT0[row] -= w.cot[c][row] * a.slope[c][i]
		}
	}
	return a.explain(err)
}

// explain names the rows of a failed adjoint solve as the caller does.
func (a *adjoint[T]) explain(err error) error {
	if err == nil {
		return nil
	}
	var failed *SolveError
	if errors.As(err, &failed) {
		for _, r := range failed.Rows {
			r.Row = a.rows[r.Row]
		}
	}
	return place.In("ode: the adjoint equation", err)
}

// integrate adds the integrand of the lanes that are about to be accepted. They are brought together first, so that
// what a rejected lane holds never enters a sum.
func (w *Worker[T]) integrate(a *adjoint[T], active int) error {
	a.accepted = a.accepted[:0]
	for lane, s := range a.squared[:active] {
		if s <= 1 {
			i := len(a.accepted)
			copyRow(a.quad.y, i, a.trial.y, lane)
			copyRow(a.quad.own, i, a.trial.own, lane)
			a.quad.place(i, a.trial.placed(lane))
			a.accepted = append(a.accepted, a.rows[a.lanes[lane].row])
		}
	}
	if len(a.accepted) == 0 {
		return nil
	}
	if err := a.quad.Run(len(a.accepted)); err != nil {
		return err
	}
	for _, row := range a.accepted {
		w.stats[row].Backward += w.it.solver.Method.Stages()
	}
	from := 0
	for _, name := range w.it.problem.Inputs {
		for _, col := range a.quad.Out(gradName(name)) {
			for i, row := range a.accepted {
				w.inputGrads[from][row] += col[i]
			}
			from++
		}
	}
	return nil
}
