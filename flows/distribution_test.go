package flows_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// stretched is N(0, e² I) in two dimensions: dz/dt = z for a time of 1.
func stretched(solver ode.Solver) *flows.Flow {
	identity := nn.Func(func(z *graph.Node) *graph.Node { return graph.Scale(z, 1) })
	return newFlow(tensor.Float64, 2, flows.FFJORD{Field: identity, Solver: solver})
}

var tight = ode.Solver{RTol: 1e-9, ATol: 1e-9}

// The entropy of N(0, σ² I) is dim (½ ln 2πe + ln σ); that of a larger sample is closer to it.
func TestEntropyIsTheGaussians(t *testing.T) {
	want := 2 * (0.5*math.Log(2*math.Pi*math.E) + 1)
	got, err := stretched(tight).Entropy(t.Context(), 20000, seeded(1))
	require.NoError(t, err)
	assert.InDelta(t, want, got.Mean, 4*got.StdErr, "four standard errors")
	assert.InDelta(t, math.Sqrt(2*0.5/20000), got.StdErr, 5e-4, "the standard deviation of ½χ² with 2 degrees of freedom is 1")
	_, err = stretched(tight).Entropy(t.Context(), 1, seeded(1))
	assert.ErrorContains(t, err, "want at least 2")
}

// KL(N(0, σ²) ‖ N(0, 1)) = ½ (σ² - 1) - ln σ in each dimension; of a density to itself it is zero.
func TestKLIsTheGaussians(t *testing.T) {
	f, standard := stretched(tight), &flows.Flow{Dim: 2, Params: &nn.Params{Dtype: tensor.Float64}}
	got, err := f.KL(t.Context(), standard.LogProb, 20000, seeded(1))
	require.NoError(t, err)
	assert.InDelta(t, math.E*math.E-1-2, got.Mean, 4*got.StdErr)
	self, err := f.KL(t.Context(), f.LogProb, 500, seeded(1))
	require.NoError(t, err)
	assert.InDelta(t, 0, self.Mean, 1e-8, "two solves at 1e-9")
	_, err = f.KL(t.Context(), func(context.Context, *tensor.Dense) ([]float64, error) { return nil, nil }, 5, seeded(1))
	assert.ErrorContains(t, err, "log q of 5 rows has 0 numbers")
	p, err := f.Prob(t.Context(), matrix([][]float64{{0, 0}}))
	require.NoError(t, err)
	assert.InDelta(t, 1/(2*math.Pi*math.E*math.E), p[0], 1e-9)
}

// On the way z(t) = z eᵗ, and the density there is N(0, e²ᵗ I).
func TestTrajectoryOfAStretch(t *testing.T) {
	for name, solver := range map[string]ode.Solver{"tolerance": tight, "grid": {Method: ode.Dopri5, Steps: 40}} {
		t.Run(name, func(t *testing.T) {
			block := stretched(solver).Blocks.(flows.Chain)[0].(flows.FFJORD)
			later := block
			later.T0, later.T1 = 2, 1.5
			f := newFlow(tensor.Float64, 2, block, later)
			z := draw(seeded(2), 300, 2, 1)
			film, err := f.Trajectory(t.Context(), z, 3)
			require.NoError(t, err)
			require.Len(t, film, 7)
			wantT := []float64{0, 1. / 3, 2. / 3, 1, 2 - 0.5/3, 2 - 1./3, 1.5}
			gone := []float64{0, 1. / 3, 2. / 3, 1, 1 - 0.5/3, 1 - 1./3, 0.5}
			for i, frame := range film {
				assert.InDelta(t, wantT[i], frame.T, 1e-15)
				assert.Equal(t, max(0, i-1)/3, frame.Block)
				for j, v := range numbers(frame.Z) {
					assert.InDelta(t, math.Exp(gone[i])*numbers(z)[j], v, 1e-7)
				}
				x := numbers(z)[:2]
				assert.InDelta(t, -math.Log(2*math.Pi)-2*gone[i]-(x[0]*x[0]+x[1]*x[1])/2, frame.LogProb[0], 1e-7)
			}
		})
	}
	_, err := stretched(tight).Trajectory(t.Context(), draw(seeded(1), 2, 2, 1), 0)
	assert.ErrorContains(t, err, "0 frames a block")
	_, err = newFlow(tensor.Float64, 2).Trajectory(t.Context(), draw(seeded(1), 2, 2, 1), 1)
	assert.ErrorContains(t, err, "without blocks")
}
