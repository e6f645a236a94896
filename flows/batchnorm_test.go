package flows_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
)

func TestMovingBatchNormByHand(t *testing.T) {
	p, b := newNumbers(tensor.Float64), flows.MovingBatchNorm{Eps: 0.5}
	throughBlock(t, p, b, []float64{0, 0}, 2, true)
	for name, v := range map[string][]float64{
		"block0.weight": {0.3, -1}, "block0.bias": {2, 0.25}, "block0.mean": {-1, 4}, "block0.variance": {1.5, 0},
	} {
		require.NoError(t, p.Get(name).Set(v))
	}
	z, logDet := throughBlock(t, p, b, []float64{1, 1}, 2, true)
	// √(1.5 + 0.5) and √(0 + 0.5).
	want := []float64{2/math.Sqrt2*math.Exp(0.3) + 2, -3*math.Sqrt2*math.Exp(-1) + 0.25}
	assert.InDeltaSlice(t, want, z, 1e-14)
	assert.InDelta(t, 0.3-1-0.5*math.Log(2)-0.5*math.Log(0.5), logDet[0], 1e-14)

	z, logDet = throughBlock(t, newNumbers(tensor.Float64), flows.MovingBatchNorm{}, []float64{1, -3}, 2, true)
	assert.InDeltaSlice(t, []float64{1 / math.Sqrt(1.0001), -3 / math.Sqrt(1.0001)}, z, 1e-14, "Eps is 1e-4, and all else nothing at first")
	assert.InDelta(t, -math.Log(1.0001), logDet[0], 1e-14)
}

// Statistics go a tenth of the way to those of every batch, and have no influence on the batch they come from.
func TestMovingBatchNormFollows(t *testing.T) {
	f := newFlow(tensor.Float64, 2, flows.MovingBatchNorm{}, flows.Affine{Loc: []float64{3, -1}, Scale: []float64{2, 5}})
	require.NoError(t, f.Compile())
	names := []string{}
	for q := range f.Params.All() {
		if q.Trained() {
			names = append(names, q.Name())
		}
	}
	assert.Equal(t, []string{"block0.weight", "block0.bias"}, names)

	mean, variance := []float64{0, 0}, []float64{1, 1}
	for step := range uint64(3) {
		x := draw(seeded(step), 600, 2, 1) // several chunks
		loss := lossOf(t, f.NLL(), x)()
		want := 0.
		for d := range 2 {
			var given []float64
			for i := range 600 {
				v := (numbers(x)[2*i+d] - []float64{3, -1}[d]) / []float64{2, 5}[d]
				given = append(given, v)
				u := (v - mean[d]) / math.Sqrt(variance[d]+1e-4)
				want += (0.5*u*u + 0.5*math.Log(2*math.Pi)) / 600
			}
			want += 0.5*math.Log(variance[d]+1e-4) + math.Log([]float64{2, 5}[d])
			m, v := stat.MeanVariance(given, nil)
			mean[d] += 0.1 * (m - mean[d])
			variance[d] += 0.1 * (v - variance[d])
		}
		assert.InDelta(t, want, loss, 1e-12, "sums of 600 terms")
		assert.InDeltaSlice(t, mean, f.Params.Get("block0.mean").Numbers(), 1e-13)
		assert.InDeltaSlice(t, variance, f.Params.Get("block0.variance").Numbers(), 1e-13)
		kept := f.Params.Get("block0.mean").Numbers()
		logProb(t, f, x)
		_, err := f.Sample(t.Context(), 10, seeded(1))
		require.NoError(t, err)
		assert.Equal(t, kept, f.Params.Get("block0.mean").Numbers(), "only training moves it")
	}
}

// Followed long enough, the block standardises its data: mean 0, variance 1.
func TestMovingBatchNormStandardises(t *testing.T) {
	f := newFlow(tensor.Float64, 1, flows.MovingBatchNorm{Eps: 1e-9, Decay: 1})
	x := draw(seeded(1), 400, 1, 30)
	lossOf(t, f.NLL(), x)()
	z, _ := inverse(t, f, x)
	m, v := stat.MeanVariance(numbers(z), nil)
	assert.InDelta(t, 0, m, 1e-13)
	assert.InDelta(t, 1, v, 1e-11, "Eps in 900")
}

func TestFollowRefuses(t *testing.T) {
	p, b := newNumbers(tensor.Float32), flows.MovingBatchNorm{}
	throughBlock(t, p, flows.Chain{b}, []float64{0, 0}, 2, true)
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name           string
		block          flows.MovingBatchNorm
		mean, variance []float64
		want           string
	}{
		{"lengths", b, []float64{1}, []float64{1, 1}, "it follows 1 means and 2 variances, want 2 of each"},
		{"mean", b, []float64{1, nan}, []float64{1, 1}, "the mean NaN and the variance 1 of dimension 1"},
		{"infinite mean", b, []float64{inf, 1}, []float64{1, 1}, "the mean +Inf and the variance 1 of dimension 0"},
		{"negative variance", b, []float64{0, 1}, []float64{1, -1}, "the variance -1 of dimension 1"},
		{"variance of one row", b, []float64{0, 1}, []float64{nan, nan}, "the variance NaN of dimension 0"},
		{"infinite variance", b, []float64{0, 1}, []float64{1, inf}, "the variance +Inf of dimension 1"},
		{"too large for float32", b, []float64{0, 1e300}, []float64{1, 1}, `parameter "block0.mean"`},
		{"settings", flows.MovingBatchNorm{Decay: 2}, []float64{0, 1}, []float64{1, 1}, "its Decay is 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.block.Follow(stateOf(p, "block0."), c.mean, c.variance)
			assert.ErrorContains(t, err, c.want)
			assert.Equal(t, []float64{0, 0}, p.Get("block0.mean").Numbers())
			assert.Equal(t, []float64{1, 1}, p.Get("block0.variance").Numbers())
		})
	}
}
