package main

import (
	"github.com/mmcloughlin/avo/reg"
)

// tanh is, for float32, x·P(w)/Q(w) with w = x², at most that of the x where tanh is 1, cut off at ±1; for float64 the
// sign of x with E/(E + 2) of |x|, with E = e^2|x| - 1 = 2ⁿ·(eʳ - 1) + (2ⁿ - 1), which loses nothing for small x. The
// slope is 1 - y².
func tanh(v vec, e expKernel) function {
	f := function{name: "tanh"}
	f.slope = func(c constants, x reg.VecVirtual) (y, slope reg.VecVirtual) {
		y, slope = f.value(c, x), v.reg()
		square := v.reg()
		v.mul(y, y, square)
		v.sub(square, c.register(1), slope)
		return y, slope
	}
	if !v.double {
		p, q := tanhP[:], tanhQ[:]
		f.numbers = append(append([]float64{tanhEnd * tanhEnd, 1, -1}, p...), q...)
		f.value = func(c constants, x reg.VecVirtual) reg.VecVirtual {
			w := v.reg()
			v.mul(x, x, w)
			w = c.atMost(tanhEnd*tanhEnd, w)
			num, den := c.polynomial(p, w), c.polynomial(q, w)
			v.mul(x, num, num)
			v.div(den, num, num)
			return c.atLeast(-1, c.atMost(1, num))
		}
		return f
	}
	const end = 20 // 1 - tanh is 9e-18 there
	f.numbers = append(e.numbers(), end, 2)
	f.value = func(c constants, x reg.VecVirtual) reg.VecVirtual {
		a := c.atMost(end, c.magnitude(x))
		v.add(a, a, a)
		_, shifted, p := e.reduce(c, a)
		s, t := e.power(c, shifted), v.reg()
		v.sub(c.at(1), s, t)
		v.horner(t, s, p) // E
		v.add(c.at(2), p, t)
		v.div(t, p, p)
		return c.withSign(x, p)
	}
	return f
}
