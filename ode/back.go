package ode

import (
	"context"
	"fmt"
)

// Cotangent returns the columns of the cotangent of component c: of the final state before Back, of the initial one
// after it.
func (w *Worker[T]) Cotangent(c int) ([][]T, error) {
	if err := w.needBack(); err != nil {
		return nil, err
	}
	return w.component(w.cot, c), nil
}

// Back carries the cotangents of the final state of the recorded solve back to the initial state and adds the gradients
// of the parameters to the sums that Grad returns. Going back through the steps it is exact for the discrete solution
// with the steps that were taken. The parameters and the field's own inputs per row must be those of the solve. Rows
// whose solve failed get a cotangent of zero.
func (w *Worker[T]) Back(ctx context.Context, log *Record[T]) error {
	if err := w.needBack(); err != nil {
		return err
	}
	n := log.rows
	if n < 1 || n > w.rows {
		return fmt.Errorf("ode: the record is of %d rows, and the worker takes at most %d rows", n, w.rows)
	}
	if !log.whole || log.keeps != w.it.keeps() {
		return fmt.Errorf("ode: the record is not one of a whole solve by this integrator")
	}
	w.clearExtra(n)
	for row, head := range log.head {
		if head == rowFailed {
			clearRow(w.cot, row)
		}
	}
	switch {
	case log.t0 == log.t1:
		return nil
	case w.step != nil:
		return w.backGrid(ctx, log)
	case w.adjoint != nil:
		return w.backAdjoint(ctx, log)
	}
	return w.replay(ctx, log)
}

// Grad returns the gradient of the parameter name, row-major, summed over the rows and solves that Back went through
// since ResetGrads; nil where the solution does not depend on the parameter.
func (w *Worker[T]) Grad(name string) []T {
	if m := w.gradMachine(); m != nil && m.Has(gradName(name)) {
		return m.Sum(gradName(name))
	}
	return nil
}

// ResetGrads sets the gradients of the parameters to zero.
func (w *Worker[T]) ResetGrads() {
	if m := w.gradMachine(); m != nil {
		m.Reset()
	}
}

// gradMachine returns the machine that the gradients of the parameters add up in, nil before it is needed.
func (w *Worker[T]) gradMachine() *machine[T] {
	if w.adjoint != nil {
		return w.adjoint.quad
	}
	return w.back
}

// InputGrad returns the columns of the gradient of one of the field's own inputs that Problem.Inputs lists, as the last
// Back has left it. It panics where that lists no such input.
func (w *Worker[T]) InputGrad(name string) [][]T {
	from := 0
	for _, in := range w.it.problem.Inputs {
		a, b := w.ownRange(in)
		if in == name {
			return w.inputGrads[from : from+b-a]
		}
		from += b - a
	}
	panic("ode: Problem.Inputs does not list " + name)
}

// TimeGrads returns the gradients of the two end times by row, with Problem.Times, as the last Back has left them. The
// steps keep their share of the interval when an end moves. They are zero where the interval is empty.
func (w *Worker[T]) TimeGrads() (t0, t1 []T) { return w.gradT0, w.gradT1 }

// needBack makes the machine for going back and the columns it fills.
func (w *Worker[T]) needBack() error {
	if w.cot != nil {
		return nil
	}
	if w.it.solver.Adjoint != nil {
		if err := w.needAdjoint(); err != nil {
			return err
		}
	} else if err := w.need(&w.back, w.it.gradient); err != nil {
		return err
	}
	w.cot = columns[T](w.it.width, w.rows)
	for _, name := range w.it.problem.Inputs {
		from, to := w.ownRange(name)
		w.inputGrads = append(w.inputGrads, columns[T](to-from, w.rows)...)
	}
	w.gradT0, w.gradT1 = make([]T, w.rows), make([]T, w.rows)
	return nil
}

func (w *Worker[T]) clearExtra(n int) {
	for _, col := range w.inputGrads {
		clear(col[:n])
	}
	clear(w.gradT0[:n])
	clear(w.gradT1[:n])
}

func (w *Worker[T]) wantsExtra() bool { return w.it.problem.Times || len(w.it.problem.Inputs) > 0 }

// addExtra adds what a lane's step contributes to the gradients of its row's own inputs and end times. The step starts
// at the share at of the interval and is the share part of it: h = part·(t1-t0), t = t0 + at·(t1-t0).
func (w *Worker[T]) addExtra(lane, row int, at, part float64) {
	from := 0
	for _, name := range w.it.problem.Inputs {
		for _, col := range w.back.Out(gradName(name)) {
			w.inputGrads[from][row] += col[lane]
			from++
		}
	}
	if w.it.problem.Times {
		end := w.back.Out(gradName(inEnd))[0][lane] // which moves with t as with h
		gt, gh := w.back.Out(gradName(inTime))[0][lane]+end, w.back.Out(gradName(inStep))[0][lane]+end
		w.gradT1[row] += gh*T(part) + gt*T(at)
		w.gradT0[row] += gt*T(1-at) - gh*T(part)
	}
}
