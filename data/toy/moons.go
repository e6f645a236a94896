package toy

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
)

var (
	_ Distribution   = Moons{}
	_ data.LogProber = Moons{}
	_ Entropier      = Moons{}
)

// Moons are two interleaved half circles with Gaussian noise, as scikit-learn's make_moons draws them. For θ in [0, π],
//
//	outer(θ) = (cos θ, sin θ)
//	inner(θ) = (1 - cos θ, ½ - sin θ)
//
// and a row is a point of either arc, equally likely, plus N(0, Noise²) in both coordinates.
type Moons struct {
	// Noise is the standard deviation of the noise. Zero puts the rows exactly on the arcs: they can be drawn, but have
	// no density in the plane.
	Noise float64
}

// Dim returns 2, the width of a row.
func (Moons) Dim() int { return 2 }

// Sample returns n rows (n, 2). As in scikit-learn the angles are not random: ⌊n/2⌋ of them lie evenly spaced on the
// outer arc, both ends included, the others likewise on the inner arc. The rows are then shuffled, and then the noise
// is added.
func (m Moons) Sample(n int, rng *rand.Rand) (*tensor.Dense, error) {
	if err := checkDraw(n, 2, rng); err != nil {
		return nil, err
	}
	if !(m.Noise >= 0) || math.IsInf(m.Noise, 1) {
		return nil, fmt.Errorf("toy: moons: noise %v, want a finite number of at least 0", m.Noise)
	}
	points := make([][2]float64, n)
	outer, inner := points[:n/2], points[n/2:]
	for i := range outer {
		sin, cos := math.Sincos(angle(i, len(outer)))
		outer[i] = [2]float64{cos, sin}
	}
	for i := range inner {
		sin, cos := math.Sincos(angle(i, len(inner)))
		inner[i] = [2]float64{1 - cos, 0.5 - sin}
	}
	rng.Shuffle(n, func(i, j int) { points[i], points[j] = points[j], points[i] })

	values := make([]float64, 0, 2*n)
	for _, p := range points {
		values = append(values, p[0]+m.Noise*rng.NormFloat64(), p[1]+m.Noise*rng.NormFloat64())
	}
	return tensor.New(tensor.WithShape(n, 2), tensor.WithBacking(values)), nil
}

// angle returns the i-th of n evenly spaced angles from 0 to π.
func angle(i, n int) float64 {
	if n == 1 {
		return 0
	}
	return math.Pi * float64(i) / float64(n-1)
}
