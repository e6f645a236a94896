package toy

import (
	"cmp"
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"
)

var _ Density = Spirals{}

// Spirals are two spirals about the origin, one the other's half turn: the "2spirals" of Grathwohl et al. (2019). For
// u, v and w uniform on [0, 1) and s = 3π √u, a row is
//
//	±(-s cos s + v/2, s sin s + w/2)/3 + N(0, Noise²)
type Spirals struct {
	// Noise is the standard deviation of the noise. Zero means 0.1.
	Noise float64
}

const (
	spiralTo     = 3 * math.Pi
	spiralJitter = 0.5 / 3 // the width of v/2 and w/2, divided by 3
)

// spiral is the spiral of the plus sign with v = w = ½, the mean of the jitter.
func spiral(s float64) (x, y float64) {
	sin, cos := math.Sincos(s)
	return (-s*cos + 0.25) / 3, (s*sin + 0.25) / 3
}

func (s Spirals) noise() float64 { return cmp.Or(s.Noise, 0.1) }

func (s Spirals) check() error { return checkPositive("spirals", "noise", s.noise()) }

// Dim returns 2, the width of a row.
func (Spirals) Dim() int { return 2 }

// Sample returns n rows (n, 2), shuffled. As in the original, points come in pairs: each is on one spiral and once
// more, with noise of its own, on the other; an odd n leaves the last alone.
func (s Spirals) Sample(n int, rng *rand.Rand) (*tensor.Dense, error) {
	if err := checkDraw(n, 2, rng); err != nil {
		return nil, err
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	points := make([][2]float64, 0, n+1)
	for len(points) < n {
		x, y := spiral(spiralTo * math.Sqrt(rng.Float64()))
		x += spiralJitter * (rng.Float64() - 0.5)
		y += spiralJitter * (rng.Float64() - 0.5)
		points = append(points, [2]float64{x, y}, [2]float64{-x, -y})
	}
	points = points[:n]
	shuffle(points, rng)
	return plane(points, s.noise(), rng), nil
}

// LogProb returns log p(x) in nats of one row x = (x₁, x₂), the integral over s by Gauss-Legendre quadrature to 1e-9
// and that over v and w in closed form, and finite however far x lies. With a noise that Sample refuses it is NaN. It
// panics if x has not length 2.
func (s Spirals) LogProb(x []float64) float64 {
	checkLength("spirals", x, 2)
	if s.check() != nil || math.IsNaN(x[0]+x[1]) {
		return math.NaN()
	}
	return s.logAt(x[0], x[1])
}

func (s Spirals) logAt(x, y float64) float64 {
	return s.thread().logAt([2]float64{x, y}, [2]float64{-x, -y}) - math.Ln2
}

// thread is the spiral of the plus sign. √u has the density 2√u.
func (s Spirals) thread() thread {
	return thread{
		to: spiralTo, curve: spiral, speed: math.Hypot(1, spiralTo) / 3,
		weight: func(s float64) float64 { return 2 * s / (spiralTo * spiralTo) },
		blur:   blur{σ: s.noise(), w: spiralJitter},
	}
}

// Entropy returns H = -∫ p(x) log p(x) dx in nats, with an error below 1e-6, by the trapezoid rule over half the plane,
// for a half turn leaves p as it is. Its time grows with Noise⁻²; it is 0.2 s for the default.
func (s Spirals) Entropy() float64 {
	if s.check() != nil {
		return math.NaN()
	}
	σ := s.noise()
	h := 0.8 * σ // the jitter adds its smoothness to that of the noise
	reach := spiralTo/3 + spiralJitter + 9*σ
	// The line x = 0 belongs to both halves: half a step off, it is in neither.
	half := box{lo: [2]float64{h / 2, -reach}, hi: [2]float64{reach, reach}}
	return 2 * planeEntropy(s.logAt, half, h, h)
}
