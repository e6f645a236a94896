package toy

import "math"

// blur is what is added to a coordinate: Gaussian noise of deviation σ and, unless w is zero, jitter uniform on [-w/2,
// w/2].
type blur struct{ σ, w float64 }

// log returns the log-density of the blur at d, finite for every d:
//
//	N(d; σ²), or (Φ((d + w/2)/σ) - Φ((d - w/2)/σ)) / w
func (b blur) log(d float64) float64 {
	if b.w == 0 {
		d /= b.σ
		return -d*d/2 - math.Log(b.σ) - math.Log(2*math.Pi)/2
	}
	near, far := (math.Abs(d)-b.w/2)/b.σ, (math.Abs(d)+b.w/2)/b.σ
	const tail = 20
	if near < tail {
		return math.Log((math.Erfc(near/math.Sqrt2) - math.Erfc(far/math.Sqrt2)) / (2 * b.w))
	}
	// Q(near) - Q(far) with Q(a) = φ(a) mills(a), the factor φ(near) taken out.
	rest := mills(near) - math.Exp(-math.Abs(d)/b.σ*b.w/b.σ)*mills(far)
	return math.Log(rest/b.w) - near*near/2 - math.Log(2*math.Pi)/2
}

// mills is Mills' ratio (1 - Φ(a))/φ(a) for a ≥ 20 by its continued fraction 1/(a + 1/(a + 2/(a + 3/(a + ...)))).
func mills(a float64) float64 {
	f := a
	for k := 8.0; k >= 1; k-- {
		f = a + k/f
	}
	return 1 / f
}

// bounds returns a lower and an upper bound of the logarithm of the blur's density in both coordinates, up to one
// constant, where a point is (dx, dy) away give or take slack.
func (b blur) bounds(dx, dy, slack float64) (lower, upper float64) {
	dx, dy = math.Abs(dx), math.Abs(dy)
	far := func(d float64) float64 { d = (d + b.w/2) / b.σ; return d * d / 2 }
	near := func(d float64) float64 { d = max(0, d-b.w/2-slack) / b.σ; return d * d / 2 }
	return -far(dx) - far(dy), -near(dx) - near(dy)
}
