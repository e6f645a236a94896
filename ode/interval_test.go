package ode_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// within is a problem that is defined from low to high and not an ulp beyond.
func within(low, high float64) ode.Problem {
	return scalar(1, func(t, y *graph.Node) *graph.Node {
		left, right := graph.Shift(t, -low), graph.Sub(graph.FillCols(t, high, 1), t)
		return graph.Sub(graph.Add(graph.Sqrt(left), graph.Sqrt(right)), y)
	})
}

// No stage, interpolant or derivative looks beyond the interval, however its steps round.
func TestNothingBeyondTheInterval(t *testing.T) {
	t.Run("float32", nothingBeyond[float32])
	t.Run("float64", nothingBeyond[float64])
}

func nothingBeyond[T graph.Float](t *testing.T) {
	// In T, so that the problem ends where the interval does.
	spans := briefly([][2]T{{-1, 0.1}}, [][2]T{{0, 1}, {-1, 0.1}, {100, 100.3}})
	solvers := map[string]ode.Solver{}
	for _, m := range ode.Methods() {
		for _, n := range briefly([]int{49}, []int{1, 3, 7, 10, 49, 60}) {
			solvers[fmt.Sprintf("%d steps of %s", n, m.Name)] = ode.Solver{Method: m, Steps: n}
		}
		if m.E == nil {
			continue
		}
		loose := ode.Solver{Method: m, RTol: 0.1, ATol: 0.1}
		solvers["tolerance, "+m.Name] = loose
		loose.Control = ode.Control{FirstRule: ode.ByHairer, MaxStep: 0.13}
		solvers["short steps, "+m.Name] = loose
		loose.Shared = true
		solvers["shared, "+m.Name] = loose
	}
	for _, n := range briefly([]int{3}, []int{1, 3, 7, 10}) {
		solvers[fmt.Sprintf("unrolled %d", n)] = ode.Solver{Steps: n, Unrolled: true}
	}
	solvers["adjoint"] = ode.Solver{Adjoint: &ode.Adjoint{}, RTol: 0.1, ATol: 0.1}
	for name, s := range solvers {
		for _, span := range spans {
			low, high := float64(span[0]), float64(span[1])
			it, err := ode.NewIntegrator[T](within(low, high), s)
			require.NoError(t, err)
			w, err := it.NewWorker(2)
			require.NoError(t, err)
			for _, ends := range [][2]float64{{low, high}, {high, low}} {
				what := fmt.Sprintf("%s from %v to %v", name, ends[0], ends[1])
				start(w.State(0), []float64{0}, []float64{3})
				var log ode.Record[T]
				assert.NoError(t, w.Solve(t.Context(), 2, ends[0], ends[1], &log), what)
				cot, err := w.Cotangent(0)
				require.NoError(t, err)
				start(cot, []float64{1}, []float64{1})
				require.NoError(t, w.Back(t.Context(), &log), what)
				for _, g := range read(cot, 2) {
					assert.False(t, math.IsNaN(g[0]), what)
				}
				if s.Unrolled {
					continue
				}
				start(w.State(0), []float64{0}, []float64{3})
				states, err := w.SolveAt(t.Context(), 2, ends[0], ends[1], []float64{ends[0], (low + high) / 2, ends[1], ends[1]})
				require.NoError(t, err, what)
				for i := range states {
					for _, y := range states[i][0] {
						assert.False(t, math.IsNaN(float64(y)), "%s: state %d", what, i)
					}
				}
			}
		}
	}
}
