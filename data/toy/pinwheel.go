package toy

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"
)

var _ Density = Pinwheel{}

// Pinwheel is a wheel of bent arms, the "pinwheel" of Johnson et al. (2016) and of Grathwohl et al. (2019). With f = (1
// + Radial n₁, Tangential n₂) for standard normal n₁ and n₂, a row of arm k is f turned by an angle that grows
// outwards, and doubled:
//
//	a = 2πk/Arms + Rate exp(f₁)
//	x = 2 (f₁ cos a + f₂ sin a, f₂ cos a - f₁ sin a)
type Pinwheel struct {
	// Arms is the number of arms. Zero means 5.
	Arms int
	// Radial and Tangential are the deviations along and across an arm. Zero means 0.3 and 0.1.
	Radial, Tangential float64
	// Rate is how much the arms bend. Zero means 0.25.
	Rate float64
}

func (p Pinwheel) withDefaults() Pinwheel {
	p.Arms = cmp.Or(p.Arms, 5)
	p.Radial = cmp.Or(p.Radial, 0.3)
	p.Tangential = cmp.Or(p.Tangential, 0.1)
	p.Rate = cmp.Or(p.Rate, 0.25)
	return p
}

func (p Pinwheel) check() error {
	if p.Arms < 1 {
		return fmt.Errorf("toy: pinwheel: %d arms, want at least 1", p.Arms)
	}
	if err := checkPositive("pinwheel", "radial deviation", p.Radial); err != nil {
		return err
	}
	if err := checkPositive("pinwheel", "tangential deviation", p.Tangential); err != nil {
		return err
	}
	return checkPositive("pinwheel", "rate", p.Rate)
}

// Dim returns 2, the width of a row.
func (Pinwheel) Dim() int { return 2 }

// Sample returns n rows (n, 2), as many of one arm as of another if Arms divides n, shuffled.
func (p Pinwheel) Sample(n int, rng *rand.Rand) (*tensor.Dense, error) {
	p = p.withDefaults()
	if err := checkDraw(n, 2, rng); err != nil {
		return nil, err
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	points := make([][2]float64, n)
	for i := range points {
		along, across := 1+p.Radial*rng.NormFloat64(), p.Tangential*rng.NormFloat64()
		x, y := p.turn(i%p.Arms, along, across)
		points[i] = [2]float64{x, y}
	}
	shuffle(points, rng)
	return plane(points, 0, rng), nil
}

// turn maps f = (along, across) of an arm to the plane.
func (p Pinwheel) turn(arm int, along, across float64) (x, y float64) {
	sin, cos := math.Sincos(2*math.Pi*float64(arm)/float64(p.Arms) + p.Rate*math.Exp(along))
	return 2 * (along*cos + across*sin), 2 * (across*cos - along*sin)
}
