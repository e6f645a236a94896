package score_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data/score"
)

// The statistic is the largest distance at any of the values, and under the hypothesis P is uniform.
func TestSmirnov(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	const runs = 400
	below := 0
	for run := range runs {
		x, y := make([]float64, 60), make([]float64, 90)
		for i := range x {
			x[i] = rng.NormFloat64()
		}
		for i := range y {
			y[i] = rng.NormFloat64()
		}
		if run%2 == 0 { // values that are equal
			x[0], x[1], y[0], y[1] = 0, 0, 0, 0
		}
		got, err := score.Smirnov(x, y)
		require.NoError(t, err)
		var d float64
		share := func(of []float64, at float64) (s float64) {
			for _, v := range of {
				if v <= at {
					s += 1 / float64(len(of))
				}
			}
			return s
		}
		for _, at := range append(x[:60:60], y...) {
			d = max(d, math.Abs(share(x, at)-share(y, at)))
		}
		require.InDelta(t, d, got.Statistic, tight)
		if got.P < 0.2 {
			below++
		}
	}
	assert.InDelta(t, 0.2, float64(below)/runs, 0.08, "four standard errors; the limit is a little too large here")
}

// P is uniform where both are of one distribution, and small where they are not; the statistic is EnergyDistance.
func TestEnergyTest(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 0))
	rows := func(n int, shift float64) []float64 {
		values := make([]float64, 2*n)
		for i := range values {
			values[i] = rng.NormFloat64() + shift
		}
		return values
	}
	const runs = 200
	below := 0
	for range runs {
		got, err := score.EnergyTest(t.Context(), 2, rows(20, 0), rows(30, 0), 39, rng)
		require.NoError(t, err)
		if got.P <= 0.2 {
			below++
		}
	}
	assert.InDelta(t, 0.2, float64(below)/runs, 0.113, "four standard errors")
	for _, sizes := range [][2]int{{100, 80}, {30, 90}} {
		x, y := rows(sizes[0], 0), rows(sizes[1], 1)
		got, err := score.EnergyTest(t.Context(), 2, x, y, 199, rng)
		require.NoError(t, err)
		assert.Equal(t, 1.0/200, got.P)
		want, err := score.EnergyDistance(t.Context(), 2, x, y)
		require.NoError(t, err)
		assert.InDelta(t, want, got.Statistic, 1e-9)
	}
	// Of the 20 divisions of six rows two are as far apart as these: the same one, and with the samples exchanged.
	got, err := score.EnergyTest(t.Context(), 1, []float64{0.1, 0.7, 0.3}, []float64{5.1, 5.3, 5.9}, 1999, rng)
	require.NoError(t, err)
	assert.InDelta(t, 0.1, got.P, 0.027, "four standard errors")
}

func TestTwoSamplesRefuse(t *testing.T) {
	_, err := score.Smirnov(nil, []float64{1})
	assert.EqualError(t, err, "score: no x, want at least one number")
	_, err = score.Smirnov([]float64{1}, []float64{math.NaN()})
	assert.EqualError(t, err, "score: y: number 0 is NaN")
	_, err = score.EnergyTest(t.Context(), 1, []float64{1}, []float64{1}, 0, nil)
	assert.EqualError(t, err, "score: 0 divisions, want at least 1")
	_, err = score.EnergyTest(t.Context(), 2, []float64{1}, []float64{1, 2}, 1, nil)
	assert.EqualError(t, err, "score: x: 1 numbers, want rows of 2")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = score.EnergyTest(ended, 1, []float64{1}, []float64{1}, 1, rand.New(rand.NewPCG(1, 1)))
	assert.ErrorIs(t, err, context.Canceled)
}
