package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Offsets in Unary.
const (
	unX     = slice
	unSlope = 2 * slice
)

// function is the code of one operation: y of x, with the numbers it uses in its
// loop, and if it has a slope, y and the slope.
type function struct {
	name    string
	numbers []float64
	value   func(c constants, x reg.VecVirtual) reg.VecVirtual
	slope   func(c constants, x reg.VecVirtual) (y, slope reg.VecVirtual)
}

// unary writes the functions of one number.
func unary(v vec) {
	for _, f := range functions(v) {
		f.write(v)
	}
	trigonometric(v, "sin", 0)
	trigonometric(v, "cos", 1)
}

// functions are those whose kernels the table names by their operations.
func functions(v vec) []function {
	e, l := exponential(v), logarithm(v)
	return []function{
		{name: "abs", value: func(c constants, x reg.VecVirtual) reg.VecVirtual { return c.magnitude(x) }},
		{name: "sign", numbers: []float64{0, 1, -1}, value: sign},
		{name: "sqrt", value: func(c constants, x reg.VecVirtual) reg.VecVirtual {
			v.sqrt(x, x)
			return x
		}},
		{name: "recip", numbers: []float64{1}, value: func(c constants, x reg.VecVirtual) reg.VecVirtual { return c.over(1, x) }},
		{name: "invSqrt", numbers: []float64{1}, value: func(c constants, x reg.VecVirtual) reg.VecVirtual {
			v.sqrt(x, x)
			return c.over(1, x)
		}},
		{name: "floor", value: func(c constants, x reg.VecVirtual) reg.VecVirtual {
			v.round(1, x, x)
			return x
		}},
		{name: "ceil", value: func(c constants, x reg.VecVirtual) reg.VecVirtual {
			v.round(2, x, x)
			return x
		}},
		{name: "exp", numbers: e.numbers(), value: e.of},
		{name: "expm1", numbers: e.numbers(), value: e.lessOne},
		{name: "log", numbers: l.numbers(), value: l.of},
		{name: "log1p", numbers: l.numbers(), value: l.log1p},
		{name: "log2", numbers: l.numbers(), value: l.log2},
		tanh(v),
		{name: "sigmoid", numbers: append(e.numbers(), 1), value: func(c constants, x reg.VecVirtual) reg.VecVirtual {
			y, _, _ := e.sigmoid(c, x)
			return y
		}, slope: func(c constants, x reg.VecVirtual) (y, slope reg.VecVirtual) {
			y, large, small := e.sigmoid(c, x)
			v.mul(large, small, small) // σ(x)·σ(-x), whichever is which
			return y, small
		}},
		{name: "softplus", numbers: append(append(e.numbers(), 2, 0), log1p(v)...), value: e.softplus},
	}
}

// together is how many vectors are done in turn.
const together = 2

func (f function) write(v vec) {
	v.text(f.name, "a, arena *byte, n int", "is Unary for one operation.")
	a, arena := param("a"), param("arena")
	c := v.constants(f.numbers...)
	columns(a, func(j reg.Register) {
		d, x := v.columnOf(a, 0, j, arena), v.columnOf(a, unX, j, arena)
		plain, done := label("plain"), label("columnDone")
		body := func(s reg.Register) func(int, func(reg.Register, int) Mem) {
			return func(vectors int, at func(reg.Register, int) Mem) {
				for from := 0; from < vectors; from += together {
					interleave(min(together, vectors-from), func(r int) {
						t := v.reg()
						v.move(at(x, from+r), t)
						if s == nil {
							v.move(f.value(c, t), at(d, from+r))
							return
						}
						y, slope := f.slope(c, t)
						v.move(y, at(d, from+r))
						v.move(slope, at(s, from+r))
					})
				}
			}
		}
		if f.slope != nil {
			CMPQ(Mem{Base: a, Disp: unSlope}, U8(0))
			jump(JEQ, plain)
			v.rows(together, body(v.columnOf(a, unSlope, j, arena)))
			jump(JMP, done)
			Label(plain)
		}
		v.rows(together, body(nil))
		Label(done)
	})
	VZEROUPPER()
	RET()
}

// signBit is the bit of the sign in the element type.
func (v vec) signBit() uint64 { return 1 << (8*v.size() - 1) }

// magnitude is |x|.
func (c constants) magnitude(x reg.VecVirtual) reg.VecVirtual {
	t := c.v.reg()
	c.v.and(c.bits(c.v.signBit()-1), x, t)
	return t
}

// withSign gives y, positive or of the sign of x, the sign of x.
func (c constants) withSign(x, y reg.VecVirtual) reg.VecVirtual {
	s := c.v.reg()
	c.v.and(c.bits(c.v.signBit()), x, s)
	c.v.or(s, y, y)
	return y
}

// over is number/x.
func (c constants) over(number float64, x reg.VecVirtual) reg.VecVirtual {
	t := c.v.reg()
	c.v.move(c.at(number), t)
	c.v.div(x, t, t)
	return t
}

// atMost is min(x, bound), NaN if x is: the instruction gives its second operand when
// unordered, which must be x.
func (c constants) atMost(bound float64, x reg.VecVirtual) reg.VecVirtual {
	t := c.v.reg()
	c.v.min(x, c.register(bound), t)
	return t
}

// atLeast is max(x, bound), NaN if x is.
func (c constants) atLeast(bound float64, x reg.VecVirtual) reg.VecVirtual {
	t := c.v.reg()
	c.v.max(x, c.register(bound), t)
	return t
}

func sign(c constants, x reg.VecVirtual) reg.VecVirtual {
	v, zero, up, down := c.v, c.v.reg(), c.v.reg(), c.v.reg()
	v.move(c.at(0), zero)
	v.move(c.at(1), up)
	v.move(c.at(-1), down)
	y := v.reg()
	v.blend(v.compare(greater, zero, x), up, x, y)
	v.blend(v.compare(less, zero, x), down, y, y)
	return y
}

// pick chooses by element type.
func (v vec) pick(single, double float64) float64 {
	if v.double {
		return double
	}
	return single
}
