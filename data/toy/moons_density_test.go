package toy_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/toy"
)

// mixture is log p of the moons by adaptive Simpson quadrature of the definition, each arc on its own, with the largest
// term taken out of the exponential.
func mixture(noise, x, y float64) float64 {
	exponent := func(cx, cy float64) float64 {
		return -((x-cx)*(x-cx) + (y-cy)*(y-cy)) / (2 * noise * noise)
	}
	outer := func(θ float64) float64 { return exponent(math.Cos(θ), math.Sin(θ)) }
	inner := func(θ float64) float64 { return exponent(1-math.Cos(θ), 0.5-math.Sin(θ)) }
	const cells = 4096
	top := math.Inf(-1)
	for i := range cells + 1 {
		θ := math.Pi * float64(i) / cells
		top = max(top, outer(θ), inner(θ))
	}
	f := func(θ float64) float64 { return math.Exp(outer(θ)-top) + math.Exp(inner(θ)-top) }
	var sum float64
	for i := range cells {
		a, b := math.Pi*float64(i)/cells, math.Pi*float64(i+1)/cells
		sum += simpson(f, a, b, f(a), f((a+b)/2), f(b), 1e-15, 20)
	}
	return math.Log(sum) + top - math.Log(4*math.Pi*math.Pi*noise*noise)
}

func simpson(f func(float64) float64, a, b, fa, fm, fb, tol float64, depth int) float64 {
	m := (a + b) / 2
	fl, fr := f((a+m)/2), f((m+b)/2)
	whole := (b - a) / 6 * (fa + 4*fm + fb)
	halves := (b - a) / 12 * (fa + 4*fl + 2*fm + 4*fr + fb)
	if d := halves - whole; depth == 0 || math.Abs(d) < 15*tol {
		return halves + d/15
	}
	return simpson(f, a, m, fa, fl, fm, tol/2, depth-1) + simpson(f, m, b, fm, fr, fb, tol/2, depth-1)
}

func TestMoonsLogProb(t *testing.T) {
	xs := briefly([]float64{-1, 0.05, 1.7}, []float64{-1.5, -1, -0.3, 0, 0.05, 0.5, 1, 1.7, 2, 2.4})
	ys := briefly([]float64{-0.9, 0, 0.25, 1.4}, []float64{-0.9, -0.5, -0.01, 0, 0.25, 0.5, 0.99, 1.4})
	for _, noise := range []float64{0.01, 0.06, 0.1, 0.3, 1, 5} {
		t.Run(fmt.Sprint(noise), func(t *testing.T) {
			for _, x := range xs {
				for _, y := range ys {
					want := mixture(noise, x, y)
					got := toy.Moons{Noise: noise}.LogProb([]float64{x, y})
					// Both quadratures are good to 1e-11; the exponents cancel from up to 1e4 for the narrowest noise.
					assert.InDelta(t, want, got, 1e-10*max(1, math.Abs(want)/10), "at (%v, %v)", x, y)
				}
			}
		})
	}
}

// The density integrates to one. The trapezoid rule on a grid of half the noise is exact to rounding: what it adds
// falls as exp(-(4π)²/2).
func TestMoonsDensityIsNormalised(t *testing.T) {
	for _, noise := range briefly([]float64{0.2, 0.7}, []float64{0.06, 0.2, 0.7}) {
		mass, _ := grid(toy.Moons{Noise: noise})
		assert.InDelta(t, 1, mass, 1e-9, "noise %v", noise)
	}
}

func TestMoonsEntropyOnGrid(t *testing.T) {
	for _, noise := range briefly([]float64{0.2, 0.7}, []float64{0.06, 0.1, 0.2, 0.7}) {
		m := toy.Moons{Noise: noise}
		_, entropy := grid(m)
		assert.InDelta(t, entropy, m.Entropy(), 1e-6, "noise %v", noise)
	}
	assert.InDelta(t, 0.473, toy.Moons{Noise: 0.06}.Entropy(), 0.005) // known from Monte Carlo
}

