package ode

import (
	"context"
	"fmt"
	"math"

	"github.com/go-ffjord/ffjord/graph"
)

// solveByTolerance lets every row choose its steps. Rows are dealt out to the lanes of a tile; where a row is done, the
// last lane takes its place and the next row of the chunk enters behind, so that lanes stay busy to the end.
func (w *Worker[T]) solveByTolerance(ctx context.Context, n int, t0, t1 float64, log *Record[T]) error {
	if err := w.start(ctx, n, t0, t1); err != nil {
		return err
	}
	c := w.course(t0, t1)
	w.fillLanes(min(w.tile, n))
	for active, next := 0, 0; ; {
		for active < w.tile && next < n {
			if w.enter(&c, active, next) {
				active++
			}
			next++
		}
		if active == 0 {
			return w.failures(log)
		}
		if err := w.attempt(ctx, active, t1, log); err != nil {
			return err
		}
		w.accept(active)
		c.control.factors(c.exps, w.squared[:active], w.lanes)
		for lane := active - 1; lane >= 0; lane-- {
			if w.advance(&c, lane) {
				active--
				w.move(lane, active)
			}
		}
	}
}

// start prepares a solve by tolerance of n rows: their derivatives at t0 and first steps.
func (w *Worker[T]) start(ctx context.Context, n int, t0, t1 float64) error {
	w.failed = w.failed[:0]
	if err := w.startSlopes(ctx, n, t0); err != nil {
		return err
	}
	return w.firstSteps(ctx, n, t0, t1)
}

// startSlopes computes the derivative at t of the first n rows of the chunk.
func (w *Worker[T]) startSlopes(ctx context.Context, n int, t float64) error {
	f := w.field
	for from := 0; from < n; from += w.tile {
		lanes := min(w.tile, n-from)
		copyRange(f.y, 0, w.state, from, lanes)
		copyRange(f.own, 0, w.own, from, lanes)
		fill(f.t[:lanes], T(t))
		err := ctx.Err()
		if err == nil {
			err = f.Run(lanes)
		}
		if err != nil {
			return fmt.Errorf("ode: the derivative at t = %v: %w", t, err)
		}
		copyRange(w.slope, from, f.k1, 0, lanes)
	}
	for row := range n {
		w.stats[row].Evaluations++
	}
	return nil
}

// fillLanes puts the first rows of the chunk into the lanes of the same number.
func (w *Worker[T]) fillLanes(lanes int) {
	m := w.trial
	copyRange(m.y, 0, w.state, 0, lanes)
	copyRange(m.k, 0, w.slope, 0, lanes)
	copyRange(m.own, 0, w.own, 0, lanes)
}

// enter puts a row of the chunk at its start into a lane, where fillLanes has not done so. A row that is not finite there
// fails at once.
func (w *Worker[T]) enter(c *course[T], lane, row int) bool {
	if math.IsNaN(w.first[row]) {
		w.fail(&pace{row: row, t: c.t0}, w.state, row, ErrNonFinite)
		return false
	}
	if lane != row {
		m := w.trial
		copyRow(m.y, lane, w.state, row)
		copyRow(m.k, lane, w.slope, row)
		copyRow(m.own, lane, w.own, row)
	}
	c.start(&w.lanes[lane], row, w.first[row])
	return true
}

// move puts the row of lane from into lane to.
func (w *Worker[T]) move(to, from int) {
	m := w.trial
	copyRow(m.y, to, m.y, from)
	copyRow(m.k, to, m.k, from)
	copyRow(m.own, to, m.own, from)
	w.lanes[to] = w.lanes[from]
}

// attempt runs a step of every lane on its way to t1, measures its error and, before any is accepted, tells whoever
// listens.
func (w *Worker[T]) attempt(ctx context.Context, active int, t1 float64, log *Record[T]) error {
	m := w.trial
	for lane := range active {
		p := &w.lanes[lane]
		m.place(lane, spanTo[T](p.t, p.h, t1, p.last))
	}
	err := ctx.Err()
	if err == nil {
		err = m.Run(active)
	}
	if err != nil {
		return fmt.Errorf("ode: row %d at t = %v: %w", w.lanes[0].row, w.lanes[0].t, err)
	}
	w.measure(active)
	if err := w.report(active); err != nil {
		return err
	}
	if log != nil && log.keeps == keepsSteps {
		if err := w.record(log, active); err != nil {
			return err
		}
	}
	if w.sink != nil {
		if err := w.denseLanes(active, t1); err != nil {
			return err
		}
	}
	if w.accepting != nil {
		return w.accepting(active)
	}
	return nil
}

// record records the steps that are about to be accepted.
func (w *Worker[T]) record(log *Record[T], active int) error {
	m := w.trial
	if err := log.holds(float64(len(log.records)+active*(2+w.it.width)), float64(len(log.prev)+active)); err != nil {
		return err
	}
	for lane, s := range w.squared[:active] {
		if s <= 1 {
			log.add(w.lanes[lane].row, m.placed(lane), m.y, lane)
		}
	}
	return nil
}

// advance does the bookkeeping of a lane after an attempt and reports whether its row is done.
func (w *Worker[T]) advance(c *course[T], lane int) (done bool) {
	p, m := &w.lanes[lane], w.trial
	s, row := w.squared[lane], p.row
	stats := &w.stats[row]
	stats.attempt(w.it.cost, p, s)
	done, reason := c.next(p, s, stats.Accepted+stats.Rejected)
	switch {
	case reason != nil:
		w.fail(p, m.y, lane, reason)
	case done:
		copyRow(w.state, row, m.y, lane)
		copyRow(w.slope, row, m.k, lane)
	}
	return done
}

// fail gives up the row of a pace, which stands at place i of columns y: its state becomes NaN.
func (w *Worker[T]) fail(p *pace, y [][]T, i int, reason error) {
	e := rowError(p, reason, w.stats[p.row])
	for c := range y {
		e.Norm = math.Hypot(e.Norm, float64(y[c][i]))
		w.state[c][p.row] = T(math.NaN())
	}
	w.judge(e)
	w.failed = append(w.failed, e)
}

// judge notes where a row's tolerance was too small for T to tell.
func (w *Worker[T]) judge(e *RowError) {
	for _, tol := range w.it.tolerances() {
		if !tol.Free && w.it.solver.Adaptive() && tol.ATol+tol.RTol*e.Norm < 2*epsilon[T]()*e.Norm {
			e.unmeasured = graph.DtypeOf[T]().String()
		}
	}
}

// failures returns the error of a solve: nil where no row failed.
func (w *Worker[T]) failures(log *Record[T]) error {
	if len(w.failed) == 0 {
		return nil
	}
	e := &SolveError{Rows: append([]*RowError(nil), w.failed...)}
	e.sort()
	if log != nil {
		for _, r := range e.Rows {
			log.drop(r.Row)
		}
	}
	return e
}
