package ode

import (
	"testing"

	"github.com/go-ffjord/ffjord/graph"
)

// BenchmarkControl measures what the choice of steps adds to an attempt of a full tile in two dimensions with a
// log-determinant beside them: the errors, the acceptance, the log and the next step of every lane.
func BenchmarkControl(b *testing.B) {
	it, err := NewIntegrator[float32](Problem{Widths: []int{2, 1}, Field: func(*graph.Graph) Field {
		return func(_ *graph.Node, y State) State { return y }
	}}, Solver{})
	if err != nil {
		b.Fatal(err)
	}
	w, err := it.NewWorker(tileLanes)
	if err != nil {
		b.Fatal(err)
	}
	m, c := w.trial, w.course(0, 1e9)
	for lane := range tileLanes {
		c.start(&w.lanes[lane], lane, 0.1)
		for col := range m.y {
			m.y[col][lane], m.y1[col][lane], m.k1[col][lane] = 1, 1.1, 1
			m.e[col][lane] = 1e-4 * float32(1+lane%16)
		}
	}
	var log Record[float32]
	log.reset(0, 1e9, tileLanes, keepsSteps, 1<<40)
	for b.Loop() {
		w.measure(tileLanes)
		if err := w.record(&log, tileLanes); err != nil {
			b.Fatal(err)
		}
		w.accept(tileLanes)
		c.control.factors(c.exps, w.squared, w.lanes)
		for lane := range tileLanes {
			w.advance(&c, lane)
			w.lanes[lane].t, w.lanes[lane].h, w.stats[lane] = 0, 0.1, Stats{}
		}
		log.reset(0, 1e9, tileLanes, keepsSteps, 1<<40)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/tileLanes, "ns/lane")
}
