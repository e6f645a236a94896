package ode_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/diff/fd"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// driftBy is dy/dt = tanh(y W + t b).
func driftBy(t, y *graph.Node, param func(string) *graph.Node) *graph.Node {
	return graph.Tanh(graph.Add(graph.MatMul(y, param("W")), graph.MatMul(t, param("b"))))
}

func dense(rows, cols int, values ...float64) *tensor.Dense {
	return tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(values))
}

func rowsFrom(seed uint64, rows, cols int) *tensor.Dense {
	rng, values := rand.New(rand.NewPCG(seed, 0)), make([]float64, rows*cols)
	for i := range values {
		values[i] = rng.NormFloat64()
	}
	return dense(rows, cols, values...)
}

// Solve gives the closed form at every time, in both directions and types, to the tolerance.
func TestSolveIsTheClosedForm(t *testing.T) {
	decay := func(_, y *graph.Node, param func(string) *graph.Node) *graph.Node { return graph.Mul(y, param("rate")) }
	times := []float64{0, 0.3, 0.3, 1}
	params := ode.Params{"rate": dense(1, 2, -1, 2)}
	y0 := rowsFrom(1, 300, 2)
	s, err := ode.Solve(t.Context(), decay, y0, times, params, ode.Solver{RTol: 1e-9, ATol: 1e-9})
	require.NoError(t, err)
	assert.Equal(t, times, s.Times)
	require.Len(t, s.States, 4)
	for i, at := range times {
		for j, v := range s.States[i].Float64s() {
			want := y0.Float64s()[j] * math.Exp([]float64{-1, 2}[j%2]*at)
			assert.InDelta(t, want, v, 1e-7*(1+math.Abs(want)))
		}
	}
	assert.Equal(t, y0.Float64s(), s.States[0].Float64s())
	assert.Len(t, s.Stats, 300)
	assert.Positive(t, s.Stats[299].Evaluations)

	back, err := ode.Solve(t.Context(), decay, s.States[3], []float64{1, 0}, params, ode.Solver{RTol: 1e-9, ATol: 1e-9})
	require.NoError(t, err)
	assert.InDeltaSlice(t, y0.Float64s(), back.States[1].Float64s(), 1e-7)

	narrow := tensor.New(tensor.WithShape(1, 1), tensor.WithBacking([]float32{1}))
	s, err = ode.Solve(t.Context(), func(_, y *graph.Node, _ func(string) *graph.Node) *graph.Node { return y }, narrow, []float64{0, 1}, nil, ode.Solver{Steps: 20})
	require.NoError(t, err)
	assert.InDelta(t, math.E, s.States[1].Float32s()[0], 1e-5)
}

// The gradient by initial states and parameters is that of finite differences, whatever the solver, in many chunks.
func TestSolveGradient(t *testing.T) {
	const rows = 150
	times, w, b := []float64{1, 0.6, -0.5}, []float64{0.3, -1, 0.8, 0.5}, []float64{0.4, -0.2}
	y0, at, end := rowsFrom(1, rows, 2), rowsFrom(2, rows, 2), rowsFrom(3, rows, 2)
	for name, s := range map[string]ode.Solver{
		"equal steps": {Steps: 7},
		"shared":      {RTol: 1e-8, ATol: 1e-8, Shared: true},
		"adjoint":     {RTol: 1e-10, ATol: 1e-10, Adjoint: &ode.Adjoint{}},
		"tolerance":   {RTol: 1e-8, ATol: 1e-8},
	} {
		solve := func(y0, w, b []float64) *ode.Solution {
			sol, err := ode.Solve(t.Context(), driftBy, dense(rows, 2, y0...), times, ode.Params{"W": dense(2, 2, w...), "b": dense(1, 2, b...)}, s)
			require.NoError(t, err, name)
			return sol
		}
		value := func(sol *ode.Solution) (sum float64) {
			for i, v := range sol.States[1].Float64s() {
				sum += v*at.Float64s()[i] + sol.States[2].Float64s()[i]*end.Float64s()[i]
			}
			return sum
		}
		g, err := solve(y0.Float64s(), w, b).Gradient(t.Context(), nil, at, end)
		require.NoError(t, err, name)
		step := &fd.Settings{Formula: fd.Central, Step: 1e-5}
		const tolerance = 1e-5 // sums of 300 terms whose solves differ by their tolerance over the step
		assert.InDeltaSlice(t, fd.Gradient(nil, func(w []float64) float64 { return value(solve(y0.Float64s(), w, b)) }, w, step),
			g.Params["W"].Float64s(), 300*tolerance, name)
		assert.InDeltaSlice(t, fd.Gradient(nil, func(b []float64) float64 { return value(solve(y0.Float64s(), w, b)) }, b, step),
			g.Params["b"].Float64s(), 300*tolerance, name)
		few := fd.Gradient(nil, func(y []float64) float64 {
			all := append(append([]float64(nil), y...), y0.Float64s()[4:]...)
			return value(solve(all, w, b))
		}, y0.Float64s()[:4], step)
		assert.InDeltaSlice(t, few, g.Y0.Float64s()[:4], 100*tolerance, name)

		g, err = solve(y0.Float64s(), w, b).Gradient(t.Context(), at, nil, nil)
		require.NoError(t, err, name)
		assert.Equal(t, at.Float64s(), g.Y0.Float64s(), "the first state is the initial one")
	}
}

