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
// A missing value that is not filled, a category that the fit did not know (a [*CategoryError]) and a number that has
// no finite value by the shape are a [*ValueError] with their row and column.
func (t Transform) Apply(of Table, rng *rand.Rand) (z *tensor.Dense, logDet []float64, err error) {
	z, logDet, bad, err := t.ApplyEach(of, rng)
	switch {
	case err != nil:
		return nil, nil, err
	case len(bad) > 0:
		return nil, nil, bad[0]
	}
	return z, logDet, nil
}

// ApplyEach is [Transform.Apply] that goes on where rows can't be taken: they are named in bad, in their order, and are
// zeros in what comes out.
func (t Transform) ApplyEach(of Table, rng *rand.Rand) (z *tensor.Dense, logDet []float64, bad []*ValueError, err error) {
	x, err := t.read(of)
	if err != nil {
		return nil, nil, nil, err
	}
	values, logDet, bad := t.rows(x, upTo(x.rows), rng)
	return newTable(values, t.Dim()), logDet, bad, nil
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

// raw are the columns of a table as a transform's fit knows them.
type raw struct {
	values []float64 // row by row
	rows   int
	bad    map[int]*ValueError // of the rows with an unknown category
}

// read returns the columns that go in as the fit knows them.
func (t Transform) read(of Table) (*raw, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	chosen, err := of.Select(t.Inputs()...)
	if err != nil {
		return nil, err
	}
	x := &raw{values: float64s(chosen.Rows), rows: of.Len(), bad: make(map[int]*ValueError)}
	for j := range t.Columns {
		c := &t.Columns[j]
		if c.Levels == nil {
			continue
		}
		levels, ok := of.Levels[c.Name]
		if !ok {
			levels = c.Levels // numbers are the fit's own
		}
		x.recode(j, len(t.Columns), c, levels)
	}
	return x, nil
}

// recode gives the categories of column j their numbers of the fit.
func (x *raw) recode(j, dim int, c *Column, levels []string) {
	for _, bad := range recode(x.values, j, dim, c.Name, levels, newCategories(c.Levels)) {
		x.bad[bad.Row] = bad
	}
}

// rows transforms the rows of x at the given places. Those that can't be are bad, and 0 in the results.
func (t Transform) rows(x *raw, places []int, rng *rand.Rand) (values, logDet []float64, bad []*ValueError) {
	width, dim := len(t.Columns), t.Dim()
	columns := make([]applied, width)
	for j := range t.Columns {
		columns[j] = t.Columns[j].applied()
	}
	values, logDet = make([]float64, 0, len(places)*dim), make([]float64, len(places))
	for i, place := range places {
		err := x.bad[place]
		for j := range columns {
			if err != nil {
				break
			}
			var cause error
			var l float64
			if values, l, cause = columns[j].append(values, x.values[place*width+j], rng); cause != nil {
				err = &ValueError{Row: place, Column: t.Columns[j].Name, Err: cause}
			}
			logDet[i] += l
		}
		if err != nil {
			bad = append(bad, err)
			values, logDet[i] = append(values[:i*dim], make([]float64, dim)...), 0
		}
	}
	return values, logDet, bad
}

var (
	errFill  = errors.New("missing, and there is nothing to fill it with: none was missing in the rows of the fit")
	errRange = errors.New("want a number that its shape is finite for")
)

// applied is a column with what is the same for every row.
type applied struct {
	*Column
	factor, logFactor float64 // by which numbers are scaled
	logStd            []float64
}

func (c *Column) applied() applied {
	a := applied{Column: c, factor: c.scale(), logFactor: math.Log(c.scale())}
	for _, std := range c.Std {
		a.logStd = append(a.logStd, math.Log(std))
	}
	return a
}

// append appends what comes out for x, with its log-determinant.
func (c *applied) append(z []float64, x float64, rng *rand.Rand) (_ []float64, logDet float64, err error) {
	if c.left() {
		return z, 0, nil
	}
	missing := math.IsNaN(x)
	if missing {
		if c.Fill == nil {
			return z, 0, errFill
		}
		x = *c.Fill
	}
	out := 0
	standard := func(y float64) {
		z = append(z, (y-c.Mean[out])/c.Std[out])
		logDet -= c.logStd[out]
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
		y, l := c.Shape.forward((x-c.Center)/c.factor, c.Lambda)
		if math.IsNaN(y) || math.IsInf(y, 0) {
			return z, 0, fmt.Errorf("%v: %w", x, errRange)
		}
		logDet += l - c.logFactor
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
