package toy_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/gonum/integrate/quad"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/toy"
)

// normalAt is the density of N(0, σ²).
func normalAt(d, σ float64) float64 {
	return math.Exp(-d*d/(2*σ*σ)) / (σ * math.Sqrt(2*math.Pi))
}

// mean is the mean of f over [a, b] by one Gauss-Legendre rule of n nodes.
func mean(n int, a, b float64, f func(float64) float64) float64 {
	return quad.Fixed(f, a, b, n, quad.Legendre{}, 0) / (b - a)
}

// Work that grows without bound as the noise vanishes is not begun, nor steps that the ends' rounding swallows.
func TestVanishingNoiseEnds(t *testing.T) {
	for _, set := range []toy.Entropier{
		toy.Gaussians{Means: [][]float64{{1e17}, {1e17}}, Std: 1},
		toy.Gaussians{Means: [][]float64{{0}, {1e300}}, Std: 1},
		toy.Gaussians{Means: [][]float64{{0, 1e17}, {0, 1e17}}, Std: 1},
		toy.Circles{Noise: 1e-200},
		toy.SwissRoll{Noise: 1e-200},
		toy.Spirals{Noise: 1e-200},
	} {
		assert.True(t, math.IsNaN(set.Entropy()), "%v", set)
	}
	assert.True(t, math.IsNaN(toy.SwissRoll{Noise: 1e-200}.LogProb([]float64{0, 0})))
}

func TestDrawsAreBounded(t *testing.T) {
	for _, name := range toy.Names() {
		set, _ := toy.Named(name)
		_, err := set.Sample(1<<60, seeded(1))
		var passed *data.LimitError
		assert.ErrorAs(t, err, &passed, name)
	}
}

// Each density by brute force from what the set's documentation says of a row.
func TestDensitiesByDefinition(t *testing.T) {
	blurred := func(x []float64, cx, cy, σ float64) float64 {
		return normalAt(x[0]-cx, σ) * normalAt(x[1]-cy, σ)
	}
	for _, test := range []struct {
		name string
		set  toy.Density
		p    func(x []float64) float64
	}{
		{"swiss roll", toy.SwissRoll{}, func(x []float64) float64 {
			return mean(2000, 1.5*math.Pi, 4.5*math.Pi, func(t float64) float64 {
				return blurred(x, t*math.Cos(t)/5, t*math.Sin(t)/5, 0.2)
			})
		}},
		{"narrow swiss roll", toy.SwissRoll{Noise: 0.05}, func(x []float64) float64 {
			return mean(2000, 1.5*math.Pi, 4.5*math.Pi, func(t float64) float64 {
				return blurred(x, t*math.Cos(t)/5, t*math.Sin(t)/5, 0.05)
			})
		}},
		{"spirals", toy.Spirals{}, func(x []float64) float64 {
			return mean(1000, 0, 3*math.Pi, func(s float64) float64 {
				cx, cy := -s*math.Cos(s), s*math.Sin(s)
				jittered := func(d, sign float64) float64 {
					return mean(24, 0, 0.5, func(v float64) float64 { return normalAt(d-sign*v/3, 0.1) })
				}
				plus := jittered(x[0]-cx/3, 1) * jittered(x[1]-cy/3, 1)
				minus := jittered(x[0]+cx/3, -1) * jittered(x[1]+cy/3, -1)
				return (plus + minus) / 2 * 2 * s / (3 * math.Pi) // √u has density 2√u
			})
		}},
		{"circles", toy.Circles{}, func(x []float64) float64 {
			return mean(1000, 0, 2*math.Pi, func(θ float64) float64 {
				sin, cos := math.Sincos(θ)
				return (blurred(x, 3*cos, 3*sin, 0.24) + blurred(x, 1.5*cos, 1.5*sin, 0.24)) / 2
			})
		}},
		{"gaussians", toy.Gaussians{}, func(x []float64) (p float64) {
			for _, c := range [][2]float64{{1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, 1}, {1, -1}, {-1, 1}, {-1, -1}} {
				r := 4 / math.Hypot(c[0], c[1]) / 1.414
				p += blurred(x, r*c[0], r*c[1], 0.5/1.414) / 8
			}
			return p
		}},
		{"moons", toy.Affine{Of: toy.Moons{Noise: 0.1}, Scale: 2, Shift: []float64{-1, -0.2}}, func(x []float64) float64 {
			return mean(1000, 0, math.Pi, func(θ float64) float64 {
				sin, cos := math.Sincos(θ)
				return (blurred(x, 2*cos-1, 2*sin-0.2, 0.2) + blurred(x, 1-2*cos, 0.8-2*sin, 0.2)) / 2
			})
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			rows := points(toy.Draw(test.set, 5, seeded(4)))
			rows = append(rows, [2]float64{0, 0}, [2]float64{0.3, -2}, [2]float64{3.5, 2})
			for _, p := range rows {
				want := test.p(p[:])
				if want < 1e-200 {
					continue
				}
				// The rules are spectral: 1e-9 is what the quadratures promise.
				assert.InDelta(t, math.Log(want), test.set.LogProb(p[:]), 1e-9, "at %v", p)
			}
		})
	}
}

