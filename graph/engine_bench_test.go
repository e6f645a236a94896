package graph_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/graph"
)

// BenchmarkStep runs one Runge-Kutta step with an exact trace, and its gradient, on one core: the inner loop of
// training. The seed case is the small flow of the moons.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		name string
		flowStep
		rows  int
		write func(flowStep) func(*graph.Graph)
	}{
		{"seed/forward", flowStep{dim: 2, hidden: []int{8, 8}}, 128, func(f flowStep) func(*graph.Graph) { return f.forward }},
		{"seed/backward", flowStep{dim: 2, hidden: []int{8, 8}}, 128, func(f flowStep) func(*graph.Graph) { return f.backward }},
		{"seed/one row", flowStep{dim: 2, hidden: []int{8, 8}}, 1, func(f flowStep) func(*graph.Graph) { return f.forward }},
		{"gated/backward", flowStep{dim: 2, hidden: []int{8, 8}, gated: true}, 128, func(f flowStep) func(*graph.Graph) { return f.backward }},
		{"64x3/backward", flowStep{dim: 2, hidden: []int{64, 64, 64}}, 512, func(f flowStep) func(*graph.Graph) { return f.backward }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for _, e := range []graph.Engine{graph.Native, graph.Tape} {
				b.Run(e.String(), func(b *testing.B) {
					m := loaded[float32](b, e, c.rows, c.write(c.flowStep))
					require.NoError(b, m.Run(c.rows))
					b.ReportAllocs()
					for b.Loop() {
						if err := m.Run(c.rows); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*c.rows), "ns/row")
				})
			}
		})
	}
}

// BenchmarkCompile builds and compiles the step and its gradient.
func BenchmarkCompileEngines(b *testing.B) {
	f := flowStep{dim: 2, hidden: []int{8, 8}}
	for _, e := range []graph.Engine{graph.Native, graph.Tape} {
		b.Run(e.String(), func(b *testing.B) {
			for b.Loop() {
				for _, write := range []func(*graph.Graph){f.forward, f.backward} {
					if _, err := graph.CompileFor[float32](e, write); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
