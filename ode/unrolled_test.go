package ode_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/ode"
)

// All steps in one graph have the solution, the gradients and the cost of a loop over one.
func TestUnrolledIsTheLoop(t *testing.T) {
	d := drivenInputs
	for _, m := range []*ode.Tableau{ode.Euler, ode.RK4, ode.Dopri5} {
		for _, span := range [][2]float64{{0.5, 2}, {2, 0.5}} {
			loop := ode.Solver{Method: m, Steps: 5}
			whole := loop
			whole.Unrolled = true
			// A few hundred operations on numbers of order 1; the times of the steps differ in their last digits.
			const roundOff = 1e-13
			assert.Less(t, drivenGradients(t, loop, span[0], span[1]).distance(drivenGradients(t, whole, span[0], span[1])), roundOff, m.Name)
			var z, l [2][]float64
			var stats [2]ode.Stats
			for i, s := range []ode.Solver{loop, whole} {
				it, err := ode.NewIntegrator[float64](drivenAll, s)
				require.NoError(t, err)
				w, err := it.NewWorker(3)
				require.NoError(t, err)
				z[i], l[i] = solveDriven(t, w, d.w, d.b, d.push, d.z, span[0], span[1], nil)
				stats[i] = w.Stats()[0]
			}
			assert.InDeltaSlice(t, z[0], z[1], roundOff, m.Name)
			assert.InDeltaSlice(t, l[0], l[1], roundOff, m.Name)
			assert.Equal(t, stats[0], stats[1])
		}
	}
}

func TestUnrolledArguments(t *testing.T) {
	_, err := ode.NewIntegrator[float64](driven, ode.Solver{Unrolled: true})
	assert.ErrorContains(t, err, "Unrolled is for equal steps; set Steps")
	w := worker[float64](t, riccati, ode.Solver{Steps: 2, Unrolled: true}, []float64{1})
	_, err = w.SolveAt(t.Context(), 1, 0, 0.5, []float64{0.1})
	assert.ErrorContains(t, err, "want a solver that is not Unrolled")
}
