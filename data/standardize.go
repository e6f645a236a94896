package data

import (
	"errors"
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/place"
)

// Standardize is the map that gives every column mean 0 and deviation 1,
//
//	zⱼ = (xⱼ - Mean[j]) / Std[j]
//
// A density of z becomes one of x by log p(x) = log p(z) + LogDet().
type Standardize struct {
	// Mean and Std hold one number for each column.
	Mean, Std []float64
}

// FitStandardize returns the map for the rows of x (rows, dim), those that are trained on. The deviation is that of the
// rows themselves, √(Σ(x - mean)²/rows). Columns whose rows are all the same are a [*ConstantError] that lists them
// all.
func FitStandardize(x *tensor.Dense) (Standardize, error) {
	if err := checkTable(x); err != nil {
		return Standardize{}, err
	}
	var m moments
	m.add(x)
	return m.standardize(nil)
}

// FitStandardize is [FitStandardize] for the rows of t; its errors name columns.
func (t Table) FitStandardize() (Standardize, error) {
	if err := t.check(); err != nil {
		return Standardize{}, err
	}
	if err := checkTable(t.Rows); err != nil {
		return Standardize{}, err
	}
	var m moments
	m.add(t.Rows)
	return m.standardize(t.Names)
}

// FitStandardizeSource is [FitStandardize] for the rows of one epoch of s. Its errors name columns where s has a method
// Names() []string, as [Stream] has.
func FitStandardizeSource(s Source) (Standardize, error) {
	var m moments
	for batch := range s.Epoch() {
		if err := checkTable(batch); err != nil {
			return Standardize{}, err
		}
		if dim := batch.Shape()[1]; m.mean != nil && dim != len(m.mean) {
			return Standardize{}, fmt.Errorf("data: a batch is %d wide, the first was %d", dim, len(m.mean))
		}
		m.add(batch)
	}
	if err := s.Err(); err != nil {
		return Standardize{}, err
	}
	if m.rows == 0 {
		return Standardize{}, errors.New("data: standardize: no rows")
	}
	names := namesOf(s)
	if len(names) != len(m.mean) {
		names = nil
	}
	return m.standardize(names)
}

func (m *moments) standardize(names []string) (Standardize, error) {
	if err := m.constantColumns(names); err != nil {
		return Standardize{}, place.In("data: standardize", err)
	}
	s := Standardize{Mean: m.mean, Std: m.std()}
	return s, s.check()
}

func (s Standardize) check() error {
	if len(s.Mean) != len(s.Std) || len(s.Mean) == 0 {
		return fmt.Errorf("data: standardize: %d means and %d deviations, want as many of both and at least one",
			len(s.Mean), len(s.Std))
	}
	for j, m := range s.Mean {
		if std := s.Std[j]; math.IsNaN(m) || math.IsInf(m, 0) || !(std > 0) || math.IsInf(std, 1) {
			return fmt.Errorf("data: standardize: column %d has mean %v and deviation %v, "+
				"want finite numbers and a deviation above 0", j, m, std)
		}
	}
	return nil
}

// Dim returns the width of a row.
func (s Standardize) Dim() int { return len(s.Mean) }

// LogDet returns log|det dz/dx| = -Σ log Std[j], the same for every row.
func (s Standardize) LogDet() float64 {
	var l float64
	for _, std := range s.Std {
		l -= math.Log(std)
	}
	return l
}

// Apply returns z for the rows of x (rows, dim), as a new table of the type of x.
func (s Standardize) Apply(x *tensor.Dense) (*tensor.Dense, error) {
	return s.each(x, func(j int, v float64) float64 { return (v - s.Mean[j]) / s.Std[j] })
}

// Invert returns x for the rows of z (rows, dim), as a new table of the type of z.
func (s Standardize) Invert(z *tensor.Dense) (*tensor.Dense, error) {
	return s.each(z, func(j int, v float64) float64 { return v*s.Std[j] + s.Mean[j] })
}

func (s Standardize) each(x *tensor.Dense, f func(j int, v float64) float64) (*tensor.Dense, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if err := checkTable(x); err != nil {
		return nil, err
	}
	dim := x.Shape()[1]
	if dim != s.Dim() {
		return nil, fmt.Errorf("data: standardize: rows are %d wide, want %d", dim, s.Dim())
	}
	y := x.Clone().(*tensor.Dense)
	if x.Dtype() == tensor.Float32 {
		mapColumns(y.Float32s(), dim, f)
	} else {
		mapColumns(y.Float64s(), dim, f)
	}
	return y, nil
}

func mapColumns[T float](values []T, dim int, f func(j int, v float64) float64) {
	for i, v := range values {
		values[i] = T(f(i%dim, float64(v)))
	}
}
