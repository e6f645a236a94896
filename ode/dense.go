package ode

import (
	"context"
	"fmt"
	"math"
	"sort"

	"github.com/go-ffjord/ffjord/graph"
)

// sink takes the states at wanted times.
type sink[T graph.Float] struct {
	times []float64
	sign  float64 // of the direction of travel
	out   [][][]T // by time: columns
}

// SolveAt is Solve that also returns the states at the given times: for each of them columns of the whole state, the
// components side by side, NaN for the rows that failed before it. The times must lie between t0 and t1, in the
// direction of travel; equal ones are fine. They do not change the steps. Inside a step Dopri5 and Tsit5 have an
// interpolant of order 4, methods of order 4 and below get Hermite's cubic, and Dopri8 and Dop853, whose steps are too long
// for that, take one more step for each of the times.
func (w *Worker[T]) SolveAt(ctx context.Context, n int, t0, t1 float64, times []float64) ([][][]T, error) {
	if n < 1 || n > w.rows {
		return nil, fmt.Errorf("ode: %d rows to solve, want 1 to %d, as many as the worker takes", n, w.rows)
	}
	if w.it.solver.Unrolled {
		return nil, fmt.Errorf("ode: dense output follows single steps: want a solver that is not Unrolled")
	}
	s := &sink[T]{times: times, sign: math.Copysign(1, t1-t0)}
	before := t0
	for i, t := range times {
		switch {
		case math.IsNaN(t) || (t-t0)*s.sign < 0 || (t1-t)*s.sign < 0:
			return nil, fmt.Errorf("ode: times[%d] is %v: want a time from %v to %v", i, t, t0, t1)
		case (t-before)*s.sign < 0:
			return nil, fmt.Errorf("ode: times[%d] is %v, after %v: want times in the order from %v to %v", i, t, before, t0, t1)
		}
		before = t
	}
	for _, t := range times {
		out := columns[T](w.it.width, n)
		for c := range out {
			if t == t0 {
				copy(out[c], w.state[c])
			} else {
				fill(out[c], T(math.NaN()))
			}
		}
		s.out = append(s.out, out)
	}
	w.sink = s
	err := w.Solve(ctx, n, t0, t1, nil)
	w.sink = nil
	return s.out, err
}

// stride is a row's step as wanted times see it. The next one starts at its end to the last bit, which t + h may miss.
type stride struct {
	row       int
	t, h, end float64
}

// inside returns the range of the wanted times in (t, end].
func (s *sink[T]) inside(step stride) (from, to int) {
	from = sort.Search(len(s.times), func(i int) bool { return (s.times[i]-step.t)*s.sign > 0 })
	to = from
	for to < len(s.times) && (step.end-s.times[to])*s.sign >= 0 {
		to++
	}
	return from, to
}

// denseLanes writes the wanted states inside the steps that are about to be accepted.
func (w *Worker[T]) denseLanes(active int, t1 float64) error {
	return w.inSteps(active, w.trial, func(lane int) stride {
		p := &w.lanes[lane]
		if !(w.squared[lane] <= 1) {
			return stride{p.row, p.t, 0, p.t}
		}
		return stride{p.row, p.t, p.h, p.end(t1)}
	})
}

// denseAll is denseLanes for a step that all rows share.
func (w *Worker[T]) denseAll(p *pace, step span[T], n int, t1 float64) error {
	long := stride{0, p.t, p.h, p.end(t1)}
	if from, to := w.sink.inside(long); from == to {
		return nil
	}
	m := w.trial
	for from := 0; from < n; from += w.tile {
		lanes := min(w.tile, n-from)
		w.loadAll(step, from, lanes)
		copyRange(m.y1, 0, w.shared.y1, from, lanes)
		copyRange(m.k1, 0, w.shared.k1, from, lanes)
		if err := w.inSteps(lanes, m, long.rows(from)); err != nil {
			return err
		}
	}
	return nil
}

// denseGrid is denseLanes for a step of a grid, whose derivatives at both ends are not known yet.
func (w *Worker[T]) denseGrid(from, lanes int, step stride) error {
	if from, to := w.sink.inside(step); from == to {
		return nil
	}
	m := *w.step
	if method := w.it.solver.Method; method.Dense == nil && !method.beyondHermite() {
		var err error
		if m.k, err = w.slopesAt(lanes, &m, m.y, m.t[0]); err == nil {
			m.k1, err = w.slopesAt(lanes, &m, m.y1, m.end[0])
		}
		if err != nil {
			return err
		}
	}
	return w.inSteps(lanes, &m, step.rows(from))
}

// rows returns the steps of lanes that all take this one, the first of them row from.
func (s stride) rows(from int) func(lane int) stride {
	return func(lane int) stride {
		s.row = from + lane
		return s
	}
}

// inSteps writes the wanted states inside the steps of the lanes of m.
func (w *Worker[T]) inSteps(lanes int, m *machine[T], step func(lane int) stride) error {
	most := 0 // wanted times in any step
	for lane := range lanes {
		from, to := w.sink.inside(step(lane))
		most = max(most, to-from)
	}
	if most == 0 {
		return nil
	}
	if w.it.solver.Method.beyondHermite() {
		return w.shortSteps(lanes, most, m, step)
	}
	q, err := w.coefficients(lanes, m)
	if err != nil {
		return err
	}
	for lane := range lanes {
		s := step(lane)
		for i, to := w.sink.inside(s); i < to; i++ {
			theta := 1.
			if time := w.sink.times[i]; time != s.end {
				theta = min(1, (time-s.t)/s.h)
			}
			w.interpolate(w.sink.out[i], s.row, m, q, lane, theta)
		}
	}
	return nil
}

// slopesAt returns the derivatives of the lanes of m at states y, all at time t.
func (w *Worker[T]) slopesAt(lanes int, m *machine[T], y [][]T, t T) ([][]T, error) {
	err := w.need(&w.field, w.it.derivative)
	if err != nil {
		return nil, err
	}
	copyRange(w.field.y, 0, y, 0, lanes)
	copyRange(w.field.own, 0, m.own, 0, lanes)
	fill(w.field.t[:lanes], t)
	if err := w.field.Run(lanes); err != nil {
		return nil, err
	}
	out := columns[T](w.it.width, lanes)
	copyRange(out, 0, w.field.k1, 0, lanes)
	return out, nil
}
