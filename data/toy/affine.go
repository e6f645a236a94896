package toy

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"
)

var _ Density = Affine{}

// Affine is another density, scaled and shifted: y = Scale x + Shift for x drawn from Of. Its density and its entropy
// are as exact as Of's.
//
// The "moons" of Grathwohl et al. (2019) are
//
//	Affine{Of: Moons{Noise: 0.1}, Scale: 2, Shift: []float64{-1, -0.2}}
type Affine struct {
	// Of is what is scaled and shifted.
	Of Density
	// Scale is the factor, the same for all coordinates. Zero means 1.
	Scale float64
	// Shift is what is added to each coordinate. Nil means nothing.
	Shift []float64
}

func (a Affine) check() error {
	if a.Of == nil {
		return errors.New("toy: affine: Of is nil, want a density to scale and shift")
	}
	if math.IsNaN(a.Scale) || math.IsInf(a.Scale, 0) {
		return fmt.Errorf("toy: affine: scale %v, want a finite number", a.Scale)
	}
	if a.Shift != nil && len(a.Shift) != a.Of.Dim() {
		return fmt.Errorf("toy: affine: shift has length %d, want %d as rows are wide", len(a.Shift), a.Of.Dim())
	}
	for _, s := range a.Shift {
		if math.IsNaN(s) || math.IsInf(s, 0) {
			return fmt.Errorf("toy: affine: shift %v, want finite numbers", a.Shift)
		}
	}
	return nil
}

func (a Affine) scale() float64 { return cmp.Or(a.Scale, 1) }

func (a Affine) shift(j int) float64 {
	if a.Shift == nil {
		return 0
	}
	return a.Shift[j]
}

// Dim returns the width of a row, that of Of.
func (a Affine) Dim() int { return a.Of.Dim() }

// Sample returns n rows (n, dim).
func (a Affine) Sample(n int, rng *rand.Rand) (*tensor.Dense, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	x, err := a.Of.Sample(n, rng)
	if err != nil {
		return nil, err
	}
	dim := x.Shape()[1]
	values := x.Float64s()
	for i, v := range values {
		values[i] = a.scale()*v + a.shift(i%dim)
	}
	return x, nil
}

// LogProb returns log p(y) = log p_Of((y - Shift)/Scale) - dim log|Scale| in nats of one row y. With settings that
// Sample refuses it is NaN. It panics if y has not the length of Of's rows.
func (a Affine) LogProb(y []float64) float64 {
	if a.check() != nil {
		return math.NaN()
	}
	checkLength("affine", y, a.Of.Dim())
	x := make([]float64, len(y))
	for j := range x {
		x[j] = (y[j] - a.shift(j)) / a.scale()
	}
	return a.Of.LogProb(x) - a.stretch()
}

// Entropy returns H = H_Of + dim log|Scale| in nats, and NaN with settings that Sample refuses.
func (a Affine) Entropy() float64 {
	if a.check() != nil {
		return math.NaN()
	}
	return a.Of.Entropy() + a.stretch()
}

// stretch is the log-determinant of the map.
func (a Affine) stretch() float64 {
	return float64(a.Of.Dim()) * math.Log(math.Abs(a.scale()))
}
