package model_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/flows/model"
	"github.com/go-ffjord/ffjord/nn"
)

// ring is a table of points about a circle.
func ring(rows int, rng *rand.Rand) data.Table {
	var values []float64
	for range rows {
		a, r := 2*math.Pi*rng.Float64(), 1+0.1*rng.NormFloat64()
		values = append(values, r*math.Cos(a), r*math.Sin(a))
	}
	return data.Table{Names: []string{"x", "y"}, Rows: data.Rows(2, values...)}
}

// ringDetector is that of a normal density, which has its mode in the middle of the ring.
func ringDetector(t *testing.T) (*model.Model, *model.Detector, *rand.Rand) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 0))
	learnt := ring(400, rng)
	fit, _, err := data.Recipe{}.Fit(learnt)
	require.NoError(t, err)
	m := &model.Model{Flow: &flows.Flow{Dim: 2, Params: nn.NewParams(nil)}, X: fit}
	d, err := model.NewDetector(t.Context(), m, learnt, ring(200, rng))
	require.NoError(t, err)
	return m, d, rng
}

// A row that one density takes for the most usual of all is strange by the other, and one that is far out by both. Of
// usual rows a quarter is above 1 by each density: between a quarter and a half of 400 by either, give or take three
// deviations of such a share (0.07) and of the quartile of the 200 held out (0.09).
func TestDetectorTakesTheStrangerOfTwo(t *testing.T) {
	m, d, rng := ringDetector(t)
	rows := data.Table{Names: []string{"x", "y"}, Rows: data.Rows(2, 0, 0, 1, 0, 3, 3)}
	logp, err := m.LogProb(t.Context(), rows)
	require.NoError(t, err)
	assert.Greater(t, logp.LogProb[0], logp.LogProb[1], "the middle has to be the most likely row of the flow")
	s, err := d.Strangeness(t.Context(), rows)
	require.NoError(t, err)
	assert.Greater(t, s[0], 2.)
	assert.Less(t, s[1], 1.)
	assert.Greater(t, s[2], 10.)
	s, err = d.Strangeness(t.Context(), ring(400, rng))
	require.NoError(t, err)
	above := 0.
	for _, v := range s {
		if v > 1 {
			above++
		}
	}
	assert.InDelta(t, 0.375, above/400, 0.125+0.16)
}

func TestDetectorErrors(t *testing.T) {
	m, d, rng := ringDetector(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := d.Strangeness(ctx, ring(20, rng))
	require.ErrorIs(t, err, context.Canceled)
	s, err := d.Strangeness(t.Context(), data.Table{Names: []string{"x", "y"}, Rows: data.Rows(2, 1, math.NaN(), 1, 0)})
	require.NoError(t, err)
	assert.True(t, math.IsNaN(s[0]))
	assert.False(t, math.IsNaN(s[1]))
	_, err = d.Strangeness(t.Context(), data.Table{Names: []string{"x"}, Rows: data.Rows(1, 1)})
	require.ErrorContains(t, err, "y")
	for name, test := range map[string]struct {
		learnt, heldOut data.Table
		says            string
	}{
		"few held out":   {ring(100, rng), ring(9, rng), "9 held-out rows that have a log-density, want 10 at least"},
		"all the same":   {ring(100, rng), same(20), "the held-out rows have one log-density, want rows that differ"},
		"nothing learnt": {data.Table{}, ring(20, rng), "data: "},
		"one row learnt": {ring(1, rng), ring(20, rng), "baseline: "},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := model.NewDetector(t.Context(), m, test.learnt, test.heldOut)
			require.ErrorContains(t, err, test.says)
		})
	}
	m.Given = m.X
	_, err = model.NewDetector(t.Context(), m, ring(100, rng), ring(20, rng))
	require.ErrorContains(t, err, "model: detector: want a model without a condition")
}

// same is a table of rows that are the same.
func same(rows int) data.Table {
	values := make([]float64, 2*rows)
	for i := range values {
		values[i] = 1
	}
	return data.Table{Names: []string{"x", "y"}, Rows: data.Rows(2, values...)}
}
