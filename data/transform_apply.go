package data

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// Apply returns what a model learns of the rows of t: rows (t.Len(), Dim()) and for each the logarithm of the volume by
// which the transform stretches there, log|det dz/dx|: a density p of the rows that come out is
//
//	log p(x) = log p(z) + logDet
//
// of the table, in its own units. Columns go by name and categories by theirs; columns that the transform does not know
// are left alone. Discrete columns are blurred by noise from rng; nil takes the middle of each step.
//
// A missing value that is not filled, a category that the fit did not know and a number that has no finite value by the
// shape are a [*ValueError] with their row and column.
func (t Transform) Apply(of Table, rng *rand.Rand) (z *tensor.Dense, logDet []float64, err error) {
	if err := t.check(); err != nil {
		return nil, nil, err
	}
	x, err := t.read(of)
	if err != nil {
		return nil, nil, err
	}
	values, logDet, err := t.rows(x, upTo(of.Len()), rng)
	if err != nil {
		return nil, nil, err
	}
	return newTable(values, t.Dim()), logDet, nil
}

// ValueError says which value of a table a [Transform] can't take.
type ValueError struct {
	Row    int // from 0
	Column string
	Err    error
}

func (e *ValueError) Error() string {
	return fmt.Sprintf("data: row %d, column %s: %v", e.Row, quote.Text(e.Column), e.Err)
}

// Unwrap returns the cause.
func (e *ValueError) Unwrap() error { return e.Err }

// read returns the columns that go in as the fit knows them, row by row.
func (t Transform) read(of Table) ([]float64, error) {
	chosen, err := of.Select(t.Inputs()...)
	if err != nil {
		return nil, err
	}
	values := float64s(chosen.Rows)
	for j := range t.Columns {
		c := &t.Columns[j]
		if c.Levels == nil {
			continue
		}
		levels, ok := of.Levels[c.Name]
		if !ok {
			levels = c.Levels // numbers are the fit's own
		}
		if row, err := recode(values, j, len(t.Columns), levels, newCategories(c.Levels)); err != nil {
			return nil, &ValueError{row, c.Name, err}
		}
	}
	return values, nil
}

// rows transforms the rows of x at the given places.
func (t Transform) rows(x []float64, places []int, rng *rand.Rand) (values, logDet []float64, err error) {
	dim := len(t.Columns)
	values, logDet = make([]float64, 0, len(places)*t.Dim()), make([]float64, len(places))
	for i, place := range places {
		for j := range t.Columns {
			var l float64
			if values, l, err = t.Columns[j].append(values, x[place*dim+j], rng); err != nil {
				return nil, nil, &ValueError{Row: place, Column: t.Columns[j].Name, Err: err}
			}
			logDet[i] += l
		}
	}
	return values, logDet, nil
}

var (
	errFill  = errors.New("missing, and there is nothing to fill it with: none was missing in the rows of the fit")
	errRange = errors.New("want a number that its shape is finite for")
)

// append appends what comes out for x, with its log-determinant.
func (c *Column) append(z []float64, x float64, rng *rand.Rand) (_ []float64, logDet float64, err error) {
	if c.left() {
		return z, 0, nil
	}
	missing := math.IsNaN(x)
	if missing {
		if c.Fill == nil {
			return nil, 0, errFill
		}
		x = *c.Fill
	}
	out := 0
	standard := func(y float64) {
		z = append(z, (y-c.Mean[out])/c.Std[out])
		logDet -= math.Log(c.Std[out])
		out++
	}
	switch {
	case c.OneHot:
		for k := range c.Levels {
			standard(indicator(!missing && int(x) == k) + blur(rng))
		}
	case missing && c.FillNoise:
		var v float64
		if rng != nil {
			v = rng.NormFloat64()
		}
		z = append(z, v)
		logDet += (v*v + math.Log(2*math.Pi)) / 2
		out++
	default:
		x = c.bounded(x) + c.Step*blur(rng)
		y, l := c.Shape.forward((x-c.Center)/c.scale(), c.Lambda)
		if math.IsNaN(y) || math.IsInf(y, 0) {
			return nil, 0, fmt.Errorf("%v: %w", x, errRange)
		}
		logDet += l - math.Log(c.scale())
		standard(y)
	}
	if c.Fill != nil {
		standard(indicator(missing) + blur(rng))
	}
	return z, logDet, nil
}

// bounded returns x or the bound that it is beyond.
func (c *Column) bounded(x float64) float64 {
	if c.Low != nil {
		x = max(x, *c.Low)
	}
	if c.High != nil {
		x = min(x, *c.High)
	}
	return x
}

// blur is uniform on [-½, ½), 0 without random numbers.
func blur(rng *rand.Rand) float64 {
	if rng == nil {
		return 0
	}
	return rng.Float64() - 0.5
}

func indicator(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
