package tabular_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data/tabular"
)

func TestUncorrelated(t *testing.T) {
	// a, -a, b, a + little, b again: of a and a + little the first goes, then of b and b the first.
	rng := seeded(1)
	const rows = 500
	x := tensor.New(tensor.WithShape(rows, 5), tensor.Of(tensor.Float64))
	values := x.Float64s()
	for i := range rows {
		a, b := rng.NormFloat64(), rng.NormFloat64()
		copy(values[5*i:], []float64{a, -a, b, 3*a + 0.01*rng.NormFloat64(), 7 + b})
	}
	keep, err := tabular.Uncorrelated(x, 0.98)
	require.NoError(t, err)
	assert.Equal(t, []int{1, 3, 4}, keep)
	keep, err = tabular.Uncorrelated(x, 1.5)
	require.NoError(t, err)
	assert.Equal(t, []int{0, 1, 2, 3, 4}, keep)
	_, err = tabular.Uncorrelated(x, math.NaN())
	assert.EqualError(t, err, "tabular: correlation limit NaN, want a number above 0")
	_, err = tabular.Uncorrelated(nil, 1)
	assert.EqualError(t, err, "data: table is nil")
}

func TestContinuous(t *testing.T) {
	x := table(4, 3,
		0., 5, 1,
		0, 5, 0,
		0, 4, 0,
		1, 3, 2)
	for often, want := range [][]int{nil, {1}, {1, 2}, {0, 1, 2}} {
		keep, err := tabular.Continuous(x, often)
		require.NoError(t, err)
		assert.Equal(t, want, keep, "at most %d times", often)
	}
	_, err := tabular.Continuous(nil, 5)
	assert.EqualError(t, err, "data: table is nil")
}
