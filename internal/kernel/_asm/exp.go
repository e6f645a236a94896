package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

// split gives x = hi + lo + ..., each part rounded to the element type.
func (v vec) split(hi, lo float64) (float64, float64) {
	if v.double {
		return hi, lo
	}
	h := float64(float32(hi))
	return h, float64(float32(hi - h + lo))
}

// magic is 1.5·2^(bits of the mantissa): added to a number of moderate size it rounds
// it to an integer, which then stands in the low bits.
func (v vec) magic() float64 { return v.pick(3<<22, 3<<51) }

// mantissa is the number of bits below the exponent.
func (v vec) mantissa() int {
	if v.double {
		return 52
	}
	return 23
}

// expKernel computes eˣ = 2ⁿ·eʳ with n = round(x/ln2) and r = x - n·ln2, by a
// polynomial q for (eʳ-1-r)/r².
type expKernel struct {
	v        vec
	q        []float64
	ln2, lo  float64
	log2e    float64
	min, max float64 // beyond these the result is 0, or overflows
}

func exponential(v vec) expKernel {
	// ln2 = math.Ln2 + 2.3190468138462996e-17.
	hi, lo := v.split(math.Ln2, 2.3190468138462996e-17)
	e := expKernel{v: v, q: exp32[:], ln2: hi, lo: lo, log2e: math.Log2E, min: -105, max: 90}
	if v.double {
		e.q, e.min, e.max = exp64[:], -746, 711
	}
	return e
}

func (e expKernel) numbers() []float64 {
	return append([]float64{e.min, e.max, e.v.magic(), e.log2e, e.ln2, e.lo, 1, .5}, e.q...)
}

// reduce gives n, n + magic, and eʳ - 1 = r + r²·q(r).
func (e expKernel) reduce(c constants, x reg.VecVirtual) (n, shifted, p reg.VecVirtual) {
	v := e.v
	n, shifted = v.reg(), v.reg()
	v.move(c.at(v.magic()), shifted)
	v.fma(c.at(e.log2e), x, shifted)
	v.sub(c.at(v.magic()), shifted, n)
	v.fnma(c.at(e.ln2), n, x)
	v.fnma(c.at(e.lo), n, x)
	r2 := v.reg()
	v.mul(x, x, r2)
	if v.double { // ten terms; for the five of float32 it does not pay
		p = c.halves(e.q, x, r2)
	} else {
		p = c.polynomial(e.q, x)
	}
	v.horner(x, r2, p)
	return n, shifted, p
}

// power is 2ⁿ from n + magic, for exponents of normal numbers.
func (e expKernel) power(c constants, shifted reg.VecVirtual) reg.VecVirtual {
	s := e.v.reg()
	e.v.shiftLeft(e.v.mantissa(), shifted, s)
	e.v.addInt(c.at(1), s, s)
	return s
}

// of is eˣ. The scaling by 2ⁿ rounds once, also where the result is denormal: either
// by the instruction made for it, or in two steps of which the first is exact.
func (e expKernel) of(c constants, x reg.VecVirtual) reg.VecVirtual {
	return e.atMostMax(c, c.atMost(e.max, x))
}

// atMostMax is of for numbers that are not larger than max.
func (e expKernel) atMostMax(c constants, x reg.VecVirtual) reg.VecVirtual {
	v := e.v
	n, _, y := e.reduce(c, c.atLeast(e.min, x))
	v.add(c.at(1), y, y)
	if v.wide {
		v.emit(VSCALEFPS, VSCALEFPD, n, y, y)
		return y
	}
	half, rest := v.reg(), v.reg()
	v.move(c.at(v.magic()), half)
	v.fma(c.at(.5), n, half) // n/2 + magic
	v.mul(e.power(c, half), y, y)
	v.sub(c.at(v.magic()), half, rest)
	v.sub(rest, n, rest) // n - n/2
	v.add(c.at(v.magic()), rest, rest)
	v.mul(e.power(c, rest), y, y)
	return y
}

// lessOne is eˣ - 1 = 2·(2ⁿ⁻¹·(eʳ - 1) + (2ⁿ⁻¹ - ½)), or, since halves of denormal
// numbers may not exist, eʳ - 1 where n is 0.
func (e expKernel) lessOne(c constants, x reg.VecVirtual) reg.VecVirtual {
	v, y, zero := e.v, e.v.reg(), e.v.reg()
	// e⁻²⁰ and e⁻⁴⁰ are lost beside 1; e⁸⁹ and e⁷¹⁰ overflow, but 2ⁿ⁻¹ does not.
	r := c.atLeast(v.pick(-20, -40), c.atMost(v.pick(89, 710), x))
	n, shifted, p := e.reduce(c, r)
	v.sub(c.at(1), shifted, shifted)
	s := e.power(c, shifted)
	v.sub(c.at(.5), s, y)
	v.fma(p, s, y)
	v.add(y, y, y)
	v.zero(zero)
	v.blend(v.compare(equal, zero, n), p, y, y)
	return c.withSign(x, y)
}

// decay is e^-|x|.
func (e expKernel) decay(c constants, x reg.VecVirtual) reg.VecVirtual {
	t := e.v.reg()
	e.v.or(c.bits(e.v.signBit()), x, t)
	return e.atMostMax(c, t)
}

// sigmoid is σ(x) = (x < 0 ? z : 1)/(1 + z), z = e^-|x|, which neither overflows nor cancels, with one division: z/(1 + z)
// is z·r, r = 1/(1 + z), corrected by what is left of z. It gives both, of which the other one is σ(-x).
func (e expKernel) sigmoid(c constants, x reg.VecVirtual) (y, large, small reg.VecVirtual) {
	v, t := e.v, e.v.reg()
	large, small, y = v.reg(), v.reg(), v.reg()
	z := e.decay(c, x)
	v.move(c.at(1), large)
	v.add(large, z, t)
	v.div(t, large, large)
	v.mul(large, z, small)
	v.fnma(small, t, z)
	v.fma(z, large, small)
	v.blend(v.signMask(x), small, large, y)
	return y, large, small
}

func log1p(v vec) []float64 {
	if v.double {
		return log1p64[:]
	}
	return log1p32[:]
}

// softplus is max(x, 0) + log(1 + z), z = e^-|x|, where with s = z/(2 + z) and w = s²
// log(1 + z) = 2·atanh(s) = z - s·(z - w·R(w)).
func (e expKernel) softplus(c constants, x reg.VecVirtual) reg.VecVirtual {
	v, s, w := e.v, e.v.reg(), e.v.reg()
	z := e.decay(c, x)
	v.add(c.at(2), z, s)
	v.div(s, z, s)
	v.mul(s, s, w)
	r := c.polynomial(log1p(v), w)
	v.hornerN(z, w, r) // z - w·R
	v.hornerN(z, s, r) // z - s·(...)
	v.add(c.atLeast(0, x), r, r)
	return r
}
