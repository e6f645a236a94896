package ode_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// evaluationsPerAttempt is the number of evaluations of an attempt: the stages, of which that at the start is known
// from the step before.
var evaluationsPerAttempt = map[string]int{"heun": 2, "bosh3": 3, "tsit5": 6, "dopri5": 6, "dopri8": 13, "dop853": 12}

// The trace of a solve and its statistics tell the same story: steps start where the last accepted one ended, from t0 to
// t1, and are accepted where their error is at most 1.
func TestStatsAddUp(t *testing.T) {
	const rows = 140 // more than a tile
	for _, m := range adaptiveMethods() {
		for _, s := range []ode.Solver{
			{Method: m, RTol: 1e-4, ATol: 1e-5}, {Method: m, RTol: 1e-4, ATol: 1e-5, Shared: true},
			{Method: m, RTol: 1e-4, ATol: 1e-5, Control: ode.Control{First: 5, FirstRule: ode.ByHairer}},
			{Method: m, RTol: 1e-4, ATol: 1e-5, Control: ode.Control{FirstRule: ode.ByHairer, MaxStep: 0.2}},
		} {
			for _, ends := range briefly([][2]float64{{0.9, -0.5}}, [][2]float64{{-0.5, 0.9}, {0.9, -0.5}}) {
				it, err := ode.NewIntegrator[float64](riccati, s)
				require.NoError(t, err)
				w, err := it.NewWorker(rows)
				require.NoError(t, err)
				for i := range rows {
					w.State(0)[0][i] = riccatiAt(ends[0], 1+float64(i%11))
				}
				var at [rows]float64
				var want [rows]ode.Stats
				for i := range at {
					at[i] = ends[0]
				}
				w.OnStep(func(e ode.StepEvent) {
					st := &want[e.Row]
					require.InDelta(t, at[e.Row], e.T, 1e-12)
					require.Equal(t, ends[1] > ends[0], e.H > 0)
					require.Equal(t, e.Error <= 1, e.Accepted)
					require.LessOrEqual(t, (e.T+e.H-ends[1])*math.Copysign(1, e.H), 1e-12, "never beyond the end")
					if !e.Accepted {
						st.Rejected++
						return
					}
					at[e.Row] = e.T + e.H
					st.Accepted++
					st.Largest = max(st.Largest, math.Abs(e.H))
					if math.Abs(at[e.Row]-ends[1]) > 1e-12 || st.Accepted == 1 {
						if st.Smallest == 0 || math.Abs(e.H) < st.Smallest {
							st.Smallest = math.Abs(e.H)
						}
					}
				})
				require.NoError(t, w.Solve(t.Context(), rows, ends[0], ends[1], nil))
				first := 1
				if s.Control.FirstRule == ode.ByHairer && s.Control.First == 0 {
					first = 2
				}
				for i, got := range w.Stats() {
					want[i].Evaluations = first + evaluationsPerAttempt[m.Name]*(want[i].Accepted+want[i].Rejected)
					require.Equal(t, want[i], got)
					require.InDelta(t, ends[1], at[i], 1e-12)
					if s.Control.MaxStep > 0 {
						require.LessOrEqual(t, got.Largest, 1.01*s.Control.MaxStep)
					}
				}
			}
		}
	}
}

func TestStatsOfEqualSteps(t *testing.T) {
	w := worker[float64](t, riccati, ode.Solver{Steps: 10}, []float64{0.5})
	var log ode.Record[float64]
	require.NoError(t, w.Solve(t.Context(), 1, 0, 1, &log))
	assert.Equal(t, ode.Stats{Evaluations: 40, Accepted: 10, Smallest: 0.1, Largest: 0.1}, w.Stats()[0])
	_, err := w.Cotangent(0)
	require.NoError(t, err)
	require.NoError(t, w.Back(t.Context(), &log))
	assert.Equal(t, 40, w.Stats()[0].Backward)
}

func TestStatsAdd(t *testing.T) {
	a := ode.Stats{Evaluations: 7, Backward: 6, Accepted: 1, Rejected: 2, Smallest: 0.1, Largest: 0.1}
	b := ode.Stats{Evaluations: 13, Backward: 12, Accepted: 2, Rejected: 0, Smallest: 0.05, Largest: 0.5}
	sum := ode.Stats{Evaluations: 20, Backward: 18, Accepted: 3, Rejected: 2, Smallest: 0.05, Largest: 0.5}
	assert.Equal(t, sum, a.Add(b))
	assert.Equal(t, sum, b.Add(a))
	assert.Equal(t, a, a.Add(ode.Stats{}))
	assert.Equal(t, a, ode.Stats{}.Add(a))
}

