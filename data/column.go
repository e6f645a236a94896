package data

import (
	"cmp"
	"errors"
	"fmt"
	"math"
)

// Column is what a [Transform] does to one column of a table. The zero values of its fields leave a step out.
type Column struct {
	Name string `json:"name"`
	// Levels are the categories, if the column has some.
	Levels []string `json:"levels,omitempty"`
	// OneHot gives every category a column of its own, 1 where it applies and else 0. Otherwise its number is a number
	// as any other.
	OneHot bool `json:"one_hot,omitempty"`
	// Fill stands for a missing value, and one more column tells, 1 where it was missing and else 0. Nil refuses one.
	// With FillNoise z is drawn from N(0, 1) instead, and its log-density taken off.
	Fill      *float64 `json:"fill,omitempty"`
	FillNoise bool     `json:"fill_noise,omitempty"`
	// Low and High bound the values: those beyond are moved there. Nil is no bound.
	Low  *float64 `json:"low,omitempty"`
	High *float64 `json:"high,omitempty"`
	// Step is the distance of a discrete column's values, which noise makes continuous. With Grid all values are Origin
	// and whole steps from there, and the inverse rounds to them.
	Step   float64 `json:"step,omitempty"`
	Grid   bool    `json:"grid,omitempty"`
	Origin float64 `json:"origin,omitempty"`
	// Shape bends the column, after it was shifted by Center and divided by Scale, whose zero means 1.
	Shape  Shape   `json:"shape,omitempty"`
	Center float64 `json:"center,omitempty"`
	Scale  float64 `json:"scale,omitempty"`
	// Lambda is the parameter of YeoJohnson.
	Lambda float64 `json:"lambda,omitempty"`
	// Mean and Std of what comes out, of each column that comes out: that of each category with OneHot, and that of the
	// indicator of missing values last.
	Mean []float64 `json:"mean"`
	Std  []float64 `json:"std"`
	// Constant leaves the column out; the inverse gives it this value.
	Constant *float64 `json:"constant,omitempty"`
	// Twin leaves the column out; the inverse gives it Slope times the column of that name plus Offset.
	Twin   string  `json:"twin,omitempty"`
	Slope  float64 `json:"slope,omitempty"`
	Offset float64 `json:"offset,omitempty"`
}

// left reports whether nothing comes out of the column.
func (c *Column) left() bool { return c.Constant != nil || c.Twin != "" }

// values is the number of columns that come out of the column's values.
func (c *Column) values() int {
	switch {
	case c.left():
		return 0
	case c.OneHot:
		return len(c.Levels)
	}
	return 1
}

// width is the number of columns that come out, with the indicator of missing values.
func (c *Column) width() int {
	if c.Fill != nil && !c.left() {
		return c.values() + 1
	}
	return c.values()
}

func (c *Column) scale() float64 { return cmp.Or(c.Scale, 1) }

// check refuses steps that can't be done.
func (c *Column) check() error {
	for _, number := range []struct {
		name  string
		value *float64
	}{
		{"fill", c.Fill}, {"low", c.Low}, {"high", c.High}, {"constant", c.Constant}, {"origin", &c.Origin},
		{"center", &c.Center}, {"scale", &c.Scale}, {"lambda", &c.Lambda}, {"step", &c.Step}, {"slope", &c.Slope},
		{"offset", &c.Offset},
	} {
		if number.value != nil && (math.IsNaN(*number.value) || math.IsInf(*number.value, 0)) {
			return fmt.Errorf("%s is %v, want a finite number", number.name, *number.value)
		}
	}
	switch {
	case c.left():
		return nil
	case c.Step < 0 || c.Scale < 0:
		return fmt.Errorf("step is %v and scale %v, want 0 or more", c.Step, c.Scale)
	case c.Grid && c.Step == 0:
		return errors.New("a grid has no step")
	case c.Low != nil && c.High != nil && *c.Low > *c.High:
		return fmt.Errorf("low %v is above high %v", *c.Low, *c.High)
	case c.OneHot && len(c.Levels) == 0:
		return errors.New("one_hot without levels")
	case c.FillNoise && (c.Fill == nil || c.OneHot):
		return errors.New("fill_noise without fill, or with one_hot")
	case len(c.Mean) != c.width() || len(c.Std) != c.width():
		return fmt.Errorf("%d means and %d deviations, want %d", len(c.Mean), len(c.Std), c.width())
	}
	for j, mean := range c.Mean {
		if std := c.Std[j]; math.IsNaN(mean) || math.IsInf(mean, 0) || !(std > 0) || math.IsInf(std, 1) {
			return fmt.Errorf("mean %v and deviation %v, want finite numbers and a deviation above 0", mean, std)
		}
	}
	return c.Shape.check()
}
