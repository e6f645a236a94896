package ode

import (
	"context"
	"fmt"
	"math"

	"github.com/go-ffjord/ffjord/graph"
)

// firstSteps chooses |h| of the first step of the first n rows of the chunk, whose slopes are known: NaN where a state
// or a slope is not finite.
func (w *Worker[T]) firstSteps(ctx context.Context, n int, t0, t1 float64) error {
	c, first := w.it.solver.Control, w.first[:n]
	switch {
	case c.First > 0:
		for row := range first {
			first[row] = c.First
		}
	case c.FirstRule == ByHairer:
		if err := w.hairer(ctx, n, t0, t1); err != nil {
			return err
		}
	default:
		w.bySlope(first, abs(t1-t0))
	}
	for c := range w.state {
		addFinite(first, w.state[c], w.slope[c])
	}
	return nil
}

// bySlope sets the first steps to 1.6·d^(-1/q), at most the span.
func (w *Worker[T]) bySlope(first []float64, span float64) {
	q := float64(w.it.solver.Method.ErrorOrder + 1)
	w.norms(first, w.slope, 1)
	for row, d2 := range first {
		first[row] = span
		if d2 > 0 {
			first[row] = min(span, 1.6*exp2(-log2(min(d2, 1e300))/(2*q)))
		}
	}
}

// norms sets dst to the squared norm of x of every row, in units of ATol + RTol·max(|y|, least); of all rows together
// for a shared step.
func (w *Worker[T]) norms(dst []float64, x [][]T, least float64) {
	clear(dst)
	steering, col := 0, 0
	for c, width := range w.it.problem.Widths {
		tol := w.it.solver.component(c)
		for range width {
			if !tol.Free {
				addNorm(dst, x[col], w.state[col], tol, least)
				steering++
			}
			col++
		}
	}
	total := 0.0
	for row := range dst {
		dst[row] /= float64(steering)
		total += dst[row]
	}
	for row := 0; w.it.solver.Shared && row < len(dst); row++ {
		dst[row] = total / float64(len(dst))
	}
}

func addNorm[T graph.Float](dst []float64, x, y []T, tol Tolerance, least float64) {
	for i := range dst {
		r := float64(x[i]) / (tol.ATol + tol.RTol*max(abs(float64(y[i])), least))
		dst[i] += float64(r * r)
	}
}

// hairer chooses the first steps by Hairer, Nørsett & Wanner 1993, II.4: h₀ = 0.01 |y|/|f|; with the derivative f' after
// an Euler step of h₀, h₁ = (0.01/max(|f|, |f' - f|/h₀))^(1/q); the first step is min(100 h₀, h₁).
func (w *Worker[T]) hairer(ctx context.Context, n int, t0, t1 float64) error {
	span := abs(t1 - t0)
	d0, d1, d2, h0 := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	w.norms(d0, w.state, 0)
	w.norms(d1, w.slope, 0)
	for row := range h0 {
		h0[row] = 1e-6
		if d0[row] >= 1e-10 && d1[row] >= 1e-10 {
			h0[row] = 0.01 * math.Sqrt(d0[row]/d1[row])
		}
		h0[row] = min(max(h0[row], 1e-12*span), span)
	}
	bend, err := w.bend(ctx, h0, t0, t1)
	if err != nil {
		return err
	}
	w.norms(d2, bend, 0)
	q := float64(w.it.solver.Method.ErrorOrder + 1)
	for row, h := range h0 {
		steepest := math.Sqrt(max(d1[row], d2[row]/(h*h)))
		h1 := max(1e-6, h*1e-3)
		if steepest > 1e-15 {
			h1 = math.Pow(0.01/steepest, 1/q)
		}
		w.first[row] = min(100*h, h1, span)
		if math.IsNaN(w.first[row]) { // the Euler step has left the field's domain
			w.first[row] = h
		}
	}
	return nil
}

// bend returns the change of every row's derivative over an Euler step of h₀ from t0 towards t1.
func (w *Worker[T]) bend(ctx context.Context, h0 []float64, t0, t1 float64) ([][]T, error) {
	f, out := w.field, columns[T](w.it.width, len(h0))
	for from := 0; from < len(h0); from += w.tile {
		lanes := min(w.tile, len(h0)-from)
		copyRange(f.own, 0, w.own, from, lanes)
		for lane := range lanes {
			row := from + lane
			h := math.Copysign(h0[row], t1-t0)
			f.t[lane] = T(t0 + h)
			if h0[row] == abs(t1-t0) {
				f.t[lane] = T(t1)
			}
			for c := range f.y {
				f.y[c][lane] = w.state[c][row] + T(h)*w.slope[c][row]
			}
		}
		err := ctx.Err()
		if err == nil {
			err = f.Run(lanes)
		}
		if err != nil {
			return nil, fmt.Errorf("ode: the derivative near t = %v: %w", t0, err)
		}
		for c := range out {
			for lane := range lanes {
				out[c][from+lane] = f.k1[c][lane] - w.slope[c][from+lane]
			}
		}
	}
	for row := range h0 {
		w.stats[row].Evaluations++
	}
	return out, nil
}
