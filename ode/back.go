package ode

import (
	"context"
	"fmt"

	"github.com/go-ffjord/ffjord/graph"
)

// Log keeps the states of a solve that Back goes back through: steps × rows × the state's width numbers. The zero
// value is ready, and serves one solve after the other.
type Log[T graph.Float] struct {
	t0, t1 float64
	rows   int
	states []T
}

// backMachine is a machine for the vector-Jacobian product of one step.
type backMachine[T graph.Float] struct {
	stepMachine[T]
	cotangent [][][]T // of the state after the step
	result    [][][]T // cotangents of the state before
}

func (it *Integrator[T]) newBackMachine(lanes int) (*backMachine[T], error) {
	s, err := it.newStepMachine(it.back, lanes)
	if err != nil {
		return nil, err
	}
	b := &backMachine[T]{stepMachine: s}
	for c := range it.widths {
		b.cotangent = append(b.cotangent, b.In(cotangentName(c)))
		b.result = append(b.result, b.Out(cotangentName(c)))
	}
	return b, nil
}

// Cotangent returns the columns of the cotangent of component c: of the final state before Back, of the initial one
// after it. They stay the same slices for the life of the worker.
func (w *Worker[T]) Cotangent(c int) ([][]T, error) {
	if err := w.needBack(); err != nil {
		return nil, err
	}
	return w.back.cotangent[c], nil
}

// Back carries the cotangents of the final state of the logged solve back to the initial state and adds the gradients
// of the parameters to the sums that Grad returns. It is exact for the discrete solution. The parameters and the
// field's own inputs per row must be those of the solve.
func (w *Worker[T]) Back(ctx context.Context, log *Log[T]) error {
	if err := w.needBack(); err != nil {
		return err
	}
	if log.t0 == log.t1 {
		return nil
	}
	n, steps, b := log.rows, w.it.solver.Steps, w.back
	size := n * w.it.width()
	if n < 1 || n > w.lanes || len(log.states) != steps*size {
		return fmt.Errorf("ode: the log is not one of a whole solve by this integrator with at most %d rows", w.lanes)
	}
	for j := range b.own {
		copy(b.own[j][:n], w.step.own[j][:n])
	}
	h := (log.t1 - log.t0) / float64(steps)
	for i := steps - 1; i >= 0; i-- {
		restoreColumns(b.in, log.states[i*size:], n)
		if err := b.run(ctx, n, log.t0, h, i, steps); err != nil {
			return err
		}
		copyColumns(b.cotangent, b.result, n)
	}
	return nil
}

// Grad returns the gradient of the parameter name, row-major, summed over the rows and solves that Back went through
// since ResetGrads; nil where the solution does not depend on the parameter.
func (w *Worker[T]) Grad(name string) []T {
	if w.back == nil || !w.it.hasGrad[name] {
		return nil
	}
	return w.back.Sum(gradName(name))
}

// ResetGrads sets the gradients of the parameters to zero.
func (w *Worker[T]) ResetGrads() {
	if w.back != nil {
		w.back.Reset()
	}
}

// needBack makes the machine for going back, with what the other one has bound.
func (w *Worker[T]) needBack() error {
	if w.back != nil {
		return nil
	}
	b, err := w.it.newBackMachine(w.lanes)
	if err != nil {
		return err
	}
	for _, name := range w.it.params {
		if values := w.step.Bound(name); values != nil {
			if err := b.Bind(name, values); err != nil {
				return err
			}
		}
	}
	w.back = b
	return nil
}

// restoreColumns undoes appendColumns.
func restoreColumns[T graph.Float](state [][][]T, src []T, n int) {
	for _, cols := range state {
		for _, col := range cols {
			copy(col[:n], src)
			src = src[n:]
		}
	}
}