// The pinwheel's density against its generator, without the roots: for bumps g, ∫ p(x) g(x) dx = E g(x(f)).
func TestPinwheelDensityIsThatOfItsGenerator(t *testing.T) {
	set := toy.Pinwheel{}
	centres := [][2]float64{{0, 0}, {1.5, 0.5}, {-1, 2}, {0.7, -2.5}, {-3, -1}, {2.2, 2.2}}
	for _, centre := range briefly(centres[:3], centres) {
		bump := func(x, y float64) float64 {
			return normalAt(x-centre[0], 0.25) * normalAt(y-centre[1], 0.25)
		}
		h := briefly(0.1, 0.05)
		var got float64
		for x := centre[0] - 2; x < centre[0]+2; x += h {
			for y := centre[1] - 2; y < centre[1]+2; y += h {
				got += h * h * bump(x, y) * math.Exp(set.LogProb([]float64{x, y}))
			}
		}
		const d = 0.2
		var want float64
		for arm := range 5 {
			for u := -7.0; u < 7; u += d {
				for v := -7.0; v < 7; v += d {
					f1, f2 := 1+0.3*u, 0.1*v
					sin, cos := math.Sincos(2*math.Pi*float64(arm)/5 + 0.25*math.Exp(f1))
					want += d * d / 5 * normalAt(u, 1) * normalAt(v, 1) * bump(2*(f1*cos+f2*sin), 2*(-f1*sin+f2*cos))
				}
			}
		}
		assert.InDelta(t, want, got, 1e-7, "bump at %v", centre) // both rules are spectral but for the folds
	}
}

// Other settings than the defaults keep densities normalised and entropies right.
func TestDensitiesWithSettings(t *testing.T) {
	for _, test := range []struct {
		name  string
		set   toy.Density
		half  float64
		cells int // a side
		fewer int // with -short, as many as the tolerance needs
	}{
		{"one arm", toy.Pinwheel{Arms: 1, Tangential: 0.2, Radial: 0.2}, 5, 120, 60},
		{"strong bend", toy.Pinwheel{Arms: 3, Rate: 0.6, Radial: 0.15, Tangential: 0.05}, 4, 250, 180},
		{"wide roll", toy.SwissRoll{Noise: 1}, 12, 100, 50},
		{"wide spirals", toy.Spirals{Noise: 0.5}, 9, 100, 50},
		{"one circle", toy.Circles{Radii: []float64{0.5}, Noise: 1}, 9, 100, 50},
		{"shrunk", toy.Affine{Of: toy.Circles{}, Scale: -0.5, Shift: []float64{1, 0}}, 4, 120, 60},
		{"two gaussians", toy.Gaussians{Means: [][]float64{{0, 1}, {2, 0}}, Std: 0.7}, 9, 120, 60},
		{"small board", toy.Checkerboard{Side: 0.5}, 1, 40, 20},
	} {
		t.Run(test.name, func(t *testing.T) {
			cells := briefly(test.fewer, test.cells)
			h := 2 * test.half / float64(cells)
			var mass, entropy float64
			for c := range cells * cells {
				x := (float64(c/cells)+0.5)*h - test.half
				y := (float64(c%cells)+0.5)*h - test.half
				if l := test.set.LogProb([]float64{x, y}); !math.IsInf(l, -1) {
					mass += h * h * math.Exp(l)
					entropy -= h * h * l * math.Exp(l)
				}
			}
			assert.InDelta(t, 1, mass, 1e-5)
			assert.InDelta(t, entropy, test.set.Entropy(), 1e-4)
		})
	}
	// In closed form: one Gaussian of any width.
	g := toy.Gaussians{Means: [][]float64{{1, 2, 3}}, Std: 2}
	assert.InDelta(t, 1.5*math.Log(2*math.Pi*math.E*4), g.Entropy(), 1e-14)
	assert.True(t, math.IsNaN(toy.Gaussians{Means: [][]float64{{1, 2, 3}, {0, 0, 0}}}.Entropy()))
}

