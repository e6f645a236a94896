package score_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data/score"
)

// tight is for the same sums of the same numbers in another order.
const tight = 1e-12

// Everything agrees with scikit-learn and SciPy.
func TestSameAsScikitLearn(t *testing.T) {
	type test struct {
		Values       []float64
		Ranks        []int
		Statistic, P float64
	}
	var want struct {
		Rankings []struct {
			Scores    []float64
			Positive  []bool
			AUROC, AP float64
		}
		Sample, X, Percentiles []float64
		Levels, Quantiles      []float64
		Draws, Bins            int
		Chi, Kolmogorov        []test
		A, B                   []float64
		Energy                 float64
	}
	text, err := os.ReadFile("testdata/scores.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &want))

	for _, r := range want.Rankings {
		area, err := score.AUROC(r.Scores, r.Positive)
		require.NoError(t, err)
		assert.InDelta(t, r.AUROC, area, tight)
		precision, err := score.AveragePrecision(r.Scores, r.Positive)
		require.NoError(t, err)
		assert.InDelta(t, r.AP, precision, tight)
	}
	shares, err := score.ECDF(want.Sample, want.X)
	require.NoError(t, err)
	for i, p := range want.Percentiles {
		assert.InDelta(t, p/100, shares[i], tight)
	}
	quantiles, err := score.Quantiles(want.Sample, want.Levels...)
	require.NoError(t, err)
	assert.InDeltaSlice(t, want.Quantiles, quantiles, tight)
	for _, c := range want.Chi {
		got, err := score.ChiSquare(c.Ranks, want.Draws, want.Bins)
		require.NoError(t, err)
		assert.InDelta(t, c.Statistic, got.Statistic, tight)
		assert.InDelta(t, c.P, got.P, tight)
	}
	for _, k := range want.Kolmogorov {
		got, err := score.KolmogorovSmirnov(k.Values)
		require.NoError(t, err)
		assert.InDelta(t, k.Statistic, got.Statistic, tight)
		assert.InDelta(t, k.P, got.P, tight)
	}
	distance, err := score.EnergyDistance(t.Context(), 1, want.A, want.B)
	require.NoError(t, err)
	assert.InDelta(t, want.Energy, distance, tight)
}
