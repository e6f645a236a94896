package toy

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"

	"github.com/go-ffjord/ffjord/internal/logsum"
)

// mostParts bounds the work of quadratures, which grows as the noise vanishes.
const mostParts = 1 << 22

// thread is a blurred curve in the plane: the density
//
//	p(x) = ∫ weight(t) blur(x₁ - c₁(t)) blur(x₂ - c₂(t)) dt over [from, to]
type thread struct {
	from, to float64
	curve    func(t float64) (x, y float64) // c
	speed    float64                        // the largest |dc/dt|
	weight   func(t float64) float64        // the density of t
	blur
}

// logAt returns the logarithm of the sum of p over the points, by Gauss-Legendre quadrature with 12 nodes for every
// four deviations along the curve, where it counts: what is left out is e⁻³⁰ of the whole. Within a few lengths of the
// curve the error is below 1e-9; farther out it stays a small part of a large number. It is NaN where σ is less than a
// millionth of the curve.
func (th thread) logAt(points ...[2]float64) float64 {
	const nodes, drop = 12, 32
	parts := int(min(mostParts+1, math.Ceil((th.to-th.from)*th.speed/(4*th.σ))))
	if parts > mostParts {
		return math.NaN()
	}
	step := (th.to - th.from) / float64(parts)
	middle := func(i int) float64 { return th.from + (float64(i)+0.5)*step }

	// Half of a part is as near as its middle, or nearer.
	best := math.Inf(-1)
	for i := range parts {
		x, y := th.curve(middle(i))
		for _, p := range points {
			lower, _ := th.bounds(p[0]-x, p[1]-y, 0)
			best = max(best, lower)
		}
	}
	counts := func(p [2]float64, x, y, slack float64) bool {
		_, upper := th.bounds(p[0]-x, p[1]-y, slack)
		return upper >= best-drop
	}

	var offsets, weights [nodes]float64
	quad.Legendre{}.FixedLocations(offsets[:], weights[:], -step/2, step/2)
	sum := logsum.New()
	for i := range parts {
		x, y := th.curve(middle(i))
		for _, p := range points {
			if !counts(p, x, y, th.speed*step/2) {
				continue
			}
			for k, offset := range offsets {
				t := middle(i) + offset
				if x, y := th.curve(t); counts(p, x, y, 0) {
					sum.Add(th.blur.log(p[0]-x)+th.blur.log(p[1]-y), weights[k]*th.weight(t))
				}
			}
		}
	}
	return sum.Log()
}
