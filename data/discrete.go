package data

import (
	"math"
	"slices"
)

// discrete finds out whether the column's values are discrete, and blurs them if that is the rule.
func (c *fitted) discrete() {
	distinct := slices.Compact(slices.Clone(c.sorted))
	if len(distinct) < 2 {
		return
	}
	n := float64(len(c.sorted))
	value, times := mostFrequent(c.sorted)
	repeats := 1 - float64(len(distinct))/n
	step, grid := stepOf(distinct)
	// The same without the most frequent value, which may be a spike in a column that is else continuous.
	others := 1 - float64(len(distinct)-1)/max(1, n-float64(times))
	switch {
	case others < 0.5 && !(grid && others >= 0.1):
		if share := float64(times) / n; share >= 0.05 && times > 5 {
			c.note("is %v in %.3g %% of all rows: a density that is learnt has a spike there", value, 100*share)
		}
	case c.rule.Dequantise:
		c.fit.Step, c.fit.Grid = step, grid
		if grid {
			c.fit.Origin = distinct[0]
		}
		c.note("has %d distinct values in %d rows: blurred by %.6g", len(distinct), len(c.sorted), step)
	default:
		c.note("has %d distinct values in %d rows, %.3g %% repeat others: discrete values have no density, want Dequantise",
			len(distinct), len(c.sorted), 100*repeats)
	}
}

// stepOf returns the least distance of values, sorted and distinct, and whether all distances are whole multiples of
// it, as near as the rounding of decimals leaves them.
func stepOf(distinct []float64) (step float64, grid bool) {
	step = math.Inf(1)
	for i, v := range distinct[1:] {
		step = min(step, v-distinct[i])
	}
	first, last := distinct[0], distinct[len(distinct)-1]
	steps := math.Round((last - first) / step)
	if !(steps < 1<<40) {
		return step, false
	}
	even := (last - first) / steps
	for _, v := range distinct {
		k := (v - first) / even
		if math.Abs(k-math.Round(k)) > 1e-3 {
			return step, false
		}
	}
	return even, true
}

// far notes values that lie so far out that they make all others small.
func (c *fitted) far() {
	median, width := quantile(c.sorted, 0.5), quantile(c.sorted, 0.75)-quantile(c.sorted, 0.25)
	out := max(median-c.sorted[0], c.sorted[len(c.sorted)-1]-median) / width
	switch {
	case !(width > 0 && out > 20):
	case c.rule.Shape == Plain:
		c.note("has values up to %.3g times the width of its middle half away: want Winsorise or a Shape", out)
	case c.rule.Shape == YeoJohnson:
		c.note("has values up to %.3g times the width of its middle half away: drawn in by %s", out, c.rule.Shape)
	}
}

// many notes categories that are too many to learn from.
func (c *fitted) many() {
	seen := len(slices.Compact(slices.Clone(c.sorted)))
	switch {
	case seen > 20 && 2*seen > len(c.sorted):
		c.note("has %d categories in %d rows: a name or a number of the row is nothing to learn, want it dropped",
			seen, len(c.sorted))
	case c.rule.OneHot && len(c.fit.Levels) > 50:
		c.note("has %d categories, a column for each: without OneHot they are one", len(c.fit.Levels))
	}
}
