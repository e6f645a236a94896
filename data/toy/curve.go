package toy

import (
	"cmp"
	"math/rand/v2"

	"gorgonia.org/tensor"
)

var _ Distribution = Curve{}

// Curve draws rows (x, Y(x)) with x uniform on [-Half, Half): rows exactly on a curve. They have no density in the
// plane, so a model's likelihood of them has no bound, and there is no LogProb and no Entropy.
//
// The zero value is the "line" of Grathwohl et al. (2019); their "cos" has Y(x) = 2.5 sin x.
type Curve struct {
	// Y is the height of the curve. Nil means Y(x) = x.
	Y func(x float64) float64
	// Half is half the width of the curve. Zero means 2.5.
	Half float64
}

// Dim returns 2, the width of a row.
func (Curve) Dim() int { return 2 }

// Sample returns n independent rows (n, 2).
func (c Curve) Sample(n int, rng *rand.Rand) (*tensor.Dense, error) {
	half := cmp.Or(c.Half, 2.5)
	if err := checkDraw(n, 2, rng); err != nil {
		return nil, err
	}
	if err := checkPositive("curve", "half width", half); err != nil {
		return nil, err
	}
	values := make([]float64, 0, 2*n)
	for range n {
		x := half * (2*rng.Float64() - 1)
		y := x
		if c.Y != nil {
			y = c.Y(x)
		}
		values = append(values, x, y)
	}
	return tensor.New(tensor.WithShape(n, 2), tensor.WithBacking(values)), nil
}
