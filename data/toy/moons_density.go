package toy

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/integrate/quad"
)

// LogProb returns log p(x) in nats of one row x = (x₁, x₂), for angles uniform on [0, π]:
//
//	p(x) = ½ arc(x₁, x₂) + ½ arc(1 - x₁, ½ - x₂)
//	arc(x) = (1/π) ∫ N(x; outer(θ), Noise² I) dθ over [0, π]
//
// The second term uses that a half turn about (½, ¼) maps one arc onto the other. The integral is taken by
// Gauss-Legendre quadrature over the angles that matter, with an error below 1e-12, and far from the arcs the result is
// a large negative number rather than -Inf. With zero noise there is no density and the result is NaN. It panics if x
// has not length 2.
func (m Moons) LogProb(x []float64) float64 {
	if len(x) != 2 {
		panic(fmt.Sprintf("toy: moons: row of length %d, want 2", len(x)))
	}
	if !(m.Noise > 0) {
		return math.NaN()
	}
	return logAddExp(m.logArcs(x[0], x[1])) - math.Ln2
}

// logArcs returns the logarithms of both terms of p, without the factor ½.
func (m Moons) logArcs(x, y float64) (outer, inner float64) {
	return m.logArc(x, y), m.logArc(1-x, 0.5-y)
}

// logArc is log arc(x). With x = r (cos φ, sin φ), σ = Noise and κ = r/σ²,
//
//	|x - outer(θ)|² = (r-1)² + 2r (1 - cos(θ-φ))
//	arc(x) = exp(-(r-1)²/2σ²) / (2π²σ²) · ∫ exp(-κ (1 - cos u)) du, u = θ-φ
//
// The integrand is even and 2π-periodic in u and falls on [0, π]. For φ ≥ 0 its peak u = 0 lies inside the arc, which
// splits into [0, φ] and [0, π-φ]; for φ < 0 it falls from both ends of the arc: [|φ|, π] and [π-|φ|, π].
func (m Moons) logArc(x, y float64) float64 {
	r, φ := math.Hypot(x, y), math.Atan2(y, x)
	κ := r / m.Noise / m.Noise
	var first, second float64
	if φ >= 0 {
		first, second = logFall(κ, 0, φ), logFall(κ, 0, math.Pi-φ)
	} else {
		first, second = logFall(κ, -φ, math.Pi), logFall(κ, math.Pi+φ, math.Pi)
	}
	d := (r - 1) / m.Noise
	return logAddExp(first, second) - d*d/2 - 2*math.Log(m.Noise) - math.Log(2*math.Pi*math.Pi)
}

// logFall returns log ∫ exp(-κ (1 - cos u)) du over [a, b] within [0, π], where the integrand only falls. What lies
// e⁻³⁰ below its start is left out, and 24 nodes give the rest to 5e-13.
//
// With 1 - cos u = 2 sin²(u/2) and v = u - a the exponent, relative to its start, is -2κ sin(a + v/2) sin(v/2), which
// loses no digits when v is small.
func logFall(κ, a, b float64) float64 {
	const drop, nodes = 30, 24
	s := math.Sin(a / 2)
	start := s * s
	if end := start + drop/(2*κ); end < 1 {
		b = min(b, 2*math.Asin(math.Sqrt(end)))
	}
	if !(b > a) {
		return math.Inf(-1)
	}
	fall := func(v float64) float64 {
		return math.Exp(-2 * κ * math.Sin(a+v/2) * math.Sin(v/2))
	}
	return math.Log(quad.Fixed(fall, 0, b-a, nodes, quad.Legendre{}, 0)) - 2*κ*start
}

// logAddExp returns log(eᵃ + eᵇ).
func logAddExp(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if math.IsInf(b, -1) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}
