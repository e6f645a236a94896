package ode

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/internal/guard"
)

// shared holds an attempt of all rows of a chunk at one step.
type shared[T graph.Float] struct {
	y1, k1 [][]T
	s      []float64 // squared errors by row
}

// solveShared takes the same steps for all rows, chosen by the root mean square of the error over all of them.
func (w *Worker[T]) solveShared(ctx context.Context, n int, t0, t1 float64, log *Record[T]) error {
	if err := w.start(ctx, n, t0, t1); err != nil {
		return err
	}
	if w.shared.s == nil {
		w.shared = shared[T]{columns[T](w.it.width, w.rows), columns[T](w.it.width, w.rows), make([]float64, w.rows)}
	}
	c := w.course(t0, t1)
	copy(w.shared.s, w.first[:n])
	if i := w.worst(n); math.IsNaN(w.first[i]) {
		return w.failAll(&pace{t: t0}, n, log, ErrNonFinite)
	}
	var one [1]pace
	c.start(&one[0], 0, w.first[0])
	for p := &one[0]; ; {
		step := spanTo[T](p.t, p.h, t1, p.last)
		s, err := w.attemptAll(ctx, p, step, n)
		if err != nil {
			return err
		}
		for row := range n {
			w.stats[row].attempt(w.it.cost, p, s)
		}
		if err := w.reportAll(p, n, s); err != nil {
			return err
		}
		if s <= 1 {
			if err := w.acceptAll(p, step, n, t1, log); err != nil {
				return err
			}
		}
		c.control.factors(c.exps, []float64{s}, one[:])
		done, reason := c.next(p, s, w.stats[0].Accepted+w.stats[0].Rejected)
		switch {
		case reason != nil:
			return w.failAll(p, n, log, reason)
		case done:
			return nil
		}
	}
}

// reportAll tells whoever listens of the attempt of all rows.
func (w *Worker[T]) reportAll(p *pace, n int, s float64) error {
	if w.onStep == nil {
		return nil
	}
	return guard.Call("OnStep", func() error {
		for row := range n {
			w.onStep(StepEvent{Row: row, T: p.t, H: p.h, Error: math.Sqrt(s), Accepted: s <= 1, Driver: -1})
		}
		return nil
	})
}

// loadAll puts the rows of the chunk from row from on into the trial's lanes, for a step.
func (w *Worker[T]) loadAll(step span[T], from, lanes int) {
	m := w.trial
	copyRange(m.y, 0, w.state, from, lanes)
	copyRange(m.k, 0, w.slope, from, lanes)
	copyRange(m.own, 0, w.own, from, lanes)
	m.placeAll(lanes, step)
}

// attemptAll runs a step of all rows and returns the mean squared error.
func (w *Worker[T]) attemptAll(ctx context.Context, p *pace, step span[T], n int) (float64, error) {
	m, s := w.trial, &w.shared
	for from := 0; from < n; from += w.tile {
		lanes := min(w.tile, n-from)
		w.loadAll(step, from, lanes)
		err := ctx.Err()
		if err == nil {
			err = m.Run(lanes)
		}
		if err != nil {
			return 0, fmt.Errorf("ode: at t = %v: %w", p.t, err)
		}
		w.measure(lanes)
		copy(s.s[from:], w.squared[:lanes])
		copyRange(s.y1, from, m.y1, 0, lanes)
		copyRange(s.k1, from, m.k1, 0, lanes)
	}
	total := 0.0
	for _, v := range s.s[:n] {
		total += v
	}
	return total / float64(n), nil
}

// acceptAll moves all rows to the end of the step.
func (w *Worker[T]) acceptAll(p *pace, step span[T], n int, t1 float64, log *Record[T]) error {
	if log != nil && log.keeps == keepsSteps {
		if err := log.holds(float64(len(log.records)+n*(2+w.it.width)), float64(len(log.prev)+n)); err != nil {
			return err
		}
		for row := range n {
			log.add(row, step, w.state, row)
		}
	}
	if w.sink != nil {
		if err := w.denseAll(p, step, n, t1); err != nil {
			return err
		}
	}
	copyRange(w.state, 0, w.shared.y1, 0, n)
	copyRange(w.slope, 0, w.shared.k1, 0, n)
	return nil
}

// worst returns the row with the largest error, or the first whose error is not finite.
func (w *Worker[T]) worst(n int) int {
	worst := 0
	for row, s := range w.shared.s[:n] {
		if math.IsNaN(s) {
			return row
		}
		if s > w.shared.s[worst] {
			worst = row
		}
	}
	return worst
}

// failAll gives all rows up, first of all the one that held the others up.
func (w *Worker[T]) failAll(p *pace, n int, log *Record[T], reason error) error {
	worst := w.worst(n)
	p.row = worst
	w.fail(p, w.state, worst, reason)
	for row := range n {
		if row != worst {
			p.row = row
			w.fail(p, w.state, row, reason)
		}
		if log != nil {
			log.drop(row)
		}
	}
	return &SolveError{Rows: slices.Clone(w.failed)}
}
