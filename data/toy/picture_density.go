package toy

import (
	"math"
	"sort"

	"github.com/go-ffjord/ffjord/internal/logsum"
)

// LogProb returns log p(x) in nats of one row x = (x₁, x₂), the mixture of the pixels' Gaussians, to 1e-12, and finite
// however far x lies. It panics if x has not length 2.
func (p *Picture) LogProb(x []float64) float64 {
	checkLength("picture", x, 2)
	if math.IsNaN(x[0] + x[1]) {
		return math.NaN()
	}
	return p.logAt(x[0], x[1])
}

// logAt sums the pixels in a window about (x, y), and widens the window until what lies outside is e⁻³⁰ of the whole.
func (p *Picture) logAt(x, y float64) float64 {
	const drop = 30
	for reach := 9.0; ; reach *= 2 {
		left, right := window(p.places[0], x, reach*p.jitter[0])
		bottom, top := window(p.places[1], y, reach*p.jitter[1])
		sum := logsum.New()
		for row := bottom; row < top; row++ {
			v := (y - p.places[1][row]) / p.jitter[1]
			for column := left; column < right; column++ {
				l := p.log[row*p.w+column]
				if math.IsInf(l, -1) {
					continue
				}
				u := (x - p.places[0][column]) / p.jitter[0]
				sum.Add(l-(u*u+v*v)/2, 1)
			}
		}
		all := right-left == p.w && top-bottom == p.h
		if all || sum.Top() > -reach*reach/2+drop {
			return sum.Log() - math.Log(2*math.Pi*p.jitter[0]*p.jitter[1])
		}
	}
}

// window returns the range of the sorted places within reach of x.
func window(places []float64, x, reach float64) (from, to int) {
	return sort.SearchFloat64s(places, x-reach), sort.SearchFloat64s(places, x+reach)
}

// Entropy returns H = -∫ p(x) log p(x) dx in nats, with an error below 1e-4, by the trapezoid rule over the plane with
// five nodes for four deviations. It takes about 0.2 s for 100 by 100 pixels, in proportion to their number.
func (p *Picture) Entropy() float64 {
	corner := func(side int) []float64 {
		at := func(places []float64) float64 { return places[side*(len(places)-1)] }
		return []float64{at(p.places[0]), at(p.places[1])}
	}
	b := around([][]float64{corner(0), corner(1)}, 0)
	for j := range 2 {
		b.lo[j] -= 8 * p.jitter[j]
		b.hi[j] += 8 * p.jitter[j]
	}
	return planeEntropy(p.logAt, b, 0.8*p.jitter[0], 0.8*p.jitter[1])
}
