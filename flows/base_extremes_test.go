package flows_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
)

// extremes checks log p and its derivative of a base of one dimension at distances from nearly zero to the ends of each
// type: what the type can hold is right to so many roundings, those of the derivative of numbers as large as slope, and
// what it can't hold is -Inf, or an error of Score. With honest, Score may give an error too
// where log p is more than the type holds.
func extremes(t *testing.T, base flows.Base, digits, slope float64, honest bool, logp, score func(z float64) float64) {
	t.Helper()
	for _, kind := range []struct {
		dtype tensor.Dtype
		max   float64
		eps   float64
		at    []float64
	}{
		{tensor.Float32, math.MaxFloat32, 0x1p-23, []float64{0, 1e-30, 1e-10, 0.5, 1, 3, 8192, 1e5, 1e10, 1e15, 1e20, 1e25}},
		{tensor.Float64, math.MaxFloat64, 0x1p-52, []float64{0, 1e-200, 1e-10, 0.5, 1, 3, 8192, 1e5, 1e10, 1e15, 1e20, 1e150, 1e200}},
	} {
		f := &flows.Flow{Dim: 1, Base: base, Params: &nn.Params{Rand: seeded(1), Dtype: kind.dtype}}
		for _, at := range kind.at {
			for _, z := range []float64{at, -at} {
				if kind.dtype == tensor.Float32 {
					z = float64(float32(z))
				}
				what := fmt.Sprintf("%v at %v in %v", base, z, kind.dtype)
				x := matrix([][]float64{{z}})
				got, err := f.LogProb(t.Context(), x)
				require.NoError(t, err, what)
				if want := logp(z); want < -kind.max {
					assert.True(t, math.IsInf(got[0], -1), "%s: log p is %v", what, got[0])
				} else {
					assert.InDelta(t, want, got[0], digits*kind.eps*(1+math.Abs(want)), what)
				}
				gradient, err := f.Score(t.Context(), x)
				want := score(z)
				if math.Abs(want) > kind.max {
					assert.ErrorContains(t, err, "row 0 of the score, column 0, is", what)
					continue
				}
				if err != nil && math.IsInf(got[0], -1) && honest {
					continue
				}
				if assert.NoError(t, err, what) {
					assert.InDelta(t, want, numbers(gradient)[0], digits*kind.eps*(math.Abs(want)+slope)+100/kind.max/kind.eps, what+": score")
				}
			}
		}
	}
}

func TestStudentTAtExtremes(t *testing.T) {
	for _, df := range []float64{1e-300, 1e-40, 1e-3, 1, 3, 1e4, 1e12, 1e20, 1e29, 1e31, 1e35, 1e40, 1e100} {
		for _, scale := range []float64{1, 1e-20, 1e20} {
			base := flows.StudentT{DF: df, Scale: []float64{scale}}
			norm := -0.5*math.Log(df) - 0.5*math.Log(math.Pi) - math.Log(scale)
			if df > 1000 {
				norm += 0.5*math.Log(df/2) - 1/(4*df)
			} else {
				top, _ := math.Lgamma(df/2 + 0.5)
				bottom, _ := math.Lgamma(df / 2)
				norm += top - bottom
			}
			// ln r², r = |z| / (scale √ν)
			log := func(z float64) float64 { return 2*(math.Log(math.Abs(z))-math.Log(scale)) - math.Log(df) }
			logp := func(z float64) float64 {
				l := log(z)
				if l > 40 { // ln(1 + r²) = ln r² to all digits
					return norm - (df/2+0.5)*l
				}
				return norm - (df/2+0.5)*math.Log1p(math.Exp(l))
			}
			score := func(z float64) float64 { // -(ν+1)/z · r²/(1+r²)
				if z == 0 {
					return 0
				}
				l := log(z)
				size := math.Log(df+1) - math.Log(math.Abs(z)) - max(-l, 0) - math.Log1p(math.Exp(-math.Abs(l)))
				return -math.Copysign(math.Exp(size), z)
			}
			// A logarithm of up to 700 in an exponent costs the reference three digits, and log p's is a difference of
			// two.
			extremes(t, base, 4000, 0, true, logp, score)
		}
	}
}

func TestNormalAtExtremes(t *testing.T) {
	for _, scale := range []float64{1, 1e-20, 1e20} {
		extremes(t, flows.Normal{Scale: []float64{scale}}, 20, 0, false, func(z float64) float64 {
			u := z / scale
			return -math.Log(scale) - 0.5*math.Log(2*math.Pi) - u*u/2
		}, func(z float64) float64 { return -z / scale / scale })
	}
}

func TestGaussianMixtureAtExtremes(t *testing.T) {
	for _, far := range []float64{1, 1e4} {
		// Beyond a few units one component has all the weight: the wider one, or the nearer of two as wide.
		base := flows.GaussianMixture{Means: [][]float64{{-far}, {far}, {0}}, Scales: [][]float64{{1}, {1}, {3}}}
		nearest := func(z float64) (logp, score float64) {
			top := math.Inf(-1)
			var terms, slopes []float64
			for k, mean := range []float64{-far, far, 0} {
				s := base.Scales[k][0]
				u := (z - mean) / s
				terms = append(terms, -u*u/2-math.Log(3*s)-0.5*math.Log(2*math.Pi))
				slopes = append(slopes, -u/s)
				top = max(top, terms[k])
			}
			if math.IsInf(top, -1) {
				return top, -z / 9
			}
			var sum float64
			for k, term := range terms {
				w := math.Exp(term - top)
				sum += w
				score += w * slopes[k]
			}
			return top + math.Log(sum), score / sum
		}
		extremes(t, base, 200, 1, false, func(z float64) float64 { l, _ := nearest(z); return l }, func(z float64) float64 {
			_, s := nearest(z)
			if z == 0 {
				return 0
			}
			return s
		})
	}
}

func TestUniformAtExtremes(t *testing.T) {
	f := &flows.Flow{
		Base:   flows.Uniform{Low: []float64{-1.5e308}, High: []float64{1.5e308}},
		Params: &nn.Params{Rand: seeded(1), Dtype: tensor.Float64},
	}
	got, err := f.LogProb(t.Context(), matrix([][]float64{{0}, {-1e308}, {1.4e308}, {1.6e308}}))
	require.NoError(t, err)
	want := -math.Log(1.5e308) - math.Ln2
	assert.InDeltaSlice(t, []float64{want, want, want}, got[:3], 1e-12)
	assert.True(t, math.IsInf(got[3], -1))
	x, err := f.Sample(t.Context(), 100, seeded(1))
	require.NoError(t, err)
	var low, high float64
	for _, v := range x.Float64s() {
		low, high = min(low, v), max(high, v)
	}
	assert.True(t, low >= -1.5e308 && low < -1e308 && high > 1e308 && high <= 1.5e308, "from %v to %v", low, high)
}

// Beyond a box the density is zero and log p has no gradient: Score says so of the row.
func TestScoreOutsideUniform(t *testing.T) {
	f := &flows.Flow{Dim: 2, Base: flows.Uniform{}, Params: &nn.Params{Rand: seeded(1)}}
	inside, err := f.Score(t.Context(), matrix([][]float64{{0, 0.5}, {0.5, 1}}))
	require.NoError(t, err)
	assert.Equal(t, []float64{0, 0, 0, 0}, numbers(inside))
	_, err = f.Score(t.Context(), matrix([][]float64{{0.5, 0.5}, {0.5, 1.5}}))
	assert.ErrorContains(t, err, "row 1 of the score, column 0, is NaN")
}
