package ode_test

import (
	"slices"
	"testing"

	"github.com/go-ffjord/ffjord/ode"
)

// BenchmarkSolve solves 512 rows of a small network's field, reporting evaluations, steps and the log per row.
func BenchmarkSolve(b *testing.B) {
	for _, c := range []struct {
		name string
		s    ode.Solver
	}{
		{"own", ode.Solver{}}, {"shared", ode.Solver{Shared: true}}, {"pi", ode.Solver{Control: ode.Control{P: 0.4, I: 0.3}}},
		{"hairer", ode.Solver{Control: ode.Control{FirstRule: ode.ByHairer}}}, {"grid", ode.Solver{Steps: 8}},
	} {
		b.Run(c.name, func(b *testing.B) {
			const rows = 512
			w := netWorker[float32](b, c.s, rows)
			for i := range rows {
				place(w, i, i)
			}
			x, y := slices.Clone(w.State(0)[0]), slices.Clone(w.State(0)[1])
			var log ode.Record[float32]
			for b.Loop() {
				copy(w.State(0)[0], x)
				copy(w.State(0)[1], y)
				if err := w.Solve(b.Context(), rows, 0, 1, &log); err != nil {
					b.Fatal(err)
				}
			}
			var total ode.Stats
			for _, s := range w.Stats() {
				total = total.Add(s)
			}
			b.ReportMetric(float64(total.Evaluations)/rows, "evaluations/row")
			b.ReportMetric(float64(total.Accepted)/rows, "accepted/row")
			b.ReportMetric(float64(total.Rejected)/rows, "rejected/row")
			b.ReportMetric(float64(log.Floats())/rows, "log-floats/row")
			b.ReportMetric(float64(b.N)*rows/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