// The error of a step is the root mean square over the columns that steer, in units of their tolerances: that of one
// step of Heun's method for y' = a·t, with Euler's inside, is a·h²/2.
func TestErrorNorm(t *testing.T) {
	p := ode.Problem{Widths: []int{2, 1, 1}, Field: func(*graph.Graph) ode.Field {
		return func(t *graph.Node, y ode.State) ode.State {
			return ode.State{graph.Concat(t, graph.Scale(t, -2)), graph.Scale(t, 3), graph.Scale(t, 100)}
		}
	}}
	const h = 0.1
	s := ode.Solver{Method: ode.Heun, RTol: 1e-2, ATol: 1e-1, Control: ode.Control{First: h},
		Components: []ode.Tolerance{{}, {RTol: 0.05, ATol: 1}, {Free: true}}}
	w := worker[float64](t, p, s, []float64{7, -5})
	w.State(1)[0][0] = -2
	var got []ode.StepEvent
	w.OnStep(func(e ode.StepEvent) { got = append(got, e) })
	require.NoError(t, w.Solve(t.Context(), 1, 0, h, nil))
	e := func(a, rtol, atol, y float64) float64 {
		return a * h * h / 2 / (atol + rtol*max(math.Abs(y), math.Abs(y+a*h*h/2)))
	}
	e1, e2, e3 := e(1, 1e-2, 1e-1, 7), e(-2, 1e-2, 1e-1, -5), e(3, 0.05, 1, -2)
	require.Len(t, got, 1)
	assert.InDelta(t, math.Sqrt((e1*e1+e2*e2+e3*e3)/3), got[0].Error, 1e-12)
	assert.Equal(t, 0, got[0].Driver)
}

// A shortest step that is too long for the tolerances ends a solve soon; without one it takes what it needs.
func TestShortestStep(t *testing.T) {
	k := closedForms()[9] // a rotation
	cost := func(shortest float64) (int, error) {
		w := worker[float64](t, k.Problem, ode.Solver{RTol: 1e-7, ATol: 1e-9, Control: ode.Control{MinStep: shortest}}, k.y0...)
		err := w.Solve(t.Context(), 1, 1, 8, nil)
		return w.Stats()[0].Evaluations, err
	}
	few, err := cost(2)
	require.ErrorIs(t, err, ode.ErrUnderflow)
	assert.Less(t, few, 50)
	many, err := cost(0)
	require.NoError(t, err)
	assert.Greater(t, many, 100)
}

// Solving from 0 to 1 and on to 2 with the last step as the first is solving from 0 to 2, to the tolerance, and a first
// step of good length saves evaluations over a bad one.
func TestResume(t *testing.T) {
	k := closedForms()[3]
	run := func(first float64, ends ...float64) ([][]float64, ode.Stats) {
		w := worker[float64](t, k.Problem, ode.Solver{RTol: 1e-8, ATol: 1e-12, Control: ode.Control{First: first}}, k.y0...)
		var total ode.Stats
		for i := range ends[1:] {
			require.NoError(t, w.Solve(t.Context(), 1, ends[i], ends[i+1], nil))
			total = total.Add(w.Stats()[0])
		}
		return read(w.State(0), 1), total
	}
	whole, cost := run(0, 0, 2)
	resumed, _ := run(cost.Largest, 0, 1, 2)
	inDelta(t, k.want(2), whole, 1e-7, "whole")
	inDelta(t, k.want(2), resumed, 1e-7, "resumed")
	_, warm := run(cost.Smallest, 0, 2)
	_, cold := run(1e-9, 0, 2)
	assert.Less(t, warm.Evaluations, cold.Evaluations)
}

// The log holds t, h and the state of every accepted step of every row and grows no further when it is used again.
func TestLogSize(t *testing.T) {
	w := netWorker[float32](t, ode.Solver{}, 150)
	var log ode.Record[float32]
	for range 3 {
		for i := range 150 {
			place(w, i, i)
		}
		require.NoError(t, w.Solve(t.Context(), 150, 0, 1, &log))
		steps := 0
		for _, s := range w.Stats() {
			steps += s.Accepted
		}
		assert.Equal(t, steps*(2+2), log.Floats())
	}
	grid := worker[float64](t, riccati, ode.Solver{Steps: 9}, []float64{1}, []float64{2})
	var states ode.Record[float64]
	require.NoError(t, grid.Solve(t.Context(), 2, 0, 0.1, &states))
	assert.Equal(t, 2*9, states.Floats())
	adjoint := worker[float64](t, riccati, ode.Solver{Adjoint: &ode.Adjoint{}}, []float64{1}, []float64{2})
	require.NoError(t, adjoint.Solve(t.Context(), 2, 0, 0.1, &states))
	assert.Equal(t, 2*2, states.Floats(), "state and derivative at the end")
}
