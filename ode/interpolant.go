package ode

import "github.com/go-ffjord/ffjord/graph"

// coefficients returns the coefficients of the method's interpolant by power and column, nil where it has none.
func (w *Worker[T]) coefficients(lanes int, m *machine[T]) ([][][]T, error) {
	method := w.it.solver.Method
	if method.Dense == nil {
		return nil, nil
	}
	if err := w.need(&w.dense, w.it.interpolant); err != nil {
		return nil, err
	}
	d := w.dense
	copyRange(d.y, 0, m.y, 0, lanes)
	copyRange(d.own, 0, m.own, 0, lanes)
	for lane := range lanes {
		d.place(lane, m.placed(lane))
	}
	if err := d.Run(lanes); err != nil {
		return nil, err
	}
	q := make([][][]T, len(method.Dense[0]))
	for power := range q {
		for c := range w.it.problem.Widths {
			q[power] = append(q[power], d.Out(denseName(power, c))...)
		}
	}
	return q, nil
}

// interpolate writes the state at the share theta of a lane's step to a row of dst.
func (w *Worker[T]) interpolate(dst [][]T, row int, m *machine[T], q [][][]T, lane int, theta float64) {
	for c := range dst {
		switch {
		case theta == 1:
			dst[c][row] = m.y1[c][lane]
		case q == nil:
			dst[c][row] = hermite(theta, m.placed(lane).h, m.y[c][lane], m.y1[c][lane], m.k[c][lane], m.k1[c][lane])
		default:
			s := 0.0
			for power := len(q) - 1; power >= 0; power-- {
				s = (s + float64(q[power][c][lane])) * theta
			}
			dst[c][row] = T(float64(m.y[c][lane]) + float64(m.placed(lane).h)*s)
		}
	}
}

// hermite returns the cubic through both ends of a step and the derivatives there, at the share θ of the step (Hairer,
// Nørsett & Wanner 1993, II.6.7).
func hermite[T graph.Float](theta float64, h, y0, y1, k0, k1 T) T {
	d := float64(y1) - float64(y0)
	bend := (1-2*theta)*d + (theta-1)*float64(h)*float64(k0) + theta*float64(h)*float64(k1)
	return T((1-theta)*float64(y0) + theta*float64(y1) + theta*(theta-1)*bend)
}

// shortSteps writes the wanted states by a shorter step of the method from the start of each lane's step.
func (w *Worker[T]) shortSteps(lanes, most int, m *machine[T], step func(lane int) stride) error {
	if err := w.need(&w.dense, w.it.solution); err != nil {
		return err
	}
	d := w.dense
	copyRange(d.y, 0, m.y, 0, lanes)
	copyRange(d.own, 0, m.own, 0, lanes)
	wanted := func(k, lane int) (i int, s stride, short bool) { // the step to the k-th wanted time of a lane, empty for none
		s = step(lane)
		from, to := w.sink.inside(s)
		if from+k >= to {
			return 0, stride{s.row, s.t, 0, s.t}, false
		}
		time := w.sink.times[from+k]
		return from + k, stride{s.row, s.t, time - s.t, time}, time != s.end
	}
	for k := range most {
		for lane := range lanes {
			_, s, _ := wanted(k, lane)
			d.place(lane, spanTo[T](s.t, s.h, s.end, true))
		}
		if err := d.Run(lanes); err != nil {
			return err
		}
		for lane := range lanes {
			if i, s, short := wanted(k, lane); short {
				copyRow(w.sink.out[i], s.row, d.y1, lane)
				w.stats[s.row].Evaluations += w.it.solver.Method.Stages()
			} else if s.end != s.t {
				copyRow(w.sink.out[i], s.row, m.y1, lane)
			}
		}
	}
	return nil
}
