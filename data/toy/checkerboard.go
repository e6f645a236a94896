package toy

import (
	"cmp"
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"
)

var _ Density = Checkerboard{}

// Checkerboard is uniform on the eight black squares of a board of four by four about the origin, those of even
// ⌊x₁/Side⌋ + ⌊x₂/Side⌋: the "checkerboard" of Grathwohl et al. (2019).
type Checkerboard struct {
	// Side is the side of a square. Zero means 2.
	Side float64
}

// Dim returns 2, the width of a row.
func (Checkerboard) Dim() int { return 2 }

func (c Checkerboard) side() float64 { return cmp.Or(c.Side, 2) }

// Sample returns n independent rows (n, 2): for U and V uniform on [-2, 2) and [0, 1) and B of {0, 1},
//
//	x₁ = Side U, x₂ = Side (V - 2B + (⌊U⌋ mod 2))
func (c Checkerboard) Sample(n int, rng *rand.Rand) (*tensor.Dense, error) {
	side := c.side()
	if err := checkDraw(n, 2, rng); err != nil {
		return nil, err
	}
	if err := checkPositive("checkerboard", "side", side); err != nil {
		return nil, err
	}
	values := make([]float64, 0, 2*n)
	for range n {
		column := rng.IntN(4) - 2
		row := 2*rng.IntN(2) - 2 + column&1
		values = append(values, side*(float64(column)+rng.Float64()), side*(float64(row)+rng.Float64()))
	}
	return tensor.New(tensor.WithShape(n, 2), tensor.WithBacking(values)), nil
}

// LogProb returns log p(x) = -log(8 Side²) in nats of one row x = (x₁, x₂) on a black square, and -Inf elsewhere, where
// p is zero. With a side that Sample refuses it is NaN. It panics if x has not length 2.
func (c Checkerboard) LogProb(x []float64) float64 {
	checkLength("checkerboard", x, 2)
	side := c.side()
	u, v := math.Floor(x[0]/side), math.Floor(x[1]/side)
	switch {
	case checkPositive("checkerboard", "side", side) != nil || math.IsNaN(u+v):
		return math.NaN()
	case u < -2 || u > 1 || v < -2 || v > 1 || math.Mod(u+v, 2) != 0:
		return math.Inf(-1)
	}
	return -c.Entropy()
}

// Entropy returns H = log(8 Side²) in nats, which is exact.
func (c Checkerboard) Entropy() float64 {
	side := c.side()
	if checkPositive("checkerboard", "side", side) != nil {
		return math.NaN()
	}
	return math.Log(8 * side * side)
}
