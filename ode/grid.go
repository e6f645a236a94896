package ode

import (
	"context"
	"fmt"
	"slices"
)

// solveGrid takes equal steps, tile by tile.
func (w *Worker[T]) solveGrid(ctx context.Context, n int, t0, t1 float64, log *Record[T]) error {
	steps := w.it.solver.runs()
	if log != nil {
		if err := log.holds(float64(steps)*float64(n)*float64(w.it.width), 0); err != nil {
			return err
		}
	}
	for from := 0; from < n; from += w.tile {
		lanes := min(w.tile, n-from)
		copyRange(w.step.y, 0, w.state, from, lanes)
		copyRange(w.step.own, 0, w.own, from, lanes)
		for i := range steps {
			if log != nil {
				log.states = appendColumns(log.states, w.step.y, lanes)
			}
			t, h := gridTime(t0, t1, i, steps)
			if err := w.gridRun(ctx, w.step, lanes, spanTo[T](t, h, t1, i == steps-1), i); err != nil {
				return err
			}
			if w.sink != nil {
				end, _ := gridTime(t0, t1, i+1, steps)
				if err := w.denseGrid(from, lanes, stride{0, t, h, end}); err != nil {
					return err
				}
			}
			copyRange(w.step.y, 0, w.step.y1, 0, lanes)
		}
		copyRange(w.state, from, w.step.y, 0, lanes)
	}
	steps = w.it.solver.Steps
	per := Stats{Evaluations: steps * w.it.solver.Method.Stages(), Accepted: steps, Smallest: abs(t1-t0) / float64(steps)}
	per.Largest = per.Smallest
	for row := range n {
		w.stats[row] = per
	}
	return w.gridFailures(n, t1, (t1-t0)/float64(steps), log)
}

// gridFailures reports the rows whose state is not finite at t1.
func (w *Worker[T]) gridFailures(n int, t1, h float64, log *Record[T]) error {
	w.failed = w.failed[:0]
	marks := w.first[:n]
	clear(marks)
	for _, col := range w.state {
		addFinite(marks, col, col)
	}
	for row, mark := range marks {
		if mark != 0 {
			w.fail(&pace{row: row, t: t1, h: h}, w.state, row, ErrNonFinite)
		}
	}
	return w.failures(log)
}

// gridTime returns the start and the length of step i, of the last step's successor t1.
func gridTime(t0, t1 float64, i, steps int) (t, h float64) {
	h = (t1 - t0) / float64(steps)
	if i == steps {
		return t1, h
	}
	return t0 + float64(i)*h, h
}

// gridRun runs step i of a grid, or its vector-Jacobian product.
func (w *Worker[T]) gridRun(ctx context.Context, m *machine[T], lanes int, s span[T], i int) error {
	m.placeAll(lanes, s)
	err := ctx.Err()
	if err == nil {
		err = m.Run(lanes)
	}
	if err != nil {
		return fmt.Errorf("ode: step %d of %d, at t = %v: %w", i+1, w.it.solver.runs(), s.t, err)
	}
	return nil
}

// backGrid goes back through equal steps, tile by tile.
func (w *Worker[T]) backGrid(ctx context.Context, log *Record[T]) error {
	n, steps := log.rows, w.it.solver.runs()
	if len(log.states) != steps*n*w.it.width {
		return fmt.Errorf("ode: the record is not one of a whole solve by this integrator")
	}
	for from := 0; from < n; from += w.tile {
		if err := w.backTile(ctx, log, from, min(w.tile, n-from)); err != nil {
			return err
		}
	}
	for row := range n {
		w.stats[row].Backward += w.it.solver.Steps * w.it.solver.Method.Stages()
	}
	return nil
}

// backTile goes back through the steps of a tile. Where a row failed, its lane repeats one that did not, with a
// cotangent of zero, so that what is not finite never enters a sum.
func (w *Worker[T]) backTile(ctx context.Context, log *Record[T], from, lanes int) error {
	b, steps, size := w.back, w.it.solver.runs(), lanes*w.it.width
	failed := log.head[from : from+lanes]
	good := slices.IndexFunc(failed, func(head int32) bool { return head != rowFailed })
	if good < 0 {
		return nil
	}
	tile := log.states[from*steps*w.it.width:]
	copyRange(b.own, 0, w.own, from, lanes)
	copyRange(b.g, 0, w.cot, from, lanes)
	for i := steps - 1; i >= 0; i-- {
		restoreColumns(b.y, tile[i*size:], lanes)
		for lane, head := range failed {
			if head == rowFailed {
				copyRow(b.y, lane, b.y, good)
				copyRow(b.own, lane, b.own, good)
			}
		}
		t, h := gridTime(log.t0, log.t1, i, steps)
		if err := w.gridRun(ctx, b, lanes, spanTo[T](t, h, log.t1, i == steps-1), i); err != nil {
			return err
		}
		for lane := 0; w.wantsExtra() && lane < lanes; lane++ {
			w.addExtra(lane, from+lane, (t-log.t0)/(log.t1-log.t0), 1/float64(steps))
		}
		copyRange(b.g, 0, b.gy, 0, lanes)
	}
	copyRange(w.cot, from, b.g, 0, lanes)
	return nil
}
