package toy

import (
	"cmp"
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"
)

var _ Density = SwissRoll{}

// SwissRoll is a spiral with Gaussian noise, two coordinates of scikit-learn's make_swiss_roll divided by 5: the
// "swissroll" of Grathwohl et al. (2019). For t uniform on [3π/2, 9π/2], a row is
//
//	(t cos t, t sin t)/5 + N(0, Noise²)
type SwissRoll struct {
	// Noise is the standard deviation of the noise. Zero means 0.2.
	Noise float64
}

const (
	rollFrom = 1.5 * math.Pi
	rollTo   = 4.5 * math.Pi
)

func roll(t float64) (x, y float64) {
	sin, cos := math.Sincos(t)
	return t * cos / 5, t * sin / 5
}

func (s SwissRoll) noise() float64 { return cmp.Or(s.Noise, 0.2) }

func (s SwissRoll) check() error { return checkPositive("swiss roll", "noise", s.noise()) }

// Dim returns 2, the width of a row.
func (SwissRoll) Dim() int { return 2 }

// Sample returns n independent rows (n, 2).
func (s SwissRoll) Sample(n int, rng *rand.Rand) (*tensor.Dense, error) {
	if err := checkDraw(n, 2, rng); err != nil {
		return nil, err
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	points := make([][2]float64, n)
	for i := range points {
		x, y := roll(rollFrom + (rollTo-rollFrom)*rng.Float64())
		points[i] = [2]float64{x, y}
	}
	return plane(points, s.noise(), rng), nil
}

// LogProb returns log p(x) in nats of one row x = (x₁, x₂), the integral over t by Gauss-Legendre quadrature to 1e-9,
// and finite however far x lies. With a noise that Sample refuses it is NaN. It panics if x has not length 2.
func (s SwissRoll) LogProb(x []float64) float64 {
	checkLength("swiss roll", x, 2)
	if s.check() != nil || math.IsNaN(x[0]+x[1]) {
		return math.NaN()
	}
	return s.logAt(x[0], x[1])
}

func (s SwissRoll) logAt(x, y float64) float64 { return s.thread().logAt([2]float64{x, y}) }

func (s SwissRoll) thread() thread {
	return thread{
		from: rollFrom, to: rollTo, curve: roll, speed: math.Hypot(1, rollTo) / 5,
		weight: func(float64) float64 { return 1 / (rollTo - rollFrom) },
		blur:   blur{σ: s.noise()},
	}
}

// Entropy returns H = -∫ p(x) log p(x) dx in nats, with an error below 1e-6, by the trapezoid rule over the plane. Its
// time grows with Noise⁻²; it is 0.1 s for the default.
func (s SwissRoll) Entropy() float64 {
	if s.check() != nil {
		return math.NaN()
	}
	σ, reach := s.noise(), rollTo/5
	return planeEntropy(s.logAt, around([][]float64{{-reach, -reach}, {reach, reach}}, 9*σ), σ/2, σ/2)
}
