package data

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// fitted is a column of the rows that a recipe is fitted on.
type fitted struct {
	rule   Rule
	fit    Column
	x      []float64 // row by row, NaN where missing
	sorted []float64 // those that are there
	notes  []Note

	condition bool // repeated values are no matter
}

func newFitted(name string, rule Rule, levels []string, x []float64) *fitted {
	c := &fitted{rule: rule, fit: Column{Name: name, Levels: slices.Clone(levels)}, x: x}
	for _, v := range x {
		if !math.IsNaN(v) {
			c.sorted = append(c.sorted, v)
		}
	}
	slices.Sort(c.sorted)
	return c
}

func (c *fitted) missing() int { return len(c.x) - len(c.sorted) }

func (c *fitted) note(format string, args ...any) {
	c.notes = append(c.notes, Note{Column: c.fit.Name, Text: fmt.Sprintf(format, args...)})
}

// written returns a value as the table has it.
func (c *fitted) written(v float64) string {
	if c.fit.Levels != nil {
		return quote.Text(c.fit.Levels[int(v)])
	}
	return fmt.Sprint(v)
}

// constant reports whether all values are the same, up to the rounding of their mean.
func (c *fitted) constant() bool {
	mean, std := meanStd(c.sorted)
	return c.sorted[0] == c.sorted[len(c.sorted)-1] || !(std > 1e-14*math.Abs(mean))
}

// prepare fits all steps of the column, in their order.
func (c *fitted) prepare() error {
	if c.fit.left() {
		if c.fit.Twin != "" {
			c.note("is %s: left out", multiple(c.fit.Slope, c.fit.Twin, c.fit.Offset))
		}
		return nil
	}
	if c.fit.Levels != nil {
		c.fit.Step, c.fit.Grid, c.fit.OneHot = 1, true, c.rule.OneHot
		c.many()
	} else if err := c.numbers(); err != nil {
		return err
	}
	c.scale()
	c.fill()
	return nil
}

// numbers fits bounds, noise and shape of a column of quantities.
func (c *fitted) numbers() error {
	if q := c.rule.Winsorise; q > 0 {
		// Not quantiles between values, which would be no values of a discrete column.
		n := len(c.sorted)
		low, high := c.sorted[portion(q, n)], c.sorted[n-1-portion(q, n)]
		c.fit.Low, c.fit.High = &low, &high
		moved := 0
		for i, v := range c.sorted {
			if b := c.fit.bounded(v); b != v {
				c.sorted[i] = b
				moved++
			}
		}
		if low == high && c.rule.Floor == 0 {
			return fmt.Errorf("%v is left in every row by Winsorise", low)
		}
		c.note("has %d values beyond %v and %v moved there", moved, low, high)
	}
	if !c.condition {
		c.discrete()
	}
	c.far()
	switch c.rule.Shape {
	case Log:
		if low := c.sorted[0] - c.fit.Step/2; low <= 0 {
			return fmt.Errorf("numbers down to %v, want numbers above 0 for Log, or YeoJohnson", low)
		}
	case YeoJohnson:
		// Where the bulk of the numbers is far from 0 or much smaller than 1 the shape could not bend it.
		c.fit.Center = quantile(c.sorted, 0.5)
		c.fit.Scale = quantile(c.sorted, 0.75) - quantile(c.sorted, 0.25)
		if _, std := meanStd(c.sorted); !(c.fit.Scale > 1e-3*std) {
			c.fit.Scale = std
		}
		if c.fit.Scale == 0 {
			return errors.New("one value in every row, want no YeoJohnson")
		}
		scaled := make([]float64, len(c.sorted))
		for i, v := range c.sorted {
			scaled[i] = (v - c.fit.Center) / c.fit.Scale
		}
		c.fit.Lambda = fitYeoJohnson(scaled)
	}
	c.fit.Shape = c.rule.Shape
	return nil
}

// scale fits the means and deviations of what comes out of the values. The variance of noise that is uniform on a step
// is step²/12.
func (c *fitted) scale() {
	if c.fit.OneHot {
		n := float64(len(c.sorted))
		share := make([]float64, len(c.fit.Levels))
		for _, v := range c.sorted {
			share[int(v)] += 1 / n
		}
		for _, p := range share {
			c.fit.Mean = append(c.fit.Mean, p)
			c.fit.Std = append(c.fit.Std, math.Sqrt(p*(1-p)+1.0/12))
		}
		return
	}
	y := make([]float64, len(c.sorted))
	for i, v := range c.sorted {
		y[i], _ = c.fit.Shape.forward((v-c.fit.Center)/c.fit.scale(), c.fit.Lambda)
	}
	mean, std := meanStd(y)
	if c.fit.Shape == Plain {
		std = math.Hypot(std, c.fit.Step/math.Sqrt(12))
	}
	// Floor is in the column's own units, and a shape is about as steep as at the median.
	_, l := c.fit.Shape.forward((quantile(c.sorted, 0.5)-c.fit.Center)/c.fit.scale(), c.fit.Lambda)
	if slope := math.Exp(l) / c.fit.scale(); std < c.rule.Floor*slope {
		if !c.constant() {
			c.note("has deviation %.3g, raised to %v by Floor", std/slope, c.rule.Floor)
		}
		std = c.rule.Floor * slope
	}
	c.fit.Mean, c.fit.Std = []float64{mean}, []float64{std}
}

// fill fits what stands for missing values, and the indicator of them.
func (c *fitted) fill() {
	if c.missing() == 0 {
		return
	}
	value := quantile(c.sorted, 0.5)
	if c.fit.Levels != nil {
		value, _ = mostFrequent(c.sorted)
	}
	c.fit.Fill = &value
	c.fit.FillNoise = c.rule.Missing == Noise && !c.fit.OneHot
	p := float64(c.missing()) / float64(len(c.x))
	c.fit.Mean = append(c.fit.Mean, p)
	c.fit.Std = append(c.fit.Std, math.Sqrt(p*(1-p)+1.0/12))
	switch {
	case c.fit.OneHot:
		c.note("misses %d values: no category applies there", c.missing())
	case c.fit.FillNoise:
		c.note("misses %d values: filled with noise", c.missing())
	default:
		c.note("misses %d values: filled with %.6g, where the density of these rows has a spike; Noise has none",
			c.missing(), value)
	}
}

// meanStd returns mean and deviation √(Σ(x - mean)²/n).
func meanStd(x []float64) (mean, std float64) {
	m := moments{}
	addMoments(&m, x, 1)
	return m.mean[0], m.std()[0]
}

// quantile returns the p-quantile of sorted numbers, linear between them (Hyndman and Fan 1996, type 7).
func quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	i := min(int(at), len(sorted)-1)
	j := min(i+1, len(sorted)-1)
	return sorted[i] + (at-float64(i))*(sorted[j]-sorted[i])
}

// mostFrequent returns the value that sorted numbers have most often, and how often that is.
func mostFrequent(sorted []float64) (value float64, times int) {
	run := 0
	for i, v := range sorted {
		if i == 0 || v != sorted[i-1] {
			run = 0
		}
		if run++; run > times {
			value, times = v, run
		}
	}
	return value, times
}