// Rows that fail are named by their number in the call and are NaN from there on; all others are solved.
func TestSolveFailuresBelongToRows(t *testing.T) {
	square := func(_, y *graph.Node, _ func(string) *graph.Node) *graph.Node { return graph.Square(y) } // y = 1/(1/y₀ - t)
	values := make([]float64, 200)
	values[150] = 2 // which ends at t = 0.5
	s, err := ode.Solve(t.Context(), square, dense(200, 1, values...), []float64{0, 0.25, 1}, nil, ode.Solver{})
	var failed *ode.SolveError
	require.ErrorAs(t, err, &failed)
	require.Len(t, failed.Rows, 1)
	assert.Equal(t, 150, failed.Rows[0].Row)
	assert.InDelta(t, 4, s.States[1].Float64s()[150], 0.05)
	assert.True(t, math.IsNaN(s.States[2].Float64s()[150]))
	assert.Zero(t, s.States[2].Float64s()[149])
	_, err = s.Gradient(t.Context(), nil, nil, nil)
	assert.ErrorAs(t, err, &failed)
}

func TestSolveArguments(t *testing.T) {
	y0, times := rowsFrom(1, 3, 2), []float64{0, 1}
	still := func(_, y *graph.Node, _ func(string) *graph.Node) *graph.Node { return graph.Scale(y, 0) }
	for want, call := range map[string]func() error{
		"the Equation is nil":        func() error { _, err := ode.Solve(t.Context(), nil, y0, times, nil, ode.Solver{}); return err },
		"the initial states are nil": func() error { _, err := ode.Solve(t.Context(), still, nil, times, nil, ode.Solver{}); return err },
		"1 times: want at least":     func() error { _, err := ode.Solve(t.Context(), still, y0, times[:1], nil, ode.Solver{}); return err },
		"times[2] is 0.5": func() error {
			_, err := ode.Solve(t.Context(), still, y0, []float64{0, 1, 0.5}, nil, ode.Solver{})
			return err
		},
		"times[1] is NaN": func() error {
			_, err := ode.Solve(t.Context(), still, y0, []float64{0, math.NaN()}, nil, ode.Solver{})
			return err
		},
		`asks for the parameter "W"`: func() error { _, err := ode.Solve(t.Context(), driftBy, y0, times, nil, ode.Solver{}); return err },
		`the parameter "W" is nil`: func() error {
			_, err := ode.Solve(t.Context(), driftBy, y0, times, ode.Params{"W": nil}, ode.Solver{})
			return err
		},
		"-1 steps": func() error {
			_, err := ode.Solve(t.Context(), still, y0, times, nil, ode.Solver{Steps: -1})
			return err
		},
		"of type int: want float32 or": func() error {
			_, err := ode.Solve(t.Context(), still, tensor.New(tensor.WithBacking([]int{1, 2}), tensor.WithShape(2, 1)), times, nil, ode.Solver{})
			return err
		},
		"states of shape (6): want": func() error {
			_, err := ode.Solve(t.Context(), still, tensor.New(tensor.WithBacking(make([]float64, 6))), times, nil, ode.Solver{})
			return err
		},
	} {
		assert.ErrorContains(t, call(), want)
	}
	s, err := ode.Solve(t.Context(), still, y0, times, nil, ode.Solver{})
	require.NoError(t, err)
	_, err = s.Gradient(t.Context(), nil)
	assert.ErrorContains(t, err, "1 cotangents of states at 2 times")
	_, err = s.Gradient(t.Context(), nil, rowsFrom(1, 2, 2))
	assert.ErrorContains(t, err, "cotangent 1 has shape (2, 2): want (3, 2)")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = ode.Solve(ended, still, y0, times, nil, ode.Solver{})
	assert.ErrorIs(t, err, context.Canceled)
}
