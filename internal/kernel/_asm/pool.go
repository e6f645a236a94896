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