func TestDensitiesRefuse(t *testing.T) {
	for _, test := range []struct {
		set  toy.Density
		want string
	}{
		{toy.SwissRoll{Noise: -1}, "toy: swiss roll: noise -1, want a finite number above 0"},
		{toy.Spirals{Noise: math.NaN()}, "toy: spirals: noise NaN, want a finite number above 0"},
		{toy.Circles{Noise: math.Inf(1)}, "toy: circles: noise +Inf, want a finite number above 0"},
		{toy.Circles{Radii: []float64{}}, "toy: circles: no radii, want at least 1"},
		{toy.Circles{Radii: []float64{1, 0}}, "toy: circles: radius 0, want a finite number above 0"},
		{toy.Gaussians{Means: [][]float64{}}, "toy: gaussians: no means, want at least 1"},
		{toy.Gaussians{Means: [][]float64{{1, 2}, {1}}}, "toy: gaussians: mean 1 has length 1, want 2 as the first"},
		{toy.Gaussians{Means: [][]float64{{1, math.NaN()}}}, "toy: gaussians: mean 0 is [1 NaN], want finite numbers"},
		{toy.Gaussians{Std: -1}, "toy: gaussians: deviation -1, want a finite number above 0"},
		{toy.Pinwheel{Arms: -1}, "toy: pinwheel: -1 arms, want at least 1"},
		{toy.Pinwheel{Radial: -1}, "toy: pinwheel: radial deviation -1, want a finite number above 0"},
		{toy.Pinwheel{Tangential: -1}, "toy: pinwheel: tangential deviation -1, want a finite number above 0"},
		{toy.Pinwheel{Rate: -1}, "toy: pinwheel: rate -1, want a finite number above 0"},
		{toy.Checkerboard{Side: -1}, "toy: checkerboard: side -1, want a finite number above 0"},
		{toy.Affine{}, "toy: affine: Of is nil, want a density to scale and shift"},
		{toy.Affine{Of: toy.Circles{}, Scale: math.Inf(1)}, "toy: affine: scale +Inf, want a finite number"},
		{toy.Affine{Of: toy.Circles{}, Shift: []float64{1}}, "toy: affine: shift has length 1, want 2 as rows are wide"},
		{toy.Affine{Of: toy.Circles{}, Shift: []float64{1, math.NaN()}}, "toy: affine: shift [1 NaN], want finite numbers"},
		{toy.Affine{Of: toy.Checkerboard{Side: -1}}, "toy: checkerboard: side -1, want a finite number above 0"},
	} {
		_, err := test.set.Sample(10, seeded(1))
		assert.EqualError(t, err, test.want)
		assert.True(t, math.IsNaN(test.set.LogProb([]float64{1, 2})), test.want)
		assert.True(t, math.IsNaN(test.set.Entropy()), test.want)
	}
	_, err := toy.Curve{Half: -1}.Sample(10, seeded(1))
	assert.EqualError(t, err, "toy: curve: half width -1, want a finite number above 0")
}

func TestDims(t *testing.T) {
	assert.Equal(t, 2, toy.Gaussians{}.Dim())
	assert.Equal(t, 1, toy.Gaussians{Means: [][]float64{{3}}}.Dim())
	assert.Equal(t, 0, toy.Gaussians{Means: [][]float64{}}.Dim())
	assert.Equal(t, 2, toy.Curve{}.Dim())
	assert.Equal(t, 3, toy.Affine{Of: toy.Gaussians{Means: [][]float64{{1, 2, 3}}}}.Dim())
}

func TestCurves(t *testing.T) {
	for _, test := range []struct {
		name string
		y    func(float64) float64
	}{
		{"line", func(x float64) float64 { return x }},
		{"cos", func(x float64) float64 { return 2.5 * math.Sin(x) }},
	} {
		set, _ := toy.Named(test.name)
		lo, hi := math.Inf(1), math.Inf(-1)
		for _, p := range points(toy.Draw(set, 1000, seeded(1))) {
			assert.Equal(t, test.y(p[0]), p[1])
			lo, hi = min(lo, p[0]), max(hi, p[0])
		}
		// The ends are missed by 0.005 in the mean.
		assert.InDelta(t, -2.5, lo, 0.05)
		assert.InDelta(t, 2.5, hi, 0.05)
		_, known := set.(data.LogProber)
		assert.False(t, known, "a curve has no density in the plane")
	}
}
