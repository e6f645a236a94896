package main

import (
	"math"

	"github.com/mmcloughlin/avo/reg"
)

// tanh with its slope, 1 - y².
func tanh(v vec) function {
	f := tanhSingle(v)
	if v.double {
		f = tanhDouble(v)
	}
	f.name = "tanh"
	f.slope = func(c constants, x reg.VecVirtual) (y, slope reg.VecVirtual) {
		y, slope = f.value(c, x), v.reg()
		square := v.reg()
		v.mul(y, y, square)
		v.sub(square, c.register(1), slope)
		return y, slope
	}
	return f
}

// tanhSingle is, for float32, x·P(w)/Q(w) with w = x², at most that of the x where tanh is 1, cut off at ±1.
func tanhSingle(v vec) (f function) {
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

// tanhDouble is, for float64, the tangent of a sum: with n = round(x/(ln2/2)), r = x - n·ln2/2 and h = tanh r, which is
// r·(1 + w·P(w)), w = r², and since tanh(n·ln2/2) = (2ⁿ - 1)/(2ⁿ + 1),
//
//	tanh x = ((2ⁿ - 1) + h·(2ⁿ + 1)) / ((2ⁿ + 1) + h·(2ⁿ - 1)).
//
// 2ⁿ - 1 is negated, so that a sum of zeros keeps the sign of x. Every step of -x is that of x with its sign changed, the
// last ones times a power of two, so that tanh(-x) is -tanh x.
func tanhDouble(v vec) (f function) {
	const (
		end  = 20 // 1 - tanh is 9e-18 there
		bias = 1023
	)
	magic := v.magic() + bias // leaves n as the exponent of a number
	p := append([]float64{1}, tanh64[:]...)
	f.numbers = append([]float64{end, -end, magic, 2 * math.Log2E, math.Ln2 / 2}, p...)
	f.value = func(c constants, x reg.VecVirtual) reg.VecVirtual {
		s, n, w, less, more, den := v.reg(), v.reg(), v.reg(), v.reg(), v.reg(), v.reg()
		x = c.atLeast(-end, c.atMost(end, x))
		v.move(c.at(magic), s)
		v.fma(c.at(2*math.Log2E), x, s)
		v.sub(c.at(magic), s, n)
		v.fnma(c.at(math.Ln2/2), n, x) // r
		v.mul(x, x, w)
		h := c.polynomial(p, w)
		v.mul(x, h, h)
		v.shiftLeft(v.mantissa(), s, s) // 2ⁿ
		v.sub(s, c.register(1), less)
		v.add(c.at(1), s, more)
		v.move(h, den)
		v.hornerS(less, more, h)
		v.hornerN(more, less, den)
		v.div(den, h, h)
		return h
	}
	return f
}
