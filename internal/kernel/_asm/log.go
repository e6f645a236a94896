package main

import (
	"math"

	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// logKernel computes log x = e·ln2 + log m, x = 2ᵉ·m with m in [√½, √2), and with
// f = m - 1, s = f/(2 + f), w = s², log m = 2·atanh(s) = f - s·(f - w·R(w)).
type logKernel struct {
	v       vec
	r       []float64
	ln2, lo float64
	tiny    float64 // the least normal number
	lift    float64 // a power of two that makes denormals normal
	liftBy  float64 // its exponent
	bias    float64 // 2^mantissa + the exponent's bias
}

func logarithm(v vec) logKernel {
	e := exponential(v)
	l := logKernel{v: v, r: log32[:], ln2: e.ln2, lo: e.lo, tiny: 0x1p-126, lift: 0x1p25, liftBy: 25, bias: 0x1p23 + 127}
	if v.double {
		l.r, l.tiny, l.lift, l.liftBy, l.bias = log64[:], 0x1p-1022, 0x1p54, 54, 0x1p52+1023
	}
	return l
}

func (l logKernel) numbers() []float64 {
	return append([]float64{l.tiny, l.lift, l.liftBy, l.bias, 1, 2, 0, l.ln2, l.lo, math.Inf(1)}, l.r...)
}

// of is log x.
func (l logKernel) of(c constants, x reg.VecVirtual) reg.VecVirtual {
	e, f := l.parts(c, x, true)
	y := l.mantissa(c, f)
	l.v.fma(c.at(l.lo), e, y)
	l.v.fma(c.at(l.ln2), e, y)
	return l.ends(c, x, x, y)
}

// log2 is e + log m·(1/ln2), exact for powers of two.
func (l logKernel) log2(c constants, x reg.VecVirtual) reg.VecVirtual {
	e, f := l.parts(c, x, true)
	y, scale := l.mantissa(c, f), l.v.reg()
	l.v.move(c.at(math.Log2E), scale)
	l.v.horner(e, scale, y)
	return l.ends(c, x, x, y)
}

// log1p is log u + d/u, where u = 1 + x rounded and d = 1 + x - u, exactly (Møller 1965).
func (l logKernel) log1p(c constants, x reg.VecVirtual) reg.VecVirtual {
	v := l.v
	u, back, d, t := v.reg(), v.reg(), v.reg(), v.reg()
	v.add(c.at(1), x, u)
	v.sub(x, u, back)
	v.sub(back, u, d)
	v.sub(d, x, d)
	v.move(c.at(1), t)
	v.sub(back, t, t)
	v.add(t, d, d)
	v.div(u, d, d)
	e, f := l.parts(c, u, false)
	y := l.mantissa(c, f)
	v.add(d, y, y)
	v.fma(c.at(l.lo), e, y)
	v.fma(c.at(l.ln2), e, y)
	return l.ends(c, x, u, c.withSign(x, y))
}

// parts gives e and f = m - 1. Seen as an integer, x·(1/√½) has the exponent wanted;
// the mantissa's bits are put back on top of √½'s.
func (l logKernel) parts(c constants, x reg.VecVirtual, denormals bool) (e, f reg.VecVirtual) {
	v := l.v
	m, by := v.reg(), v.reg()
	e, f = v.reg(), v.reg()
	var small Op
	if denormals {
		tiny := v.reg()
		v.move(c.at(l.tiny), tiny)
		small = v.compare(less, tiny, x)
		v.mul(c.at(l.lift), x, m)
		v.blend(small, m, x, m)
	} else {
		v.move(x, m)
	}
	one, root := v.bits(1), v.bits(math.Sqrt(.5))
	v.addInt(c.bits(one-root), m, m)
	v.shiftRight(v.mantissa(), m, e)
	v.or(c.at(l.bias-math.Mod(l.bias, v.pick(0x1p23, 0x1p52))), e, e)
	v.sub(c.at(l.bias), e, e)
	v.and(c.bits(1<<v.mantissa()-1), m, m)
	v.addInt(c.bits(root), m, m)
	if denormals {
		v.sub(c.at(l.liftBy), e, by)
		v.blend(small, by, e, e)
	}
	v.sub(c.at(1), m, f)
	return e, f
}

// mantissa is log(1 + f).
func (l logKernel) mantissa(c constants, f reg.VecVirtual) reg.VecVirtual {
	v, s, w := l.v, l.v.reg(), l.v.reg()
	v.add(c.at(2), f, s)
	v.div(s, f, s)
	v.mul(s, s, w)
	y := c.polynomial(l.r, w)
	v.hornerN(f, w, y)
	v.hornerN(f, s, y)
	return y
}

// ends puts right what no logarithm of a positive number u is: +Inf and NaN stay as x
// is; 0 gives -Inf, what is below has no logarithm.
func (l logKernel) ends(c constants, x, u, y reg.VecVirtual) reg.VecVirtual {
	v, t, inf := l.v, l.v.reg(), l.v.reg()
	v.move(c.at(math.Inf(1)), inf)
	v.blend(v.compare(notLess, inf, x), x, y, y)
	v.move(c.at(0), t)
	v.blend(v.compare(less, t, u), nan(c), y, y)
	zero := v.compare(equal, t, u)
	v.sub(inf, t, t)
	v.blend(zero, t, y, y)
	return y
}

// nan is a quiet NaN.
func nan(c constants) reg.VecVirtual {
	t := c.v.reg()
	c.v.move(c.at(math.NaN()), t)
	return t
}
