package ode_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// between returns n times from t0 to t1, both included.
func between(t0, t1 float64, n int) []float64 {
	times := make([]float64, n)
	for i := range times {
		times[i] = t0 + (t1-t0)*float64(i)/float64(n-1)
	}
	times[n-1] = t1
	return times
}

// Inside one step from a true state the interpolant errs like h⁵ where it is of order 4 and like h⁴ where it is a cubic,
// unless the method's own error is larger.
func TestInterpolantOrder(t *testing.T) {
	want := map[string]float64{
		"heun": 3, "bosh3": 4, "tsit5": 5, "dopri5": 5, "euler": 2, "midpoint": 3, "rk4": 4, "rk4-3/8": 4,
	}
	for _, m := range ode.Methods() {
		if m == ode.Dopri8 || m == ode.Dop853 {
			continue // takes a step for each time
		}
		t.Run(m.Name, func(t *testing.T) {
			require.Contains(t, want, m.Name, "a new method has a line here")
			var errs []float64
			for h := 0.5; h > 0.01; h /= 2 {
				w := worker[float64](t, riccati, ode.Solver{Method: m, Steps: 1}, []float64{riccatiAt(0.5, 2.5)})
				times := between(0.5, 0.5+h, 9)
				out, err := w.SolveAt(t.Context(), 1, 0.5, 0.5+h, times)
				require.NoError(t, err)
				worst := 0.0
				for i, time := range times {
					worst = max(worst, math.Abs(out[i][0][0]-riccatiAt(time, 2.5)))
				}
				if worst < roundOff {
					break
				}
				errs = append(errs, worst)
			}
			require.GreaterOrEqual(t, len(errs), 3)
			errs = errs[max(0, len(errs)-4):]
			assert.InDelta(t, want[m.Name], slope(errs), orderWindow, "errors %v", errs)
		})
	}
}

// Any time gets the accuracy of the solve, in both directions, with steps of a row's own, shared or equal.
func TestDenseIsAsAccurateAsTheEnd(t *testing.T) {
	cs := []float64{1.5, 5, -1}
	for _, tol := range []float64{1e-4, 1e-7} {
		for _, m := range adaptiveMethods() {
			if m == ode.Heun && tol < 1e-4 {
				continue
			}
			for name, s := range map[string]ode.Solver{
				"own":    {Method: m, RTol: tol, ATol: tol},
				"shared": {Method: m, RTol: tol, ATol: tol, Shared: true},
			} {
				for _, ends := range briefly([][2]float64{{1, 0}}, [][2]float64{{0, 1}, {1, 0}}) {
					var first [][]float64
					for _, c := range cs {
						first = append(first, []float64{riccatiAt(ends[0], c)})
					}
					w := worker[float64](t, riccati, s, first...)
					times := between(ends[0], ends[1], 41)
					out, err := w.SolveAt(t.Context(), 3, ends[0], ends[1], times)
					require.NoError(t, err)
					assert.Equal(t, first, read(out[0], 3), "exact at the start")
					assert.Equal(t, read(w.State(0), 3), read(out[40], 3), "and the state at the end")
					worst := 0.0
					for i, time := range times {
						for j, c := range cs {
							worst = max(worst, math.Abs(out[i][0][j]-riccatiAt(time, c)))
						}
					}
					// Ten steps and more, each with an error of up to the tolerance (√3 of it where three rows share a
					// norm), which grows on the way by up to 9.
					assert.Less(t, worst, 60*tol, "%s %s %v at %g", m.Name, name, ends, tol)
				}
			}
		}
	}
}

// A thousand equal steps of y' = -y are exact to 1e-6 at any time, Euler's to 1e-3.
func TestDenseGrid(t *testing.T) {
	decay := scalar(1, func(_, y *graph.Node) *graph.Node { return graph.Neg(y) })
	for _, m := range ode.Methods() {
		tolerance := 1e-6
		if m == ode.Euler {
			tolerance = 1e-3
		}
		for _, ends := range [][2]float64{{0, 1}, {1, 0}} {
			w := worker[float64](t, decay, ode.Solver{Method: m, Steps: 1000}, []float64{math.Exp(-ends[0])})
			times := between(ends[0], ends[1], 37) // most of them inside a step
			out, err := w.SolveAt(t.Context(), 1, ends[0], ends[1], times)
			require.NoError(t, err)
			for i, time := range times {
				assert.InDelta(t, math.Exp(-time), out[i][0][0], tolerance, "%s at %v", m.Name, time)
			}
		}
	}
}

