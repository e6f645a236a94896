package ode_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// The first step of y' = ay is the rule's, worked out by hand.
func TestFirstStep(t *testing.T) {
	const rtol, atol = 1e-3, 1e-5
	bySlope := func(a, y, q float64) float64 {
		d := math.Abs(a*y) / (atol + rtol*max(math.Abs(y), 1))
		return 1.6 * math.Pow(d, -1/q)
	}
	byHairer := func(a, y, q float64) float64 {
		unit := atol + rtol*math.Abs(y)
		d0, d1 := math.Abs(y)/unit, math.Abs(a*y)/unit
		h0 := 0.01 * d0 / d1
		if d0 < 1e-5 || d1 < 1e-5 {
			h0 = 1e-6
		}
		d2 := math.Abs(a*(y+h0*a*y)-a*y) / unit / h0
		return min(100*h0, math.Pow(0.01/max(d1, d2), 1/q))
	}
	for _, c := range []struct {
		name string
		rule ode.FirstRule
		want func(a, y, q float64) float64
	}{{"slope", ode.BySlope, bySlope}, {"Hairer", ode.ByHairer, byHairer}} {
		for _, a := range []float64{-5, 0.3, 40} {
			for _, m := range adaptiveMethods() {
				p := scalar(1, func(_, y *graph.Node) *graph.Node { return graph.Scale(y, a) })
				s := ode.Solver{Method: m, RTol: rtol, ATol: atol, Control: ode.Control{FirstRule: c.rule}}
				y0 := [][]float64{{0.02}, {3}}
				w := worker[float64](t, p, s, y0...)
				for _, end := range []float64{1, -1} {
					start(w.State(0), y0...)
					first := [2]float64{}
					w.OnStep(func(e ode.StepEvent) {
						if first[e.Row] == 0 {
							first[e.Row] = e.H
						}
					})
					require.NoError(t, w.Solve(t.Context(), 2, 0, end, nil))
					for row, y := range y0 {
						want := min(1, c.want(a, y[0], float64(m.ErrorOrder+1)))
						// The logarithm's 1e-4, through exponents of at most 1/4, and the power's 1e-4.
						assert.InEpsilon(t, math.Copysign(want, end), first[row], 5e-4, "%s %s a %v y %v", c.name, m.Name, a, y)
					}
				}
			}
		}
	}
}

// A given first step is taken, and one that has left the domain on trial is found again.
func TestFirstStepGiven(t *testing.T) {
	w := worker[float64](t, riccati, ode.Solver{Control: ode.Control{First: 0.07}}, []float64{0.5})
	var steps []float64
	w.OnStep(func(e ode.StepEvent) { steps = append(steps, e.H) })
	require.NoError(t, w.Solve(t.Context(), 1, 0, 1, nil))
	assert.Equal(t, 0.07, steps[0])

	root := scalar(1, func(_, y *graph.Node) *graph.Node { return graph.Neg(graph.Sqrt(y)) }) // y = (1 - t/2)²
	for _, s := range []ode.Solver{{Control: ode.Control{First: 1.9}}, {Control: ode.Control{FirstRule: ode.ByHairer}}, {}} {
		got := solve[float64](t, root, s, 0, 1.5, []float64{1})
		assert.InDelta(t, 1./16, got[0][0], 1e-2)
	}
}
