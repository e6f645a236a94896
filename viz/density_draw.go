package viz

import (
	"fmt"
	"image"
	"math"
)

// ratioReach is the end of the scale of log-ratios, in nats: there one density is about twenty times the other.
const ratioReach = 3

// Image draws the comparison.
func (d Density) Image() (*image.RGBA, error) { return imageOf(d) }

func (d Density) page() (page, error) {
	lo, hi, err := d.scale()
	if err != nil {
		return page{}, fmt.Errorf("viz: density: %w", err)
	}
	colours, err := viridis()
	if err != nil {
		return page{}, fmt.Errorf("viz: density: %w", err)
	}
	signed, err := blueRed()
	if err != nil {
		return page{}, fmt.Errorf("viz: density: %w", err)
	}

	key := bar{colours, lo, hi, "nats"}
	bars := []bar{key}
	if d.True != nil {
		bars = []bar{{}, key}
	}
	if d.Ratio {
		bars = append(bars, bar{signed, -ratioReach, ratioReach, "nats"})
	}
	s, err := newSheet(d.Grid, []string{d.Caption}, bars...)
	if err != nil {
		return page{}, fmt.Errorf("viz: density: %w", err)
	}
	s.put(0, 0, "learnt log p(x)", s.axes(0, 0).heat(d.Learnt, colours, lo, hi))
	if d.True != nil {
		s.put(0, 1, "true log p(x)", s.axes(0, 1).heat(d.True, colours, lo, hi))
	}
	if d.Ratio {
		s.put(0, 2, "learnt − true", s.axes(0, 2).heat(d.ratio(lo), signed, -ratioReach, ratioReach))
	}
	return s.page, nil
}

// ratio returns log p_learnt - log p_true, both raised to the floor of the scale first: where both lie below it nothing
// is said.
func (d Density) ratio(floor float64) []float64 {
	r := make([]float64, len(d.True))
	for i := range r {
		r[i] = max(floor, d.Learnt[i]) - max(floor, d.True[i])
	}
	return r
}

// scale returns the ends of the colour scale, or why there is none.
func (d Density) scale() (lo, hi float64, err error) {
	if err := d.Grid.check(); err != nil {
		return 0, 0, err
	}
	if d.Ratio && d.True == nil {
		return 0, 0, fmt.Errorf("a ratio needs the true log-density")
	}
	depth := d.Depth
	if depth == 0 {
		depth = 8
	}
	if !(depth > 0) || !finite(depth) {
		return 0, 0, fmt.Errorf("depth %g is not positive", depth)
	}
	hi, err = d.highest("learnt", d.Learnt)
	if err == nil && d.True != nil {
		hi, err = d.highest("true", d.True)
	}
	if err != nil {
		return 0, 0, err
	}
	if err := checkSpan(hi-depth, hi); err != nil {
		return 0, 0, fmt.Errorf("the colour scale, down from the highest log-density, %w; a Depth makes it longer", err)
	}
	return hi - depth, hi, nil
}

// highest returns the greatest of the log-densities, which must be numbers and no more and no fewer than cells.
func (d Density) highest(what string, values []float64) (float64, error) {
	nx, ny := d.Grid.Size()
	if len(values) != nx*ny {
		return 0, fmt.Errorf("%s: %d log-densities for %d × %d cells", what, len(values), nx, ny)
	}
	top := math.Inf(-1)
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 1) {
			return 0, fmt.Errorf("%s: log-density %d is %g", what, i, v)
		}
		top = max(top, v)
	}
	if math.IsInf(top, -1) {
		return 0, fmt.Errorf("%s: every point is impossible", what)
	}
	return top, nil
}
