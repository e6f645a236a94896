package flows_test

import (
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
	"github.com/go-ffjord/ffjord/optim"
)

// explosive is dz/dt = z³: from z₀ > 0 it leaves every bound at t = 1/(2z₀²), from 0 it stays.
var explosive = nn.Func(func(z *graph.Node) *graph.Node { return graph.Cube(z) })

// pole is dz/dt = ln z: not a number below zero.
var pole = nn.Func(func(z *graph.Node) *graph.Node { return graph.Log(z) })

// gentle is a linear field with small weights, in front of a block that fails.
var gentle = nn.Linear{Init: normal(0.1)}

func TestWhyARowFails(t *testing.T) {
	for _, c := range []struct {
		name   string
		field  nn.Layer
		solver ode.Solver
		fine   float64 // a row that does not fail
		x      float64 // one that does
		reason error
		advice string
	}{
		{"explosion", explosive, ode.Solver{}, 0, 2, nil, "the field"},
		{"steps spent", explosive, ode.Solver{RTol: 1e-6, ATol: 1e-8, MaxSteps: 5}, 0, 2, ode.ErrMaxSteps, "raise MaxSteps"},
		{"step too short", explosive, ode.Solver{RTol: 1e-6, ATol: 1e-8, Control: ode.Control{MinStep: 0.3}}, 0, 0.7, ode.ErrUnderflow, "loosen"},
		{"no number", pole, ode.Solver{}, 3, -1, ode.ErrNonFinite, "NaN parameters"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFlow(tensor.Float64, 1, flows.FFJORD{Field: gentle}, flows.FFJORD{Field: c.field, T0: 2, T1: 3, Solver: c.solver})
			_, _, err := f.Forward(t.Context(), matrix([][]float64{{c.fine}, {c.x}}))
			var failed *flows.SolveError
			require.True(t, errors.As(err, &failed), "%v", err)
			require.Len(t, failed.Rows, 1)
			row := failed.Rows[0]
			assert.Equal(t, 1, row.Block)
			assert.Equal(t, 1, row.Row)
			assert.GreaterOrEqual(t, row.T, 2.)
			assert.Less(t, row.T, 3.)
			assert.Equal(t, c.reason == ode.ErrNonFinite, row.H == 0, "no step is tried where the first derivative is no number")
			assert.Positive(t, row.Norm)
			assert.Positive(t, row.Stats.Evaluations)
			if c.reason != nil {
				assert.ErrorIs(t, err, c.reason)
			}
			var byRow *flows.RowError
			var byODE *ode.RowError
			require.True(t, errors.As(err, &byRow))
			require.True(t, errors.As(err, &byODE))
			assert.Same(t, row, byRow)
			assert.Same(t, row.RowError, byODE)
			assert.ErrorContains(t, err, "flows: block 1, row 1 at t = 2")
			assert.ErrorContains(t, err, "h = ")
			assert.ErrorContains(t, err, "evaluations so far")
			assert.ErrorContains(t, err, c.advice)
		})
	}
}

// The rows beside a failing one have the bits that they would have without it, in every call that returns rows.
func TestFailuresLeaveNeighboursAlone(t *testing.T) {
	const rows = 700
	fails := map[int]bool{0: true, 127: true, 128: true, 513: true, 699: true}
	for _, dtype := range dtypes {
		t.Run(dtype.String(), func(t *testing.T) {
			f := newFlow(dtype, 1, flows.FFJORD{Field: explosive, T0: 1, T1: 0})
			good, mixed := make([]float64, rows), make([]float64, rows)
			rng := seeded(1)
			for i := range good {
				good[i] = 0.3 * rng.Float64()
				mixed[i] = good[i]
				if fails[i] {
					mixed[i] = 3 // leaves every bound at t = 1/18, on the way to the base
				}
			}
			column := func(v []float64) *tensor.Dense {
				return tensor.New(tensor.WithShape(rows, 1), tensor.WithBacking(v))
			}
			check := func(what string, want, got []float64, err error) {
				var failed *flows.SolveError
				require.True(t, errors.As(err, &failed), "%s: %v", what, err)
				var named []int
				for _, r := range failed.Rows {
					named = append(named, r.Row)
				}
				assert.Equal(t, []int{0, 127, 128, 513, 699}, named, what)
				for i := range got {
					if fails[i] {
						assert.True(t, math.IsNaN(got[i]), "%s: row %d", what, i)
					} else {
						assert.Equal(t, want[i], got[i], "%s: row %d", what, i)
					}
				}
			}
			logp, err := f.LogProb(t.Context(), column(mixed))
			check("LogProb", logProb(t, f, column(good)), logp, err)
			z, logDet, err := f.Inverse(t.Context(), column(mixed))
			wantZ, wantDet := inverse(t, f, column(good))
			check("Inverse, z", numbers(wantZ), numbers(z), err)
			check("Inverse, log det", wantDet, logDet, err)
			e, err := f.Explain(t.Context(), column(mixed))
			require.NotNil(t, e)
			check("Explain", logProb(t, f, column(good)), e.LogProb, err)
		})
	}
}

