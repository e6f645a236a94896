package nn_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/go-ffjord/ffjord/nn"
)

func TestInitDistributions(t *testing.T) {
	const in, out, draws = 50, 30, 200_000
	standard := distuv.UnitNormal
	inner := standard.CDF(2) - standard.CDF(-2)
	sigma := 1 / math.Sqrt(in)
	uniform := func(a float64) func(float64) float64 { return distuv.Uniform{Min: -a, Max: a}.CDF }
	normal := func(s float64) func(float64) float64 { return distuv.Normal{Sigma: s}.CDF }
	for _, c := range []struct {
		name     string
		init     nn.Init
		variance float64
		bound    float64 // no value lies beyond
		cdf      func(float64) float64
	}{
		{"GlorotUniform", nn.GlorotUniform, 2. / (in + out), math.Sqrt(6. / (in + out)), uniform(math.Sqrt(6. / (in + out)))},
		{"GlorotNormal", nn.GlorotNormal, 2. / (in + out), math.Inf(1), normal(math.Sqrt(2. / (in + out)))},
		{"HeUniform", nn.HeUniform, 2. / in, math.Sqrt(6. / in), uniform(math.Sqrt(6. / in))},
		{"UniformFanIn", nn.UniformFanIn, 1. / (3 * in), sigma, uniform(sigma)},
		{"HeNormal", nn.HeNormal, 2. / in, math.Inf(1), normal(math.Sqrt(2. / in))},
		{
			// The variance of a normal cut at ±2σ is σ²(1 - 4φ(2)/(Φ(2) - Φ(-2))), about 0.774 σ².
			"TruncatedNormal", nn.TruncatedNormal, (1 - 4*standard.Prob(2)/inner) / in, 2 * sigma,
			func(x float64) float64 { return (standard.CDF(x/sigma) - standard.CDF(-2)) / inner },
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := make([]float64, draws)
			c.init(rand.New(rand.NewPCG(5, 6)), x, in, out)
			mean, variance := stat.MeanVariance(x, nil)
			assert.InDelta(t, 0, mean, 4*math.Sqrt(c.variance/draws), "four standard errors")
			assert.InEpsilon(t, c.variance, variance, 4*math.Sqrt(2./draws), "four standard errors, a normal's, the largest")
			assert.LessOrEqual(t, math.Max(slices.Max(x), -slices.Min(x)), c.bound)

			slices.Sort(x)
			worst := 0.
			for i, v := range x {
				worst = max(worst, math.Abs(c.cdf(v)-float64(i)/draws), math.Abs(c.cdf(v)-float64(i+1)/draws))
			}
			assert.Less(t, worst, 1.95/math.Sqrt(draws), "Kolmogorov and Smirnov at 0.1 %%")
		})
	}
}

func TestInitIsReproducible(t *testing.T) {
	draw := func(init nn.Init, seed uint64) []float64 {
		x := make([]float64, 12)
		init(rand.New(rand.NewPCG(seed, 0)), x, 3, 4)
		return x
	}
	for name, init := range map[string]nn.Init{
		"GlorotUniform": nn.GlorotUniform, "GlorotNormal": nn.GlorotNormal, "HeUniform": nn.HeUniform,
		"HeNormal": nn.HeNormal, "UniformFanIn": nn.UniformFanIn, "TruncatedNormal": nn.TruncatedNormal,
	} {
		assert.Equal(t, draw(init, 7), draw(init, 7), name)
		assert.NotEqual(t, draw(init, 7), draw(init, 8), name)
	}
}

func TestInitConstants(t *testing.T) {
	x := []float64{1, 2, 3}
	nn.Constant(-0.5)(nil, x, 1, 3)
	assert.Equal(t, []float64{-0.5, -0.5, -0.5}, x)
	nn.Zeros(nil, x, 1, 3)
	assert.Equal(t, []float64{0, 0, 0}, x)
}