// The interpolants of order 4 are exact for a polynomial of degree 4 over one step of length 10.
func TestInterpolantReproducesQuartic(t *testing.T) {
	p := func(x float64) float64 { return x*x*x*x + 0.3*x*x*x + 3.5*x*x + 0.5*x + 0.1 }
	derivative := scalar(1, func(x, y *graph.Node) *graph.Node {
		x2 := graph.Square(x)
		return graph.Add(graph.Add(graph.Scale(graph.Mul(x2, x), 4), graph.Scale(x2, 0.9)), graph.Shift(graph.Scale(x, 7), 0.5))
	})
	for _, m := range []*ode.Tableau{ode.Tsit5, ode.Dopri5} {
		w := worker[float64](t, derivative, ode.Solver{Method: m, Control: ode.Control{First: 10}}, []float64{p(0)})
		times := between(0, 10, 50)
		out, err := w.SolveAt(t.Context(), 1, 0, 10, times)
		require.NoError(t, err)
		require.Equal(t, 1, w.Stats()[0].Accepted)
		for i, x := range times {
			assert.InDelta(t, p(x), out[i][0][0], 1e-6, "%s at %v, of up to 1e4", m.Name, x)
		}
	}
}

func TestDenseTimes(t *testing.T) {
	decay := scalar(1, func(_, y *graph.Node) *graph.Node { return graph.Neg(y) })
	for _, c := range []struct {
		name   string
		t0, t1 float64
		times  []float64
		want   string
	}{
		{"before", 0, 1, []float64{-0.1, 0.5}, "times[0] is -0.1: want a time from 0 to 1"},
		{"after", 0, 1, []float64{0.5, 1.5}, "times[1] is 1.5: want a time from 0 to 1"},
		{"backward before", 1, 0, []float64{1.1}, "times[0] is 1.1: want a time from 1 to 0"},
		{"disorder", 0, 1, []float64{0.5, 0.4}, "times[1] is 0.4, after 0.5: want times in the order from 0 to 1"},
		{"wrong way", 1, 0, []float64{0.4, 0.5}, "times[1] is 0.5, after 0.4: want times in the order from 1 to 0"},
		{"not a number", 0, 1, []float64{0, nan}, "times[1] is NaN"},
		{"of nothing", 2, 2, []float64{2, 2.1}, "times[1] is 2.1: want a time from 2 to 2"},
		{"from nowhere", nan, 1, []float64{0}, "want finite times"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := worker[float64](t, decay, ode.Solver{}, []float64{1})
			_, err := w.SolveAt(t.Context(), 1, c.t0, c.t1, c.times)
			require.ErrorContains(t, err, c.want)
		})
	}
	w := worker[float64](t, decay, ode.Solver{}, []float64{1})
	_, err := w.SolveAt(t.Context(), 2, 0, 1, nil)
	assert.ErrorContains(t, err, "2 rows to solve, want 1 to 1")

	out, err := w.SolveAt(t.Context(), 1, 3, 3, []float64{3, 3})
	require.NoError(t, err)
	assert.Equal(t, [][][]float64{{{1}}, {{1}}}, out, "an interval of nothing")
	out, err = w.SolveAt(t.Context(), 1, 0, 1, nil)
	require.NoError(t, err)
	assert.Empty(t, out)
	out, err = w.SolveAt(t.Context(), 1, 1, 0, []float64{1, 1, 0.5, 0.5, 0, 0})
	require.NoError(t, err)
	assert.Equal(t, out[0], out[1])
	assert.Equal(t, out[2], out[3])
	assert.Equal(t, out[4], out[5])
	assert.InDelta(t, 1, out[5][0][0], 2e-3)
}

// Wanted times change no step, and a row that fails keeps its states up to there.
func TestDenseChangesNothing(t *testing.T) {
	for _, s := range []ode.Solver{{}, {Method: ode.Bosh3}, {Method: ode.Dopri8}, {Method: ode.Dop853}, {Shared: true}, {Steps: 7}} {
		var want, got [][]float64
		w := worker[float64](t, riccati, s, []float64{0.5}, []float64{-1})
		require.NoError(t, w.Solve(t.Context(), 2, 0, 1, nil))
		want = read(w.State(0), 2)
		accepted := w.Stats()[0].Accepted
		start(w.State(0), []float64{0.5}, []float64{-1})
		_, err := w.SolveAt(t.Context(), 2, 0, 1, between(0, 1, 23))
		require.NoError(t, err)
		got = read(w.State(0), 2)
		assert.Equal(t, want, got)
		assert.Equal(t, accepted, w.Stats()[0].Accepted)
	}
	w := worker[float64](t, blowUp, ode.Solver{RTol: 1e-6}, []float64{1}, []float64{0.1})
	out, err := w.SolveAt(t.Context(), 2, 0, 2, []float64{0, 0.5, 1.5, 2})
	require.ErrorIs(t, err, ode.ErrUnderflow)
	assert.Equal(t, 1., out[0][0][0])
	assert.InDelta(t, 2, out[1][0][0], 1e-4)
	assert.True(t, math.IsNaN(out[2][0][0]))
	assert.True(t, math.IsNaN(out[3][0][0]))
	assert.InDelta(t, 1/(10-2.), out[3][0][1], 1e-4)
}