// A row that fails in training is an error that names all such rows, of all chunks; the gradients stay as they were.
func TestLossOfAFailingRow(t *testing.T) {
	f := newFlow(tensor.Float64, 1, flows.FFJORD{Field: nn.Seq{nn.Linear{Init: fixed(1)}, explosive}, T0: 1, T1: 0})
	good := draw(seeded(1), 700, 1, 0.1)
	_, before := lossAndGradient(t, f, good)
	bad := append([]float64(nil), numbers(good)...)
	bad[5], bad[600] = 4, 5
	x := tensor.New(tensor.WithShape(700, 1), tensor.WithBacking(bad))
	loss, err := f.NLL().Loss(t.Context(), x)
	assert.Zero(t, loss)
	var failed *flows.SolveError
	require.True(t, errors.As(err, &failed), "%v", err)
	require.Len(t, failed.Rows, 2)
	assert.Equal(t, []int{5, 600}, []int{failed.Rows[0].Row, failed.Rows[1].Row})
	assert.Regexp(t, `\Aflows: 2 rows failed, the first: block 0, row 5 at t = `, err.Error())
	for p := range f.Params.All() {
		g, err := p.Grad()
		require.NoError(t, err)
		assert.Equal(t, before[:len(numbers(g.(*tensor.Dense)))], numbers(g.(*tensor.Dense)))
		before = before[len(numbers(g.(*tensor.Dense))):]
	}
	_, err = f.Score(t.Context(), x)
	assert.True(t, errors.As(err, &failed), "%v", err)

	err = optim.Trainer{Batch: 700}.Run(t.Context(), f.NLL(), x)
	assert.True(t, errors.As(err, &failed), "training ends with the same error: %v", err)
	again, _ := lossAndGradient(t, f, good)
	assert.False(t, math.IsNaN(again), "and the flow is as good as before")
}

// A field without numbers ends in an error within 50 evaluations a row, forward, backward, and in every mode of
// control.
func TestNaNFieldEndsSoon(t *testing.T) {
	nan := nn.Func(func(z *graph.Node) *graph.Node { return graph.Scale(z, math.NaN()) })
	late := function(func(z, t *graph.Node) *graph.Node { // a number for t < 1/2
		return graph.Mul(z, graph.Log(graph.Shift(graph.Neg(t), 0.5)))
	})
	for _, method := range []*ode.Tableau{ode.Bosh3, ode.Dopri5, ode.Tsit5, ode.Dopri8} {
		for _, shared := range []bool{false, true} {
			for name, field := range map[string]nn.Layer{"always": nan, "late": late} {
				f := newFlow(tensor.Float32, 2, flows.FFJORD{Field: field, Solver: ode.Solver{Method: method, Shared: shared}})
				_, _, err := f.Forward(t.Context(), draw(seeded(1), 300, 2, 1))
				var failed *flows.SolveError
				require.True(t, errors.As(err, &failed), "%s: %v", method.Name, err)
				for _, r := range failed.Rows {
					if name == "always" {
						require.LessOrEqual(t, r.Stats.Evaluations, 50, "%s, shared %v", method.Name, shared)
					}
					require.ErrorIs(t, r, r.Reason)
				}
			}
		}
	}
}
