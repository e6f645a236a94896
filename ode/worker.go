package ode

import (
	"context"
	"fmt"
	"math"

	"github.com/go-ffjord/ffjord/graph"
)

// Worker solves an Integrator's problem for up to a fixed number of rows at a time, in memory of its own. It belongs to
// one goroutine at a time. State, cotangents and inputs are columns: for a component of width w, w slices with one
// value a row.
type Worker[T graph.Float] struct {
	it    *Integrator[T]
	lanes int
	step  stepMachine[T]
	back  *backMachine[T] // made when first needed
}

// stepMachine is a machine for one step with its columns at hand.
type stepMachine[T graph.Float] struct {
	*graph.Machine[T]
	t, h    []T
	in, out [][][]T // the state before and after, by component
	own     [][]T   // the columns of the field's own inputs per row
}

// NewWorker returns a worker for at most lanes rows.
func (it *Integrator[T]) NewWorker(lanes int) (*Worker[T], error) {
	m, err := it.newStepMachine(it.step, lanes)
	if err != nil {
		return nil, err
	}
	for c := range it.widths {
		m.out = append(m.out, m.Out(stateName(c)))
	}
	return &Worker[T]{it: it, lanes: lanes, step: m}, nil
}

func (it *Integrator[T]) newStepMachine(p *graph.Program[T], lanes int) (stepMachine[T], error) {
	m, err := p.NewMachine(lanes)
	if err != nil {
		return stepMachine[T]{}, err
	}
	s := stepMachine[T]{Machine: m, t: m.In(inTime)[0], h: m.In(inStep)[0]}
	for c := range it.widths {
		s.in = append(s.in, m.In(stateName(c)))
	}
	for _, name := range it.own {
		s.own = append(s.own, m.In(name)...)
	}
	return s, nil
}

// Bind makes values, row-major, the value of the parameter name. The worker keeps the slice; after changing its
// elements, bind it again.
func (w *Worker[T]) Bind(name string, values []T) error {
	if w.back != nil {
		if err := w.back.Bind(name, values); err != nil {
			return err
		}
	}
	return w.step.Bind(name, values)
}

// State returns the columns of component c: the initial state before Solve, the final one after it.
func (w *Worker[T]) State(c int) [][]T { return w.step.in[c] }

// Rows returns the columns of the field's own input per row, noise or a condition. It stays the same over a solve. It
// panics where the field declares no such input.
func (w *Worker[T]) Rows(name string) [][]T { return w.step.In(name) }

// Solve carries the state of the first n rows from t0 to t1, forward or backward in time; where they are equal, the
// state stays as it is. With a log it keeps what Back needs. ctx is checked before every step.
func (w *Worker[T]) Solve(ctx context.Context, n int, t0, t1 float64, log *Log[T]) error {
	if n < 1 || n > w.lanes {
		return fmt.Errorf("ode: solve %d rows with a worker of %d", n, w.lanes)
	}
	steps := w.it.solver.Steps
	h := (t1 - t0) / float64(steps)
	if math.IsNaN(h) || math.IsInf(h, 0) {
		return fmt.Errorf("ode: solve from t = %v to %v: want finite times", t0, t1)
	}
	if log != nil {
		*log = Log[T]{t0: t0, t1: t1, rows: n, states: log.states[:0]}
	}
	if t0 == t1 {
		return nil
	}
	for i := range steps {
		if log != nil {
			log.states = appendColumns(log.states, w.step.in, n)
		}
		if err := w.step.run(ctx, n, t0, h, i, steps); err != nil {
			return err
		}
		copyColumns(w.step.in, w.step.out, n)
	}
	return nil
}

// run runs step i of a solve from t0, or its vector-Jacobian product.
func (m *stepMachine[T]) run(ctx context.Context, n int, t0, h float64, i, steps int) error {
	t := t0 + float64(i)*h
	fill(m.t[:n], t)
	fill(m.h[:n], h)
	err := ctx.Err()
	if err == nil {
		err = m.Run(n)
	}
	if err != nil {
		return fmt.Errorf("ode: step %d of %d, at t = %v: %w", i+1, steps, t, err)
	}
	return nil
}

// appendColumns appends the first n rows of a state, column by column.
func appendColumns[T graph.Float](dst []T, state [][][]T, n int) []T {
	for _, cols := range state {
		for _, col := range cols {
			dst = append(dst, col[:n]...)
		}
	}
	return dst
}

func copyColumns[T graph.Float](dst, src [][][]T, n int) {
	for c := range dst {
		for j := range dst[c] {
			copy(dst[c][j][:n], src[c][j][:n])
		}
	}
}

func fill[T graph.Float](dst []T, v float64) {
	for i := range dst {
		dst[i] = T(v)
	}
}
