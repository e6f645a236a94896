package logsum_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/go-ffjord/ffjord/internal/logsum"
)

func TestSum(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		name    string
		logs    []float64
		factors []float64
		want    float64
	}{
		{"nothing", nil, nil, -inf},
		{"nothing added", []float64{-inf}, []float64{1}, -inf},
		{"1 + 2", []float64{0, math.Ln2}, []float64{1, 1}, math.Log(3)},
		{"2 + 1", []float64{math.Ln2, 0}, []float64{1, 1}, math.Log(3)},
		{"3·1 + ½·2", []float64{0, math.Ln2}, []float64{3, 0.5}, math.Log(4)},
		{"below all numbers", []float64{-1e4, -inf, -1e4}, []float64{1, 1, 1}, -1e4 + math.Ln2},
		{"above all numbers", []float64{1e4, -1e4}, []float64{1, 1}, 1e4},
		{"NaN", []float64{0, math.NaN(), 1}, []float64{1, 1, 1}, math.NaN()},
		{"NaN first", []float64{math.NaN(), 1}, []float64{1, 1}, math.NaN()},
	} {
		sum, top := logsum.New(), -inf
		for i, l := range c.logs {
			sum.Add(l, c.factors[i])
			if l > top {
				top = l
			}
		}
		if math.IsNaN(c.want) {
			assert.True(t, math.IsNaN(sum.Log()), c.name)
			continue
		}
		assert.Equal(t, top, sum.Top(), c.name)
		if math.IsInf(c.want, -1) {
			assert.Equal(t, c.want, sum.Log(), c.name)
		} else {
			assert.InEpsilon(t, c.want, sum.Log(), 1e-15, c.name) // rounding
		}
	}
}
