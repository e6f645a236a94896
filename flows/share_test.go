package flows_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// sharedFlow has what a loss can leave: penalties, running moments, noise, adaptive steps.
func sharedFlow(dtype tensor.Dtype, solver ode.Solver) *flows.Flow {
	return newFlow(dtype, 2,
		flows.FFJORD{
			Field: nn.MLP{Hidden: []int{4}}, Solver: solver, Trace: flows.Hutchinson{Rand: seeded(3)},
			Penalties: []flows.Penalty{{Of: flows.Kinetic, Weight: 0.1}},
		},
		flows.MovingBatchNorm{})
}

// left is what a loss leaves in a flow.
func left(l flows.NLL) []any {
	var out []any
	for _, p := range append(l.Model(), l.State()...) {
		grad, _ := p.Grad()
		out = append(out, p.Value().Data(), grad.Data())
	}
	return append(out, l.Parts())
}

// However many shares compute a loss, joining them leaves what Loss leaves, bit for bit.
func TestSharesJoinToTheLoss(t *testing.T) {
	const rows = 300
	x := normalRows(rows, 2)
	solvers, counts := map[string]ode.Solver{"by row": {}, "shared steps": {Shared: true}}, []int{1, 2, 3, 5}
	if testing.Short() { // every flow is compiled anew, for its noise
		delete(solvers, "shared steps")
		counts = []int{2}
	}
	for name, solver := range solvers {
		for _, dtype := range dtypes {
			t.Run(name+" "+dtype.String(), func(t *testing.T) {
				whole := sharedFlow(dtype, solver).NLL()
				want, err := whole.Loss(t.Context(), x)
				require.NoError(t, err)
				for _, of := range counts {
					var sum []float64
					var notes [][]float64
					var joined flows.NLL
					for share := range of {
						joined = sharedFlow(dtype, solver).NLL()
						sums, noted, err := joined.Share(t.Context(), x, share, of)
						require.NoError(t, err)
						require.Len(t, noted, len(sums))
						for _, s := range sums {
							if sum == nil {
								sum = make([]float64, len(s))
							}
							for i, v := range s {
								sum[i] += v
							}
						}
						notes = append(notes, noted...)
					}
					got, err := joined.Join(rows, sum, notes)
					require.NoError(t, err)
					assert.Equal(t, want, got)
					assert.Equal(t, left(whole), left(joined))
				}
			})
		}
	}
}

// What is no share of such a loss is refused.
func TestJoinRefusesOtherShares(t *testing.T) {
	x := normalRows(300, 2)
	l := sharedFlow(tensor.Float32, ode.Solver{Steps: 2}).NLL()
	for _, share := range []int{-1, 2} {
		_, _, err := l.Share(t.Context(), x, share, 2)
		assert.ErrorContains(t, err, "want one from 0 to below their number")
	}
	sums, notes, err := l.Share(t.Context(), x, 0, 1)
	require.NoError(t, err)
	_, err = l.Join(300, sums[0], notes[:2])
	assert.ErrorContains(t, err, "2 chunks")
	_, err = l.Join(300, sums[0][1:], notes)
	assert.ErrorContains(t, err, "want 4 and 32")
	for _, change := range []func(note []float64) []float64{
		func(note []float64) []float64 { return nil },
		func(note []float64) []float64 { return note[1:] },
		func(note []float64) []float64 { return append(note, 1) },
		func(note []float64) []float64 { note[len(note)-5] = 1e300; return note }, // the width of its moments
	} {
		other := slices.Clone(notes)
		other[1] = change(slices.Clone(notes[1]))
		_, err = l.Join(300, sums[0], other)
		assert.ErrorContains(t, err, "the share of chunk 1")
	}
	_, err = l.Join(300, sums[0], notes)
	assert.NoError(t, err)
}

// A share fails by the rows of its own chunks alone, which it calls by their place in the batch.
func TestShareFailsByItsOwnRows(t *testing.T) {
	x := normalRows(300, 2)
	x.Float64s()[2*290] = 1e300
	l := sharedFlow(tensor.Float32, ode.Solver{Steps: 2}).NLL()
	_, _, err := l.Share(t.Context(), x, 0, 3)
	require.NoError(t, err)
	_, _, err = l.Share(t.Context(), x, 2, 3)
	var failed *flows.SolveError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, 290, failed.Rows[0].Row)
}

func normalRows(rows, dim int) *tensor.Dense {
	return tensor.New(tensor.WithShape(rows, dim), tensor.WithBacking(gaussian(seeded(5), rows*dim)))
}
