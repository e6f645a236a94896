package ode

import (
	"cmp"
	"fmt"
	"math"
)

// Control chooses the next step from the errors of the last ones, in units of the tolerance (Söderlind 2003; Hairer,
// Nørsett & Wanner 1993, II.4):
//
//	h' = h · clamp(Safety · r₁^(-(P+I+D)/q) · r₂^((P+2D)/q) · r₃^(-D/q), MinFactor, MaxFactor)
//
// with the error r₁ of this step, r₂ and r₃ of the accepted steps before it, and q the order of the error estimate. The
// step after a rejected one does not grow. A row whose error is too large even with MinStep fails. The last step may be
// shorter than MinStep, and by a hundredth longer than MaxStep.
type Control struct {
	P, I, D              float64 // from 0 to 1; all zero is the I control, I = 1
	Safety               float64 // zero is 0.9
	MinFactor, MaxFactor float64 // zero is 0.2 and 10
	MinStep, MaxStep     float64 // bounds of |h|, see below; zero is none
	First                float64 // |h| of the first step; zero chooses it, see FirstRule
	FirstRule            FirstRule
}

// FirstRule chooses the first step where it is not given.
type FirstRule string

// The rules for the first step.
const (
	// BySlope takes h = 1.6·d^(-1/q), d the norm of f(t0, y0) in units of ATol + RTol·max(|y0|, 1): one evaluation, which
	// the first step needs anyway; q is the order of the error estimate. The factor is measured: on flows, steps 2.5
	// times shorter cost a fifth more evaluations for a larger error. It is the default.
	BySlope FirstRule = ""
	// ByHairer takes an Euler step of about a hundredth of |y0|/|f| to estimate the second derivative (Hairer, Nørsett
	// & Wanner 1993, II.4, starting step size): two evaluations. Where a component starts at zero, as a log-determinant
	// does, its step is much too short.
	ByHairer FirstRule = "hairer"
)

func (c Control) withDefaults() (Control, error) {
	for _, f := range []struct {
		name string
		v    float64
	}{
		{"P", c.P}, {"I", c.I}, {"D", c.D}, {"Safety", c.Safety}, {"MinFactor", c.MinFactor}, {"MaxFactor", c.MaxFactor},
		{"MinStep", c.MinStep}, {"MaxStep", c.MaxStep}, {"First", c.First},
	} {
		if !(f.v >= 0) || math.IsInf(f.v, 1) {
			return c, fmt.Errorf("ode: Control.%s is %v: want a number of at least 0", f.name, f.v)
		}
	}
	if c.P > 1 || c.I > 1 || c.D > 1 {
		return c, fmt.Errorf("ode: Control: P %v, I %v and D %v: want at most 1 each", c.P, c.I, c.D)
	}
	if c.FirstRule != BySlope && c.FirstRule != ByHairer {
		return c, fmt.Errorf("ode: Control.FirstRule %q is unknown; want %q or %q", c.FirstRule, BySlope, ByHairer)
	}
	if c.P == 0 && c.I == 0 && c.D == 0 {
		c.I = 1
	}
	c.Safety, c.MinFactor, c.MaxFactor = cmp.Or(c.Safety, 0.9), cmp.Or(c.MinFactor, 0.2), cmp.Or(c.MaxFactor, 10)
	if c.Safety > 1 || c.MinFactor >= 1 || c.MaxFactor <= 1 {
		return c, fmt.Errorf("ode: Control: Safety %v, MinFactor %v and MaxFactor %v: want Safety ≤ 1, MinFactor < 1 < MaxFactor",
			c.Safety, c.MinFactor, c.MaxFactor)
	}
	if c.MaxStep > 0 && c.MinStep > c.MaxStep {
		return c, fmt.Errorf("ode: Control: MinStep is %v: want at most MaxStep, %v", c.MinStep, c.MaxStep)
	}
	return c, nil
}

// exponents of squared errors.
type exponents struct{ e1, e2, e3 float64 }

func (c Control) exponents(q int) exponents {
	half := 0.5 / float64(q)
	return exponents{-(c.P + c.I + c.D) * half, (c.P + 2*c.D) * half, -c.D * half}
}

// floor is where squared errors are cut off: an error of 1e-15 calls for a larger factor than any MaxFactor of sense.
const floor = 1e-30

// factors sets the factor h'/h of every lane for its squared error in units of the tolerance. It is one plain loop, so
// that no lane waits for another.
func (c *Control) factors(e exponents, squared []float64, lanes []pace) {
	lanes = lanes[:len(squared)]
	single := e.e2 == 0 && e.e3 == 0
	for i, s := range squared {
		p := &lanes[i]
		x := e.e1 * log2(floored(s))
		if !single {
			x += e.e2*log2(floored(p.s2)) + e.e3*log2(floored(p.s3))
		}
		f := c.Safety * exp2(x) // |x| is below 1000, for P, I and D of at most 1
		if f < c.MinFactor {
			f = c.MinFactor
		}
		if f > c.MaxFactor {
			f = c.MaxFactor
		}
		p.factor = f
	}
}

// floored returns s, or floor where that is larger or s is not a number.
func floored(s float64) float64 {
	if s > floor {
		return s
	}
	return floor
}

// log2 returns the binary logarithm of a positive normal number to 1e-4 absolute: a step needs no more, and every row
// pays for it. With m in [√½, √2) and s = (m-1)/(m+1), ln m = 2(s + s³/3 + s⁵/5 + ...). It has no branches, which no
// processor could foretell.
func log2(x float64) float64 {
	const sqrtHalf = 0x3fe6a09e667f3bcd // the bits of √½
	bits := math.Float64bits(x)
	e := int64(bits-sqrtHalf) >> 52
	m := math.Float64frombits(bits - uint64(e)<<52)
	s := (m - 1) / (m + 1)
	s2 := s * s
	return float64(e) + s*(2*math.Log2E)*(1+s2*(1./3+s2*(1./5)))
}

// exp2 returns 2ˣ to 1e-4 relative, for |x| below 1000: the Taylor series of e^(f ln 2) for the rest f in [-½, ½].
func exp2(x float64) float64 {
	const bias = 1023
	n := int(x + bias + 0.5)
	f := (x - float64(n-bias)) * math.Ln2
	f2 := f * f
	p := (1 + f) + f2*((1./2+f*(1./6))+f2*(1./24))
	return p * math.Float64frombits(uint64(n)<<52)
}
