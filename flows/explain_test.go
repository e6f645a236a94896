package flows_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// What Explain tells adds up: to LogProb's results, to the interval of every block and to the cost of every row.
func TestExplain(t *testing.T) {
	const rows = 600
	for _, s := range []struct {
		name string
		ode.Solver
		stages int // evaluations of a step
	}{
		{"dopri5", ode.Solver{}, 6},
		{"bosh3", ode.Solver{Method: ode.Bosh3}, 3},
		{"dopri8", ode.Solver{Method: ode.Dopri8, RTol: 1e-6, ATol: 1e-7}, 0},
		{"shared", ode.Solver{Shared: true}, 6},
	} {
		t.Run(s.name, func(t *testing.T) {
			f := curved(tensor.Float64, s.Solver)
			x := draw(seeded(1), rows, 2, 2)
			e, err := f.Explain(t.Context(), x)
			require.NoError(t, err)
			assert.Equal(t, logProb(t, f, x), e.LogProb)
			_, logDet := inverse(t, f, x)
			assert.Equal(t, logDet, e.LogDet)

			nll, err := f.HeldOut(x)(t.Context())
			require.NoError(t, err)
			assert.InDelta(t, nll, e.NLL(), 1e-12, "sums in another order")

			// On the way to the base the second block comes first, from -0.5 to 1, then the other from 1 to 0.
			at := map[int]float64{}
			accepted, rejected := make([]int, rows), make([]int, rows)
			row, block := 0, 1
			next := func(s flows.Step) {
				if s.Row != row || s.Block != block {
					require.InDelta(t, map[int]float64{0: 0, 1: 1}[block], at[block], 1e-12, "row %d ends block %d", row, block)
					if s.Row != row {
						require.Equal(t, row+1, s.Row)
						at = map[int]float64{}
					}
					row, block = s.Row, s.Block
				}
			}
			for _, s := range e.Steps {
				next(s)
				if _, begun := at[block]; !begun {
					at[block] = map[int]float64{0: 1, 1: -0.5}[block]
				}
				require.InDelta(t, at[block], s.T, 1e-12)
				require.Equal(t, s.Error <= 1, s.Accepted)
				if s.Accepted {
					accepted[row]++
					at[block] += s.H
				} else {
					rejected[row]++
				}
			}
			attempts := 0
			for i, c := range e.Cost {
				attempts += accepted[i] + rejected[i]
				assert.Equal(t, accepted[i], c.Accepted, "row %d", i)
				assert.Equal(t, rejected[i], c.Rejected, "row %d", i)
				assert.Zero(t, c.Backward)
				assert.LessOrEqual(t, c.Smallest, c.Largest)
				if s.stages > 0 {
					assert.Equal(t, 2+s.stages*(c.Accepted+c.Rejected), c.Evaluations, "row %d: one more starts a block", i)
				}
			}
			if s.stages > 0 {
				assert.InDelta(t, 2+float64(s.stages*attempts)/rows, e.Evaluations(), 1e-9)
			}
		})
	}
}

// The cost of a loss counts the way back, by both roads.
func TestCostOfALoss(t *testing.T) {
	x := draw(seeded(1), 300, 2, 1)
	for _, c := range []struct {
		name string
		ode.Solver
	}{
		{"replay", ode.Solver{}},
		{"adjoint", ode.Solver{Adjoint: &ode.Adjoint{}}},
		{"grid", ode.Solver{Steps: 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := curved(tensor.Float64, c.Solver)
			nll := f.NLL()
			assert.Zero(t, nll.Cost())
			_, err := nll.Loss(t.Context(), x)
			require.NoError(t, err)
			e, err := f.Explain(t.Context(), x)
			require.NoError(t, err)
			var there ode.Stats
			for _, row := range e.Cost {
				there = there.Add(row)
			}
			cost := nll.Cost()
			assert.Positive(t, cost.Backward)
			if c.name == "replay" {
				assert.Equal(t, 6*cost.Accepted, cost.Backward, "six stages a step: the solution does not use the seventh")
			}
			cost.Backward = 0
			assert.Equal(t, there, cost)
		})
	}
}

// Noise that is fixed over a solve leaves the equation as smooth as the exact trace does: it costs hardly more.
func TestNoiseCostsNoSteps(t *testing.T) {
	x := draw(seeded(1), 500, 6, 1)
	mean := func(trace flows.Trace) float64 {
		f := newFlow(tensor.Float64, 6, flows.FFJORD{
			Field: timed(nn.Concat, nn.Tanh, 16), Trace: trace, Solver: ode.Solver{RTol: 1e-6, ATol: 1e-7},
		})
		e, err := f.Explain(t.Context(), x)
		require.NoError(t, err)
		return e.Evaluations()
	}
	exact := mean(flows.Exact{})
	assert.Less(t, mean(flows.Hutchinson{Rand: seeded(1)}), 1.5*exact)
	assert.Less(t, mean(flows.Hutchinson{Noise: flows.Gaussian, Probes: 2, Rand: seeded(1)}), 1.5*exact)
}
