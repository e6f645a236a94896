package ode

import (
	"math"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/internal/guard"
)

// measure sets the squared error of every lane to the mean, over the columns that are not Free, of the squared error in
// units of the tolerance, NaN where the state or the derivative after the step is not finite.
func (w *Worker[T]) measure(active int) {
	m, s := w.trial, w.squared[:active]
	clear(s)
	steering, col := 0, 0
	for c, width := range w.it.problem.Widths {
		tol := w.it.solver.component(c)
		for range width {
			addFinite(s, m.y1[col], m.k1[col])
			if !tol.Free {
				addError(s, m.y[col], m.y1[col], m.e[col], tol)
				steering++
			}
			col++
		}
	}
	scale := 1 / float64(steering)
	for lane := range s {
		s[lane] *= scale
	}
}

func addError[T graph.Float](s []float64, y, y1, e []T, tol Tolerance) {
	y, y1, e = y[:len(s)], y1[:len(s)], e[:len(s)]
	for i := range s {
		r := float64(e[i]) / (tol.ATol + tol.RTol*max(abs(float64(y[i])), abs(float64(y1[i]))))
		s[i] += float64(r * r)
	}
}

// addFinite adds NaN where a state or a derivative is not finite: an infinite state has an infinite tolerance, and
// would be accepted.
func addFinite[T graph.Float](s []float64, y, k []T) {
	y, k = y[:len(s)], k[:len(s)]
	for i := range s {
		s[i] += float64((y[i] - y[i]) + (k[i] - k[i]))
	}
}

// accept moves the lanes whose error is small enough to the end of their step. NaN is never small enough.
func (w *Worker[T]) accept(active int) {
	m, s := w.trial, w.squared[:active]
	for c := range m.y {
		take(m.y[c], m.y1[c], s)
		take(m.k[c], m.k1[c], s)
	}
}

func take[T graph.Float](dst, src []T, s []float64) {
	dst, src = dst[:len(s)], src[:len(s)]
	for i := range s {
		if s[i] <= 1 {
			dst[i] = src[i]
		}
	}
}

// report tells whoever listens of the attempts of all lanes.
func (w *Worker[T]) report(active int) error {
	if w.onStep == nil {
		return nil
	}
	return guard.Call("OnStep", func() error {
		w.reportLanes(active)
		return nil
	})
}

func (w *Worker[T]) reportLanes(active int) {
	for lane, s := range w.squared[:active] {
		p := &w.lanes[lane]
		w.onStep(StepEvent{Row: p.row, T: p.t, H: p.h, Error: math.Sqrt(s), Accepted: s <= 1, Driver: w.driver(lane)})
	}
}

// driver returns the component with the largest share of a lane's error, or the first that is not finite.
func (w *Worker[T]) driver(lane int) int {
	m := w.trial
	best, largest, col := -1, -1.0, 0
	for c, width := range w.it.problem.Widths {
		tol := w.it.solver.component(c)
		var s [1]float64
		for range width {
			addFinite(s[:], m.y1[col][lane:], m.k1[col][lane:])
			if !tol.Free {
				addError(s[:], m.y[col][lane:], m.y1[col][lane:], m.e[col][lane:], tol)
			}
			col++
		}
		if math.IsNaN(s[0]) {
			return c
		}
		if !tol.Free && s[0] > largest {
			best, largest = c, s[0]
		}
	}
	return best
}
