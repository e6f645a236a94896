package main

import (
	"fmt"
	"math/bits"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Offsets in MatMul.
const (
	mmX      = 0
	mmLen    = 8
	mmW      = 24
	mmWK     = 32
	mmWJ     = 40
	mmInit   = 48
	mmOut    = mmInit + operandSize
	mmSecond = mmOut + mpSize
)

// Offsets in Product, and its size.
const (
	mpE    = slice
	mpC    = mpE + operandSize
	mpSize = mpC + operandSize
)

// panel is the number of columns of a panel of a packed matrix, package kernel's Panel.
const panel = 6

// matMul writes the product of all columns with 1, 2, ... columns of the matrix, and with those of a packed one.
func matMul(v vec) {
	for m := 1; m <= v.mostColumns(); m++ {
		matMulColumns(v, m, false)
	}
	for m := 1; m <= panel; m++ {
		matMulColumns(v, m, true)
	}
}

// mostColumns is how many columns are done at once at most: more than a panel where there is but one vector of rows.
func (v vec) mostColumns() int {
	if v.wide {
		return 8
	}
	return panel
}

// heights are the numbers of vectors of rows done at once: the most that registers
// allow, then halves down to what divides 16 lanes.
func (v vec) heights(m int) []int {
	room, least, sums := 16, 2, 16
	if v.wide {
		room, least, sums = 32, v.unit(), 24
	}
	var out []int
	for h := 8; h >= least; h /= 2 {
		others := h + 1 // X and a weight
		if m == 1 {
			others = 1 // X stays in memory
		}
		if m*h <= sums && m*h+others <= room {
			out = append(out, h)
		}
	}
	return out
}

func matMulColumns(v vec, m int, packed bool) {
	name, doc := "matMul%d", "does groups of %d columns of the result, from column j on."
	if packed {
		name, doc = "matMulPacked%d", "does groups of %d columns of the result, from column j on, those of panels of a packed matrix."
	}
	v.text(fmt.Sprintf(name, m), "a, arena, uniform *byte, j, n, groups int", fmt.Sprintf(doc, m))
	group := label("group")
	Label(group)
	a, arena, n := param("a"), param("arena"), param("n")
	for _, h := range v.heights(m) {
		loop, next := label("rows"), label("next")
		rows := h * v.bytes() / v.size()
		CMPQ(n, U8(rows))
		jump(JLT, next)
		Label(loop)
		b := block{v, m, h, packed, a, arena}
		acc := make([][]reg.VecVirtual, m)
		for c := range acc {
			acc[c] = v.regs(h)
		}
		b.start(acc)
		b.products(acc)
		b.addInit(acc)
		b.finish(acc)
		ADDQ(I32(h*v.bytes()), arena)
		SUBQ(U8(rows), n)
		CMPQ(n, U8(rows))
		jump(JGE, loop)
		Label(next)
	}
	ADDQ(U8(m), NewParamAddr("j", 24))
	DECQ(NewParamAddr("groups", 40))
	jump(JNE, group)
	VZEROUPPER()
	RET()
}

// block is m columns by h vectors of rows. Only a, arena and the number of rows keep
// registers throughout; the rest is loaded where it is needed.
type block struct {
	v      vec
	m, h   int
	packed bool
	a      reg.Register
	arena  reg.Register // advanced to the block's rows
}

// columnAt is the address of the block's rows in column c of a list.
func (b block) columnAt(list, j reg.Register, c int) reg.GPVirtual {
	o := GP64()
	MOVLQSX(Mem{Base: list, Index: j, Scale: 4, Disp: 4 * c}, o)
	return b.v.element(b.arena, o)
}

func (b block) each(f func(c, r int)) {
	for c := range b.m {
		for r := range b.h {
			f(c, r)
		}
	}
}

// start sets the sums to zero.
func (b block) start(acc [][]reg.VecVirtual) {
	z := b.v.reg()
	b.v.zero(z)
	b.each(func(c, r int) { b.v.move(z, acc[c][r]) })
}

// addInit adds Init to the sums.
func (b block) addInit(acc [][]reg.VecVirtual) {
	v, j := b.v, param("j")
	vector, number, done := label("column"), label("number"), label("initialised")
	kind := load(b.a, mmInit+operandKind)
	list := load(b.a, mmInit+operandList)
	CMPQ(kind, U8(none))
	jump(JEQ, done)
	CMPQ(kind, U8(column))
	jump(JEQ, vector)
	CMPQ(kind, U8(uniform))
	jump(JEQ, number)
	t := v.real(Mem{Base: b.a, Disp: mmInit + operandReal})
	b.each(func(c, r int) { v.add(t, acc[c][r], acc[c][r]) })
	jump(JMP, done)
	Label(number)
	u := param("uniform")
	for c := range b.m {
		o, t := GP64(), v.reg()
		MOVLQSX(Mem{Base: list, Index: j, Scale: 4, Disp: 4 * c}, o)
		v.broadcast(Mem{Base: u, Index: o, Scale: v.scale()}, t)
		for r := range b.h {
			v.add(t, acc[c][r], acc[c][r])
		}
	}
	jump(JMP, done)
	Label(vector)
	for c := range b.m {
		p := b.columnAt(list, j, c)
		for r := range b.h {
			v.add(Mem{Base: p, Disp: r * v.bytes()}, acc[c][r], acc[c][r])
		}
	}
	Label(done)
}

// products adds X[k]·W[k, j+c] to sum c for all k.
func (b block) products(acc [][]reg.VecVirtual) {
	done := label("summed")
	k := load(b.a, mmX+mmLen)
	TESTQ(k, k)
	jump(JEQ, done)
	if b.packed {
		b.panel().add(b.v, acc, k)
	} else {
		b.strided().add(b.v, acc, k)
	}
	Label(done)
}

// columns are X, one after the other; ahead says how many of these come since the last settle, which moves on by them.
func (b block) columns(ahead *int) (x func(r int) Mem, next, settle func()) {
	list := load(b.a, mmX)
	var o reg.GPVirtual
	x = func(r int) Mem { return Mem{Base: b.arena, Index: o, Scale: b.v.scale(), Disp: r * b.v.bytes()} }
	next = func() {
		o = GP64()
		MOVLQSX(Mem{Base: list, Disp: 4 * *ahead}, o)
		*ahead++
	}
	settle = func() {
		ADDQ(U8(4**ahead), list)
		*ahead = 0
	}
	return x, next, settle
}

// strided are the terms of a matrix with any strides.
func (b block) strided() terms {
	w, wk, wj := param("j"), load(b.a, mmWK), load(b.a, mmWJ)
	IMULQ(wj, w)
	ADDQ(Mem{Base: b.a, Disp: mmW}, w)
	SUBQ(wk, w)
	shift := U8(bits.TrailingZeros(uint(b.v.size())))
	SHLQ(shift, w)
	SHLQ(shift, wk)
	SHLQ(shift, wj)
	ADDQ(param("uniform"), w)
	w4, wj3 := GP64(), GP64()
	if b.m > 3 {
		LEAQ(Mem{Base: wj, Index: wj, Scale: 2}, wj3)
	}
	if b.m > 4 {
		LEAQ(Mem{Base: w, Index: wj, Scale: 4}, w4)
	}
	ahead := 0
	x, next, settle := b.columns(&ahead)
	return terms{x: x, settle: settle, forget: func() { ahead = 0 },
		number: func(c int) Mem {
			m := Mem{Base: w}
			if c >= 4 {
				m.Base = w4
			}
			switch c % 4 {
			case 1:
				m.Index, m.Scale = wj, 1
			case 2:
				m.Index, m.Scale = wj, 2
			case 3:
				m.Index, m.Scale = wj3, 1
			}
			return m
		},
		next: func() {
			next()
			ADDQ(wk, w)
			if b.m > 4 {
				ADDQ(wk, w4)
			}
		},
	}
}

// panel are the terms of a panel of a packed matrix, one after the other.
func (b block) panel() terms {
	w, j := load(b.a, mmLen), param("j")
	IMULQ(j, w)
	ADDQ(Mem{Base: b.a, Disp: mmW}, w)
	SHLQ(U8(bits.TrailingZeros(uint(b.v.size()))), w)
	ADDQ(param("uniform"), w)
	ahead := 0
	x, next, settle := b.columns(&ahead)
	return terms{x: x, next: next, forget: func() { ahead = 0 },
		number: func(c int) Mem { return Mem{Base: w, Disp: ((ahead-1)*b.m + c) * b.v.size()} },
		settle: func() {
			ADDQ(I32(ahead*b.m*b.v.size()), w)
			settle()
		},
	}
}

// finish writes Out and, if there is one, Second. Numbers enter the sums themselves, which nothing reads after the last
// result.
func (b block) finish(acc [][]reg.VecVirtual) {
	v := b.v
	product, sum, scaled, both, written, done := label("product"), label("plus"), label("times"), label("both"), label("written"), label("done")
	p, j := GP64(), param("j")
	LEAQ(Mem{Base: b.a, Disp: mmOut}, p)
	Label(product)
	b.number(p, mpE, j, func(number reg.VecVirtual, acc Op) { v.mul(number, acc, acc) }, acc)
	b.number(p, mpC, j, func(number reg.VecVirtual, acc Op) { v.add(number, acc, acc) }, acc)
	d, e, c := load(p, 0), load(p, mpE), load(p, mpC)
	t := v.reg()
	// each writes one column after another, the sum combined with E and C.
	each := func(e, c reg.Register, f func(acc, d Op, e, c Mem)) {
		for i := range b.m {
			var me, mc Mem
			if e != nil {
				me.Base = b.columnAt(e, j, i)
			}
			if c != nil {
				mc.Base = b.columnAt(c, j, i)
			}
			dst := Mem{Base: b.columnAt(d, j, i)}
			for r := range b.h {
				me.Disp, mc.Disp, dst.Disp = r*v.bytes(), r*v.bytes(), r*v.bytes()
				f(acc[i][r], dst, me, mc)
			}
		}
	}
	CMPQ(Mem{Base: p, Disp: mpE + operandKind}, U8(column))
	jump(JEQ, scaled)
	CMPQ(Mem{Base: p, Disp: mpC + operandKind}, U8(column))
	jump(JEQ, sum)
	each(nil, nil, func(acc, d Op, _, _ Mem) { v.move(acc, d) })
	jump(JMP, written)
	Label(sum)
	each(nil, c, func(acc, d Op, _, c Mem) {
		v.add(c, acc, t)
		v.move(t, d)
	})
	jump(JMP, written)
	Label(scaled)
	CMPQ(Mem{Base: p, Disp: mpC + operandKind}, U8(column))
	jump(JEQ, both)
	each(e, nil, func(acc, d Op, e, _ Mem) {
		v.mul(e, acc, t)
		v.move(t, d)
	})
	jump(JMP, written)
	Label(both)
	each(e, c, func(acc, d Op, e, c Mem) {
		v.mul(e, acc, t)
		v.add(c, t, t)
		v.move(t, d)
	})
	Label(written)
	second := GP64()
	LEAQ(Mem{Base: b.a, Disp: mmSecond}, second)
	CMPQ(p, second)
	jump(JEQ, done)
	MOVQ(second, p)
	CMPQ(Mem{Base: second}, U8(0))
	jump(JNE, product)
	Label(done)
}

// number does f with the sums of each column and its number, where the operand of a product has numbers.
func (b block) number(product reg.Register, operand int, j reg.Register, f func(number reg.VecVirtual, acc Op), acc [][]reg.VecVirtual) {
	other := label("other")
	CMPQ(Mem{Base: product, Disp: operand + operandKind}, U8(uniform))
	jump(JNE, other)
	list, area := load(product, operand), param("uniform")
	for c := range b.m {
		o, t := GP64(), b.v.reg()
		MOVLQSX(Mem{Base: list, Index: j, Scale: 4, Disp: 4 * c}, o)
		b.v.broadcast(Mem{Base: area, Index: o, Scale: b.v.scale()}, t)
		for r := range b.h {
			f(t, acc[c][r])
		}
	}
	Label(other)
}
