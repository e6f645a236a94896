package viz

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"
)

// The kernels' tails are cut where they are 1.2e-7 of their height.
const cutTolerance = 1.3e-7

func TestKDEIsTheDirectSum(t *testing.T) {
	points := []float64{0, 0, 0.31, -0.2, 1.4, 0.9, -5, 0.1, 0.31, 1.2}
	for _, c := range []struct {
		name string
		kde  KDE
		grid Grid
	}{
		{"fine", KDE{HX: 0.4, HY: 0.4}, Grid{X0: -2, X1: 2, Y0: -1, Y1: 1, NX: 57, NY: 31}},
		{"lopsided", KDE{HX: 0.9, HY: 0.1}, Grid{X0: -2, X1: 2, Y0: -1, Y1: 1, NX: 20, NY: 90}},
		{"narrower than a cell", KDE{HX: 0.01, HY: 0.01}, Grid{X0: -1, X1: 1, Y0: -1, Y1: 1, NX: 7, NY: 7}},
		{"all beyond the window", KDE{HX: 2, HY: 2}, Grid{X0: 4, X1: 5, Y0: 4, Y1: 5, NX: 9, NY: 9}},
		{"one cell", KDE{HX: 2, HY: 2}, Grid{X0: -1, X1: 1, Y0: -1, Y1: 1, NX: 1, NY: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.kde.Density(points, c.grid)
			require.NoError(t, err)
			at := c.grid.Points()
			require.Len(t, got, len(at)/2)
			height := 1 / (2 * math.Pi * c.kde.HX * c.kde.HY)
			for i := range got {
				want := 0.0
				for k := 0; k < len(points); k += 2 {
					x := distuv.Normal{Mu: points[k], Sigma: c.kde.HX}
					y := distuv.Normal{Mu: points[k+1], Sigma: c.kde.HY}
					want += x.Prob(at[2*i]) * y.Prob(at[2*i+1])
				}
				want /= float64(len(points) / 2)
				assert.InDelta(t, want, got[i], cutTolerance*height)
			}
		})
	}
}

func TestKDEIntegratesToOne(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	points := make([]float64, 2000)
	for i := range points {
		points[i] = r.NormFloat64()
	}
	g := Grid{X0: -8, X1: 8, Y0: -8, Y1: 8, NX: 160, NY: 160}
	p, err := KDE{}.Density(points, g)
	require.NoError(t, err)
	sum := 0.0
	for _, v := range p {
		sum += v
	}
	// The midpoint rule is exact to rounding for Gaussians over three cells wide; a cut tail holds 2·Φ(-5.65) = 1.6e-8
	// of the mass on either axis.
	assert.InDelta(t, 1, sum*g.Cell(), 1e-7)
}

// The estimate from draws of N(0, σ²) is on average N(0, σ² + h²).
func TestKDEOfAGaussian(t *testing.T) {
	const n, sigma, h = 40000, 0.8, 0.3
	r := rand.New(rand.NewPCG(3, 4))
	points := make([]float64, 2*n)
	for i := range points {
		points[i] = sigma * r.NormFloat64()
	}
	g := Grid{X0: -2, X1: 2, Y0: -2, Y1: 2, NX: 20, NY: 20}
	p, err := KDE{HX: h, HY: h}.Density(points, g)
	require.NoError(t, err)
	wide := distuv.Normal{Sigma: math.Hypot(sigma, h)}
	at := g.Points()
	for i, got := range p {
		want := wide.Prob(at[2*i]) * wide.Prob(at[2*i+1])
		// The variance of one kernel's value is below its mean square, want/(4πh²); five standard deviations.
		assert.InDelta(t, want, got, 5*math.Sqrt(want/(4*math.Pi*h*h*n)))
	}
}

func TestScott(t *testing.T) {
	// 64 points of standard deviation √(64/63) and 3·√(64/63); 64^(1/6) = 2.
	points := make([]float64, 0, 128)
	for i := range 64 {
		sign := float64(1 - 2*(i%2))
		points = append(points, 5+sign, -3*sign)
	}
	hx, hy, err := Scott(points)
	require.NoError(t, err)
	assert.InDelta(t, math.Sqrt(64.0/63)/2, hx, 1e-14)
	assert.InDelta(t, 3*math.Sqrt(64.0/63)/2, hy, 1e-14)
}

func TestKDEErrors(t *testing.T) {
	unit := Grid{X1: 1, Y1: 1}
	two := []float64{0, 0, 1, 1}
	for _, c := range []struct {
		name   string
		kde    KDE
		points []float64
		grid   Grid
		want   string
	}{
		{"no points", KDE{}, nil, unit, "viz: kde: points: no points"},
		{"odd", KDE{}, two[:3], unit, "3 numbers"},
		{"nan", KDE{}, []float64{0, 0, math.NaN(), 0}, unit, "point 1 is (NaN, 0)"},
		{"no extent", KDE{}, two, Grid{X1: 1}, "has no extent"},
		{"negative", KDE{HX: -1}, two, unit, "bandwidths -1, 0"},
		{"nan bandwidth", KDE{HX: 1, HY: math.NaN()}, two, unit, "bandwidths 1, NaN"},
		{"one point", KDE{HX: 1}, two[:2], unit, "one point has no spread"},
		{"flat", KDE{}, []float64{0, 1, 2, 1}, unit, "along y"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := c.kde.Density(c.points, c.grid)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func BenchmarkKDE(b *testing.B) {
	data := moons(rand.New(rand.NewPCG(1, 2)), 8192)
	g, err := Cover(data)
	require.NoError(b, err)
	for b.Loop() {
		if _, err := (KDE{}).Density(data, g); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(8192*float64(b.N)/b.Elapsed().Seconds(), "points/s")
}
