package toy

import (
	"math"

	"github.com/go-ffjord/ffjord/internal/logsum"
)

// LogProb returns log p(x) in nats of one row x = (x₁, x₂): with a' = Rate exp(f₁) and the sum over all (arm, f) that
// the wheel maps to x,
//
//	p(x) = 1/Arms Σ N(f₁; 1, Radial²) N(f₂; 0, Tangential²) / 4|1 + a' f₂|
//
// to rounding. Where 1 + a' f₂ = 0 the plane is folded and p infinite; for the zero value that is nearly six
// deviations from the middle of an arm. Beyond |x|/2 = 1 + 12 Radial, where an arm winds about the origin ever faster,
// it is the mean of p over the circle through x. With settings that Sample refuses it is NaN. It panics if x has not
// length 2.
func (p Pinwheel) LogProb(x []float64) float64 {
	checkLength("pinwheel", x, 2)
	p = p.withDefaults()
	if p.check() != nil || math.IsNaN(x[0]+x[1]) {
		return math.NaN()
	}
	return p.logAt(x[0], x[1])
}

// logAt is log p. With x = 2r (cos φ, sin φ) and f = r (cos ψ, sin ψ), f is mapped to x if
//
//	h(ψ) = ψ - Rate exp(r cos ψ) = φ modulo 2π/Arms
//	dh/dψ = 1 + Rate exp(r cos ψ) r sin ψ = 1 + a' f₂
func (p Pinwheel) logAt(x, y float64) float64 {
	r, φ := math.Hypot(x, y)/2, math.Atan2(y, x)
	if r > 1+12*p.Radial {
		return p.logMean(r)
	}
	sum := logsum.New()
	pitch := 2 * math.Pi / float64(p.Arms)
	bends := p.bends(r)
	for i := range len(bends) - 1 {
		from, to := bends[i], bends[i+1]
		lo, hi := p.angle(r, from), p.angle(r, to)
		if lo > hi {
			lo, hi = hi, lo
		}
		for k := math.Ceil((lo - φ) / pitch); φ+k*pitch < hi; k++ {
			ψ := p.solve(r, φ+k*pitch, from, to)
			sum.Add(p.logNormal(r, ψ), 1/math.Abs(p.slope(r, ψ)))
		}
	}
	return sum.Log() - math.Log(4*float64(p.Arms))
}

// angle is h and slope dh/dψ.
func (p Pinwheel) angle(r, ψ float64) float64 { return ψ - p.Rate*math.Exp(r*math.Cos(ψ)) }

func (p Pinwheel) slope(r, ψ float64) float64 {
	sin, cos := math.Sincos(ψ)
	return 1 + p.Rate*math.Exp(r*cos)*r*sin
}

// logNormal is the logarithm of both normal densities at f = r (cos ψ, sin ψ).
func (p Pinwheel) logNormal(r, ψ float64) float64 {
	sin, cos := math.Sincos(ψ)
	u, v := (r*cos-1)/p.Radial, r*sin/p.Tangential
	return -(u*u+v*v)/2 - math.Log(2*math.Pi*p.Radial*p.Tangential)
}

// bends returns the ends of the intervals of [-π, π] on which h is monotone. It rises on [0, π]. On [-π, 0] its slope
// falls, and then rises, with the least where r cos² ψ + cos ψ = r; if that is negative h falls around it.
func (p Pinwheel) bends(r float64) []float64 {
	steepest := -math.Acos(2 * r / (1 + math.Sqrt(1+4*r*r)))
	slope := func(ψ float64) float64 { return p.slope(r, ψ) }
	if slope(steepest) >= 0 {
		return []float64{-math.Pi, math.Pi}
	}
	return []float64{-math.Pi, bisect(slope, -math.Pi, steepest), bisect(slope, steepest, 0), math.Pi}
}

// solve returns the ψ in [from, to] with h(ψ) = target, by Newton's method kept inside a shrinking bracket.
func (p Pinwheel) solve(r, target, from, to float64) float64 {
	rising := p.angle(r, to) > p.angle(r, from)
	ψ := (from + to) / 2
	for range 100 {
		miss := p.angle(r, ψ) - target
		if (miss > 0) == rising {
			to = ψ
		} else {
			from = ψ
		}
		next := ψ - miss/p.slope(r, ψ)
		if !(next > from && next < to) {
			next = (from + to) / 2
		}
		if math.Abs(next-ψ) <= 1e-15*math.Pi {
			return next
		}
		ψ = next
	}
	return ψ
}

// bisect returns where f changes its sign between a and b.
func bisect(f func(float64) float64, a, b float64) float64 {
	positive := f(a) > 0
	for range 40 {
		if m := (a + b) / 2; (f(m) > 0) == positive {
			a = m
		} else {
			b = m
		}
	}
	return (a + b) / 2
}

// logMean is the logarithm of the mean of p over the circle of radius 2r, by the rectangle rule over ψ: arms and turns
// only move rows along it.
func (p Pinwheel) logMean(r float64) float64 {
	const nodes = 512
	sum := logsum.New()
	for i := range nodes {
		sum.Add(p.logNormal(r, 2*math.Pi*float64(i)/nodes), 1)
	}
	return sum.Log() - math.Log(4*nodes)
}

// Entropy returns H = -∫ p(x) log p(x) dx in nats, with an error below 1e-6 for the zero value, as the mean of -log p
// over one arm, by the trapezoid rule over n₁ and n₂. It takes about 0.1 s.
func (p Pinwheel) Entropy() float64 {
	p = p.withDefaults()
	if p.check() != nil {
		return math.NaN()
	}
	const reach, h = 7.0, 0.2 // reach in deviations; what lies beyond has mass 3e-12
	var sum float64
	for u := -reach; u <= reach; u += h {
		for v := -reach; v <= reach; v += h {
			weight := h * h / (2 * math.Pi) * math.Exp(-(u*u+v*v)/2)
			sum -= weight * p.logAt(p.turn(0, 1+p.Radial*u, p.Tangential*v))
		}
	}
	return sum
}
