package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Offsets in RowMatMul.
const (
	rmX      = 0
	rmLen    = 8
	rmW      = slice
	rmWK     = slice + 8
	rmJ      = slice + 16
	rmInit   = slice + 24
	rmOut    = rmInit + operandSize
	rmSecond = rmOut + 24
)

// rowMatMul writes the product of one row with a matrix, 64 columns of the result at a time where there are so many, to
// have other sums to go on with while one waits, else 16.
func rowMatMul(v vec) {
	v.text("rowMatMul", "a, arena, uniform *byte", "is RowMatMul.")
	r := row{v: v, a: param("a"), arena: param("arena"), at: GP64(), left: GP64()}
	MOVQ(Mem{Base: r.a, Disp: rmJ}, r.left)
	XORQ(r.at, r.at)
	done := label("done")
	for _, h := range []int{4 * v.unit(), v.unit()} {
		if h > 8 {
			continue // registers
		}
		columns := h * v.bytes() / v.size()
		loop, next := label("columns"), label("next")
		if h > v.unit() {
			CMPQ(r.left, U8(columns))
			jump(JLT, next)
		}
		Label(loop)
		acc := v.regs(h)
		r.products(acc)
		r.addInit(acc)
		r.finish(acc)
		ADDQ(I32(columns*v.size()), r.at)
		SUBQ(U8(columns), r.left)
		if h > v.unit() {
			CMPQ(r.left, U8(columns))
			jump(JGE, loop)
			TESTQ(r.left, r.left)
			jump(JEQ, done)
			Label(next)
		} else {
			jump(JGT, loop)
		}
	}
	Label(done)
	VZEROUPPER()
	RET()
}

// row is some vectors of columns of the result.
type row struct {
	v        vec
	a, arena reg.Register
	at, left reg.GPVirtual // bytes of the columns that are done, and how many are left
}

// place is where the columns of an operand are that begins at element o of an area.
func (r row) place(area, o reg.Register) reg.GPVirtual {
	p := r.v.element(area, o)
	ADDQ(r.at, p)
	return p
}

func (r row) products(acc []reg.VecVirtual) {
	v := r.v
	loop, done := label("k"), label("summed")
	z := v.reg()
	v.zero(z)
	for i := range acc {
		v.move(z, acc[i])
	}
	k := load(r.a, rmLen)
	TESTQ(k, k)
	jump(JEQ, done)
	x, w, wk := load(r.a, rmX), r.place(param("uniform"), load(r.a, rmW)), load(r.a, rmWK)
	IMUL3Q(U8(v.size()), wk, wk)
	Label(loop)
	o, t := GP64(), v.reg()
	MOVLQSX(Mem{Base: x}, o)
	v.broadcast(Mem{Base: r.arena, Index: o, Scale: v.scale()}, t)
	for i := range acc {
		v.fma(Mem{Base: w, Disp: i * v.bytes()}, t, acc[i])
	}
	ADDQ(U8(4), x)
	ADDQ(wk, w)
	DECQ(k)
	jump(JNE, loop)
	Label(done)
}

func (r row) addInit(acc []reg.VecVirtual) {
	v := r.v
	vector, number, done := label("column"), label("number"), label("initialised")
	kind, area := load(r.a, rmInit+operandKind), GP64()
	CMPQ(kind, U8(none))
	jump(JEQ, done)
	CMPQ(kind, U8(constant))
	jump(JEQ, number)
	MOVQ(r.arena, area)
	CMPQ(kind, U8(column))
	jump(JEQ, vector)
	MOVQ(param("uniform"), area)
	Label(vector)
	o := GP64()
	MOVLQSX(Mem{Base: load(r.a, rmInit+operandList)}, o)
	p := r.place(area, o)
	for i := range acc {
		v.add(Mem{Base: p, Disp: i * v.bytes()}, acc[i], acc[i])
	}
	jump(JMP, done)
	Label(number)
	t := v.real(Mem{Base: r.a, Disp: rmInit + operandReal})
	for i := range acc {
		v.add(t, acc[i], acc[i])
	}
	Label(done)
}

func (r row) finish(acc []reg.VecVirtual) {
	v := r.v
	product, summed, written, done := label("product"), label("times"), label("plus"), label("done")
	p := GP64()
	LEAQ(Mem{Base: r.a, Disp: rmOut}, p)
	Label(product)
	out := v.regs(len(acc))
	for i := range acc {
		v.move(acc[i], out[i])
	}
	e, c := load(p, 8), load(p, 16)
	TESTQ(e, e)
	jump(JLT, summed)
	pe := r.place(r.arena, e)
	for i := range out {
		v.mul(Mem{Base: pe, Disp: i * v.bytes()}, out[i], out[i])
	}
	Label(summed)
	TESTQ(c, c)
	jump(JLT, written)
	pc := r.place(r.arena, c)
	for i := range out {
		v.add(Mem{Base: pc, Disp: i * v.bytes()}, out[i], out[i])
	}
	Label(written)
	pd := r.place(r.arena, load(p, 0))
	for i := range out {
		v.move(out[i], Mem{Base: pd, Disp: i * v.bytes()})
	}
	second := GP64()
	LEAQ(Mem{Base: r.a, Disp: rmSecond}, second)
	CMPQ(p, second)
	jump(JEQ, done)
	MOVQ(second, p)
	CMPQ(Mem{Base: second}, U8(0))
	jump(JGE, product)
	Label(done)
}
