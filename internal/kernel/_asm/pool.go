package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// pool holds the constants of the file, each as wide as the widest vector.
type key struct {
	double bool
	bits   uint64
}

var pool = map[key]Mem{}

// bitsConst is a vector of the element bits.
func (v vec) bitsConst(bits uint64) Mem {
	k := key{v.double, bits}
	m, ok := pool[k]
	if !ok {
		m = GLOBL(fmt.Sprintf("c%d_%x", v.size()*8, bits), RODATA|NOPTR)
		for i := 0; i < 64; i += v.size() {
			if v.double {
				DATA(i, U64(bits))
			} else {
				DATA(i, U32(bits))
			}
		}
		pool[k] = m
	}
	return m
}

func (v vec) number(x float64) Mem { return v.bitsConst(v.bits(x)) }

// hoisted is how many numbers stay in registers through a loop, with AVX-512.
const hoisted = 16

// constants hands out operands for numbers used in a loop: registers loaded here
// where there are many (AVX-512, the first numbers named), else memory.
type constants struct {
	v     vec
	known map[uint64]Op
}

func (v vec) constants(xs ...float64) constants {
	c := constants{v, map[uint64]Op{}}
	if v.wide {
		for _, x := range xs {
			b := v.bits(x)
			if c.known[b] == nil && len(c.known) < hoisted {
				r := v.reg()
				v.move(v.bitsConst(b), r)
				c.known[b] = r
			}
		}
	}
	return c
}

func (c constants) at(x float64) Op { return c.bits(c.v.bits(x)) }

func (c constants) bits(b uint64) Op {
	if r := c.known[b]; r != nil {
		return r
	}
	return c.v.bitsConst(b)
}

// register is a register that holds x, not to be written to.
func (c constants) register(x float64) Op {
	o := c.at(x)
	if _, ok := o.(Mem); ok {
		t := c.v.reg()
		c.v.move(o, t)
		return t
	}
	return o
}

// polynomial is p[0] + p[1]·x + ... by Horner's rule.
func (c constants) polynomial(p []float64, x Op) reg.VecVirtual {
	d := c.v.reg()
	c.v.move(c.at(p[len(p)-1]), d)
	for i := len(p) - 2; i >= 0; i-- {
		c.v.horner(c.at(p[i]), x, d)
	}
	return d
}

// halves is p[0] + p[1]·x + ... as the sum of its even and its odd powers, each by Horner's rule in x2, the square of x:
// a chain of half the length.
func (c constants) halves(p []float64, x, x2 Op) reg.VecVirtual {
	var even, odd []float64
	for i, a := range p {
		if i%2 == 0 {
			even = append(even, a)
		} else {
			odd = append(odd, a)
		}
	}
	d, o := c.polynomial(even, x2), c.polynomial(odd, x2)
	c.v.fma(o, x, d)
	return d
}
