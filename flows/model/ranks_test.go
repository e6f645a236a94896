package model_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/flows/model"
)

// Ranks are the shares of the quantiles, to the bit, wherever numbers are.
func TestRanks(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	for name, draw := range map[string]func() float64{
		"normal":     rng.NormFloat64,
		"heavy":      func() float64 { return -math.Exp(5 * rng.NormFloat64()) },
		"repeated":   func() float64 { return float64(rng.IntN(20)) },
		"one number": func() float64 { return 3 },
	} {
		var sample []float64
		for range 2000 {
			sample = append(sample, draw())
		}
		q, err := model.NewQuantiles(sample, 300)
		require.NoError(t, err)
		ranks := q.Ranks()
		for _, v := range append(sample, math.Inf(1), math.Inf(-1), 0) {
			for _, v := range []float64{v, math.Nextafter(v, 1e300), math.Nextafter(v, -1e300)} {
				require.Equal(t, q.Share(v), ranks.Share(v), "%s, %v", name, v)
			}
		}
		require.True(t, math.IsNaN(ranks.Share(math.NaN())))
	}
	none := model.Quantiles{}.Ranks()
	require.True(t, math.IsNaN(none.Share(1)))
}
