package table

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// Numbers of few decimals are written as strconv writes them, and so are all others.
func TestAppendNumber(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	check := func(v float64) {
		require.Equal(t, strconv.FormatFloat(v, 'f', -1, 64), string(appendNumber(nil, v)))
	}
	for _, v := range []float64{1, -1, 10, 0.1, 0.25, 1e-5, 0.000012, 100.5, 999999999.999999, 1e9, 1e14, 123456789012345, 0.1 + 0.2, 1e9 + 0.5e-6} {
		check(v)
	}
	for range 8_000 {
		scale := math.Pow(10, float64(rng.IntN(20)-5))
		v := scale * rng.NormFloat64()
		check(v)
		check(float64(float32(v)))
		for _, unit := range []float64{1, 1e3, 1e6, 1e7} {
			v := math.Round(rng.NormFloat64()*scale*unit) / unit
			if v != 0 && v < 1e15 {
				check(v)
				check(math.Nextafter(v, 1))
			}
		}
	}
}
