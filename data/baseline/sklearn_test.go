package baseline

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data"
)

// fitted is what scikit-learn's GaussianMixture ends with.
type fitted struct {
	LogProb, Weights []float64
	Means            [][]float64
	Steps            int
	Converged        bool
	BIC              float64
}

// Fits agree with scikit-learn's on standardised columns, and with SciPy's.
func TestSameAsScikitLearn(t *testing.T) {
	var want struct {
		X, Test                 []float64
		Guess                   []int
		Gaussian, Five, Settled fitted
		Scott, Silverman, Third []float64
		FullScott               []float64 `json:"full_scott"`
		FullSilverman           []float64 `json:"full_silverman"`
	}
	text, err := os.ReadFile("testdata/fits.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &want))
	x, test := data.Rows(3, want.X...), data.Rows(3, want.Test...)
	same := func(t *testing.T, want []float64, p data.LogProber) {
		t.Helper()
		got, err := data.LogProbs(p, test)
		require.NoError(t, err)
		for i := range want {
			assert.InEpsilon(t, want[i], got[i], 1e-9, "row %d: conditions of covariances are below 1e6", i)
		}
	}
	sameMixture := func(t *testing.T, want fitted, m *Mixture) {
		t.Helper()
		same(t, want.LogProb, m)
		assert.InDeltaSlice(t, want.Weights, m.Weights, 1e-10)
		for k := range want.Means {
			assert.InEpsilonSlice(t, want.Means[k], m.Means[k], 1e-9)
		}
		assert.InEpsilon(t, want.BIC, m.BIC, 1e-10)
		assert.Equal(t, want.Converged, m.Converged)
		assert.Zero(t, m.Flat)
	}

	gaussian, err := Gaussian{}.Fit(x)
	require.NoError(t, err)
	sameMixture(t, want.Gaussian, gaussian)

	rows, scale, err := standardized(x)
	require.NoError(t, err)
	for _, c := range []struct {
		want     fitted
		tol      float64
		maxSteps int
	}{{want.Five, 0, 5}, {want.Settled, 1e-3, 100}} {
		s := newState(rows, 3, 1e-6)
		require.NoError(t, s.run(t.Context(), want.Guess, c.tol, c.maxSteps))
		m, err := describe(t.Context(), s, scale)
		require.NoError(t, err)
		sameMixture(t, c.want, m)
		assert.Equal(t, c.want.Steps, m.Steps)
	}

	for _, c := range []struct {
		kernel Kernel
		want   []float64
	}{
		{Kernel{}, want.Scott},
		{Kernel{Rule: Silverman}, want.Silverman},
		{Kernel{Bandwidth: 1.0 / 3}, want.Third},
		{Kernel{Full: true}, want.FullScott},
		{Kernel{Full: true, Rule: Silverman}, want.FullSilverman},
	} {
		d, err := c.kernel.Fit(t.Context(), x)
		require.NoError(t, err)
		same(t, c.want, d)
	}
}
