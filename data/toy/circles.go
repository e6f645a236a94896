package toy

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/integrate/quad"
	"gorgonia.org/tensor"
)

var _ Density = Circles{}

// Circles are concentric circles about the origin with Gaussian noise: a row is a point of one of them, each equally
// likely, plus N(0, Noise²) in both coordinates.
//
// The zero value is scikit-learn's make_circles with factor 0.5 and noise 0.08, three times as large: the "circles" of
// Grathwohl et al. (2019). Their "rings" are Circles{Radii: []float64{3, 2.25, 1.5, 0.75}, Noise: 0.08}.
type Circles struct {
	// Radii are the radii, all positive. Nil means 3 and 1.5.
	Radii []float64
	// Noise is the standard deviation of the noise. Zero means 0.24.
	Noise float64
}

func (c Circles) withDefaults() Circles {
	if c.Radii == nil {
		c.Radii = []float64{3, 1.5}
	}
	c.Noise = cmp.Or(c.Noise, 0.24)
	return c
}

func (c Circles) check() error {
	if len(c.Radii) == 0 {
		return fmt.Errorf("toy: circles: no radii, want at least 1")
	}
	for _, r := range c.Radii {
		if err := checkPositive("circles", "radius", r); err != nil {
			return err
		}
	}
	return checkPositive("circles", "noise", c.Noise)
}

// Dim returns 2, the width of a row.
func (Circles) Dim() int { return 2 }

// Sample returns n rows (n, 2). As in scikit-learn the angles are not random but evenly spaced, ⌊n/k⌋ on each of the k
// circles and what is left on the last. The rows are then shuffled, and then the noise is added.
func (c Circles) Sample(n int, rng *rand.Rand) (*tensor.Dense, error) {
	c = c.withDefaults()
	if err := checkDraw(n, 2, rng); err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	points := make([][2]float64, 0, n)
	for i, r := range c.Radii {
		on := n / len(c.Radii)
		if i == len(c.Radii)-1 {
			on = n - len(points)
		}
		for k := range on {
			sin, cos := math.Sincos(2 * math.Pi * float64(k) / float64(on))
			points = append(points, [2]float64{r * cos, r * sin})
		}
	}
	shuffle(points, rng)
	return plane(points, c.Noise, rng), nil
}

// LogProb returns log p(x) in nats of one row x = (x₁, x₂), for angles uniform on the circle: with r = |x|, σ = Noise,
// k circles of radii R and the modified Bessel function I₀,
//
//	p(x) = 1/k Σ exp(-(r² + R²)/2σ²) I₀(rR/σ²) / 2πσ²
//
// to 1e-11, and finite however far x lies. With settings that Sample refuses it is NaN. It panics if x has not length
// 2.
func (c Circles) LogProb(x []float64) float64 {
	checkLength("circles", x, 2)
	c = c.withDefaults()
	if c.check() != nil {
		return math.NaN()
	}
	return c.logAt(math.Hypot(x[0], x[1]))
}

// logAt is log p at the distance r from the origin.
//
// exp(-κ) I₀(κ) = 1/π ∫ exp(-κ (1 - cos u)) du over [0, π].
func (c Circles) logAt(r float64) float64 {
	terms := make([]float64, len(c.Radii))
	for i, radius := range c.Radii {
		d := (r - radius) / c.Noise
		terms[i] = logFall(r/c.Noise*radius/c.Noise, 0, math.Pi) - d*d/2
	}
	return floats.LogSumExp(terms) - math.Log(float64(len(terms))) - 2*math.Log(c.Noise) - math.Log(2*math.Pi*math.Pi)
}

// Entropy returns H = -∫ p(x) log p(x) dx in nats, with an error below 1e-6, by quadrature over the distance from the
// origin, in a few milliseconds. It is NaN where the noise is less than a millionth of the radii.
func (c Circles) Entropy() float64 {
	c = c.withDefaults()
	if c.check() != nil {
		return math.NaN()
	}
	shell := func(r float64) float64 { return 2 * math.Pi * r * surprise(c.logAt(r)) }
	// Nothing is finer than the noise, and beyond nine of it lies 1e-18 of the mass.
	end := floats.Max(c.Radii) + 9*c.Noise
	parts := math.Ceil(end / (2 * c.Noise))
	if parts > mostParts {
		return math.NaN()
	}
	var sum float64
	for i := range int(parts) {
		from := end * float64(i) / parts
		sum += quad.Fixed(shell, from, from+end/parts, 16, quad.Legendre{}, 0)
	}
	return sum
}
