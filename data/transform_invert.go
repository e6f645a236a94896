package data

import (
	"fmt"
	"math"

	"gorgonia.org/tensor"
)

// Invert returns the table of rows z (rows, Dim()) that a model drew: discrete columns are rounded to their values,
// categories are those that are nearest, what is most likely missing is NaN, and columns that were left out are back.
func (t Transform) Invert(z *tensor.Dense) (Table, error) {
	if err := t.check(); err != nil {
		return Table{}, err
	}
	if err := checkTable(z); err != nil {
		return Table{}, err
	}
	rows, dim := z.Shape()[0], z.Shape()[1]
	if want := t.Dim(); dim != want {
		return Table{}, fmt.Errorf("data: transform: rows are %d wide, want %d", dim, want)
	}
	values, width := float64s(z), len(t.Columns)
	x := make([]float64, rows*width)
	at := make(map[string]int, width)
	for j := range t.Columns {
		at[t.Columns[j].Name] = j
	}
	for i := range rows {
		from, row := values[i*dim:], x[i*width:(i+1)*width]
		for j := range t.Columns {
			c := &t.Columns[j]
			row[j] = c.inverse(from)
			from = from[c.width():]
		}
		for j := range t.Columns {
			if c := &t.Columns[j]; c.Twin != "" {
				row[j] = c.Slope*row[at[c.Twin]] + c.Offset
			}
		}
	}
	return Table{Names: t.Inputs(), Rows: newTable(x, width), Levels: t.Levels()}, nil
}

// inverse returns the x of the column, whose values z starts with.
func (c *Column) inverse(z []float64) float64 {
	raw := func(k int) float64 { return z[k]*c.Std[k] + c.Mean[k] }
	switch {
	case c.Constant != nil:
		return *c.Constant
	case c.Twin != "":
		return 0 // follows from its twin
	case c.Fill != nil && raw(c.values()) > 0.5:
		return math.NaN()
	case c.OneHot:
		best := 0
		for k := range c.Levels {
			if raw(k) > raw(best) {
				best = k
			}
		}
		return float64(best)
	}
	x := c.Shape.inverse(raw(0), c.Lambda)*c.scale() + c.Center
	if c.Grid {
		x = decimal(c.Origin+c.Step*math.Round((x-c.Origin)/c.Step), c.Origin, c.Step)
	}
	if c.Levels != nil {
		x = min(max(x, 0), float64(len(c.Levels)-1))
	}
	return min(max(x, -math.MaxFloat64), math.MaxFloat64)
}

// decimal returns the value x of a grid as its decimals say, 60.8 and not 60.800000000000004, where the grid is one of
// decimals.
func decimal(x, origin, step float64) float64 {
	for unit := 1.0; unit <= 1e9; unit *= 10 {
		whole := func(v float64) bool { return math.Abs(v*unit-math.Round(v*unit)) <= 1e-9*max(1, math.Abs(v*unit)) }
		// A step that is much shorter than the unit is none of whole numbers of it.
		if step*unit < 0.5 || !whole(step) || !whole(origin) {
			continue
		}
		if n := math.Round(x * unit); math.Abs(n) < 1<<53 {
			return n / unit
		}
		return x
	}
	return x
}