func TestMoonsEntropyLimits(t *testing.T) {
	assert.Equal(t, math.Inf(-1), toy.Moons{}.Entropy())
	assert.True(t, math.IsNaN(toy.Moons{Noise: -1}.Entropy()))

	// Little noise: the choice of an arc, the place along it, the noise across it; the ends add less than the noise.
	const small = 1e-4
	across := math.Log(2*math.Pi*math.E*small*small) / 2
	assert.InDelta(t, math.Ln2+math.Log(math.Pi)+across, toy.Moons{Noise: small}.Entropy(), small)

	// Much noise: nearly Gaussian, of covariance S + σ² I with S that of the arcs: their trace is E|x - (½, ¼)|² and
	// the entropy grows by tr S/2σ².
	const large = 100.0
	trace := 1 + 0.25 + 0.0625 - 1/math.Pi // E|outer|² - 2 E outer·(½, ¼) + |(½, ¼)|²
	gauss := math.Log(2 * math.Pi * math.E * large * large)
	assert.InDelta(t, gauss+trace/(2*large*large), toy.Moons{Noise: large}.Entropy(), 1e-6)
}

// grid returns ∫p and -∫p log p by the trapezoid rule.
func grid(m toy.Moons) (mass, entropy float64) {
	h, pad := m.Noise/2, 9*m.Noise
	for x := -1 - pad; x < 2+pad; x += h {
		for y := -0.5 - pad; y < 1+pad; y += h {
			l := m.LogProb([]float64{x, y})
			mass += h * h * math.Exp(l)
			entropy -= h * h * math.Exp(l) * l
		}
	}
	return mass, entropy
}

func TestMoonsLogProbFarAway(t *testing.T) {
	m := toy.Moons{Noise: 0.06}
	for _, x := range [][]float64{{1e3, 0}, {0, -1e6}, {-1e100, 1e100}, {0, 0}, {1, 0.5}} {
		l := m.LogProb(x)
		assert.False(t, math.IsInf(l, 0) || math.IsNaN(l), "log p(%v) = %v", x, l)
	}
	// Above the outer arc's top at distance d, κ is large and the integral is that of a whole Gaussian: log p = -d²/2σ²
	// - log(2π σ √r) - ½ log 2π + O(1/κ).
	const r, σ = 1e3, 0.06
	d := (r - 1) / σ
	want := -d*d/2 - math.Log(2*math.Pi*σ*math.Sqrt(r)) - math.Log(2*math.Pi)/2
	assert.InDelta(t, want, m.LogProb([]float64{0, r}), 1e-6)
}

func TestMoonsLogProbWithoutDensity(t *testing.T) {
	assert.True(t, math.IsNaN(toy.Moons{}.LogProb([]float64{1, 0})))
	assert.True(t, math.IsNaN(toy.Moons{Noise: 0.1}.LogProb([]float64{math.NaN(), 0})))
	assert.Panics(t, func() { toy.Moons{Noise: 0.1}.LogProb([]float64{1, 2, 3}) })
}

// A half turn about (½, ¼) leaves the density as it is.
func TestMoonsDensityIsSymmetric(t *testing.T) {
	m, rng := toy.Moons{Noise: 0.06}, seeded(3)
	for range 100 {
		x, y := 4*rng.Float64()-1.5, 3*rng.Float64()-1
		assert.InEpsilon(t, m.LogProb([]float64{x, y}), m.LogProb([]float64{1 - x, 0.5 - y}), 1e-12)
	}
}

func BenchmarkMoonsLogProb(b *testing.B) {
	m := toy.Moons{Noise: 0.06}
	x := toy.Draw(m, 1024, seeded(1))
	for b.Loop() {
		if _, err := data.NLL(m, x); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(1024*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkMoonsEntropy(b *testing.B) {
	for b.Loop() {
		toy.Moons{Noise: 0.06}.Entropy()
	}
}
