package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// columns runs body once per output column j, 0 ≤ j < the length of the list at the
// head of descriptor a.
func columns(a reg.Register, body func(j reg.Register)) {
	loop, done := label("column"), label("done")
	j := GP64()
	CMPQ(Mem{Base: a, Disp: 8}, U8(0))
	jump(JEQ, done)
	XORQ(j, j)
	Label(loop)
	body(j)
	INCQ(j)
	CMPQ(j, Mem{Base: a, Disp: 8})
	jump(JLT, loop)
	Label(done)
}

// rows runs body for all lanes, unroll vectors at a time as long as there are so
// many and 16 lanes at a time after; at gives the place of a vector of a column.
func (v vec) rows(unroll int, body func(vectors int, at func(base reg.Register, r int) Mem)) {
	n, i := param("n"), GP64()
	step := func(vectors int) int {
		body(vectors, func(base reg.Register, r int) Mem {
			return Mem{Base: base, Index: i, Scale: 1, Disp: r * v.bytes()}
		})
		ADDQ(I32(vectors*v.bytes()), i)
		return vectors * v.bytes() / v.size()
	}
	many, rest, one, done := label("rows"), label("rest"), label("sixteen"), label("rowsDone")
	XORQ(i, i)
	if unroll > v.unit() {
		count := unroll * v.bytes() / v.size()
		SUBQ(U8(count), n)
		jump(JLT, rest)
		Label(many)
		step(unroll)
		SUBQ(U8(count), n)
		jump(JGE, many)
		Label(rest)
		ADDQ(U8(count), n)
	} else {
		TESTQ(n, n)
	}
	jump(JEQ, done)
	Label(one)
	SUBQ(U8(step(v.unit())), n)
	jump(JNE, one)
	Label(done)
}

// columnOf is the address of column j of the list at offset disp of a.
func (v vec) columnOf(a reg.Register, disp int, j, arena reg.Register) reg.GPVirtual {
	return v.element(arena, loadIndex(load(a, disp), j))
}

// source is an operand of any kind made readable like a column: numbers are spread
// over 16 lanes of local memory that the rows do not advance over.
type source struct {
	v     vec
	a     reg.Register
	disp  int // of the Operand in the descriptor
	local Mem
}

func (v vec) source(a reg.Register, disp int) source {
	return source{v, a, disp, AllocLocal(lanes * v.size())}
}

// column gives the address of column j and its step from one 16 lanes to the next.
func (s source) column(j, arena reg.Register) (p, step reg.GPVirtual) {
	v := s.v
	number, spread, done := label("number"), label("spread"), label("ready")
	p, step = GP64(), GP64()
	kind := load(s.a, s.disp+operandKind)
	CMPQ(kind, U8(column))
	jump(JNE, number)
	LEAQ(Mem{Base: arena, Index: loadIndex(load(s.a, s.disp+operandList), j), Scale: v.scale()}, p)
	MOVQ(I32(lanes*v.size()), step)
	jump(JMP, done)
	Label(number)
	t := v.reg()
	v.move(v.real(Mem{Base: s.a, Disp: s.disp + operandReal}), t)
	CMPQ(kind, U8(uniform))
	jump(JNE, spread)
	v.broadcast(Mem{Base: param("uniform"), Index: loadIndex(load(s.a, s.disp+operandList), j), Scale: v.scale()}, t)
	Label(spread)
	for r := range v.unit() {
		v.move(t, s.local.Offset(r*v.bytes()))
	}
	LEAQ(s.local, p)
	XORQ(step, step)
	Label(done)
	return p, step
}

// sixteen runs body for 16 lanes at a time, r being the vector within them, and
// advances each pointer by its step.
func (v vec) sixteen(d reg.Register, sources [][2]reg.GPVirtual, body func(r int)) {
	n, loop := param("n"), label("rows")
	done := label("rowsDone")
	TESTQ(n, n)
	jump(JEQ, done)
	Label(loop)
	for r := range v.unit() {
		body(r)
	}
	ADDQ(I32(lanes*v.size()), d)
	for _, s := range sources {
		ADDQ(s[1], s[0])
	}
	SUBQ(U8(lanes), n)
	jump(JNE, loop)
	Label(done)
}
