package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Offsets in Binary and Choose.
const (
	binA = slice
	binB = slice + operandSize
	chIf = slice
	chA  = slice + operandSize
	chB  = slice + 2*operandSize
)

// binary writes the operations on two numbers, the choice between two, and the
// reductions of columns.
func binary(v vec) {
	for _, o := range []struct {
		name string
		does func(v vec, a, b, d reg.VecVirtual)
	}{
		{"div", func(v vec, a, b, d reg.VecVirtual) { v.div(b, a, d) }},
		{"max", vec.larger},
		{"min", vec.smaller},
		{"gt", truth(greater)},
		{"ge", truth(greaterEqual)},
		{"lt", truth(less)},
		{"le", truth(lessEqual)},
		{"eq", truth(equal)},
		{"ne", truth(notEqual)},
	} {
		v.text(o.name, "a, arena, uniform *byte, n int", "is Binary for one operation.")
		a, arena := param("a"), param("arena")
		sa, sb := v.source(a, binA), v.source(a, binB)
		columns(a, func(j reg.Register) {
			d := v.columnOf(a, 0, j, arena)
			pa, stepA := sa.column(j, arena)
			pb, stepB := sb.column(j, arena)
			v.sixteen(d, [][2]reg.GPVirtual{{pa, stepA}, {pb, stepB}}, func(r int) {
				x, y, t := v.reg(), v.reg(), v.reg()
				v.move(Mem{Base: pa, Disp: r * v.bytes()}, x)
				v.move(Mem{Base: pb, Disp: r * v.bytes()}, y)
				o.does(v, x, y, t)
				v.move(t, Mem{Base: d, Disp: r * v.bytes()})
			})
		})
		VZEROUPPER()
		RET()
	}
	choose(v)
	duplicate(v)
	reduce(v, "sumOf", func(v vec, a, b, d reg.VecVirtual) { v.add(b, a, d) })
	reduce(v, "maxOf", vec.larger)
}

// larger is the maximum, NaN if either is, of -0 and +0 the latter. The instruction
// gives its second operand when equal or unordered; taken in both orders, the two
// differ only in the sign of zero, which the conjunction settles.
func (v vec) larger(a, b, d reg.VecVirtual) { v.extreme(a, b, d, v.max, v.and) }

// smaller is the minimum, NaN if either is, of -0 and +0 the former.
func (v vec) smaller(a, b, d reg.VecVirtual) { v.extreme(a, b, d, v.min, v.or) }

func (v vec) extreme(a, b, d reg.VecVirtual, pick, settle func(b, a, d Op)) {
	x, y, nan := v.reg(), v.reg(), v.reg()
	pick(b, a, x)
	pick(a, b, y)
	settle(y, x, x)
	v.add(b, a, nan)
	v.blend(v.compare(unordered, b, a), nan, x, d)
}

// truth is 1 where the comparison holds, else 0.
func truth(predicate int) func(v vec, a, b, d reg.VecVirtual) {
	return func(v vec, a, b, d reg.VecVirtual) {
		one, no := v.reg(), v.reg()
		v.move(v.number(1), one)
		v.move(v.number(0), no)
		v.blend(v.compare(predicate, b, a), one, no, d)
	}
}

// duplicate writes Copy, each vector moved as it is.
func duplicate(v vec) {
	v.text("copy", "a, arena, uniform *byte, n int", "is Copy.")
	a, arena := param("a"), param("arena")
	x := v.source(a, slice)
	columns(a, func(j reg.Register) {
		d := v.columnOf(a, 0, j, arena)
		p, step := x.column(j, arena)
		v.sixteen(d, [][2]reg.GPVirtual{{p, step}}, func(r int) {
			t := v.reg()
			v.move(Mem{Base: p, Disp: r * v.bytes()}, t)
			v.move(t, Mem{Base: d, Disp: r * v.bytes()})
		})
	})
	VZEROUPPER()
	RET()
}

func choose(v vec) {
	v.text("choose", "a, arena, uniform *byte, n int", "is Choose.")
	a, arena := param("a"), param("arena")
	si, sa, sb := v.source(a, chIf), v.source(a, chA), v.source(a, chB)
	columns(a, func(j reg.Register) {
		d := v.columnOf(a, 0, j, arena)
		pi, stepI := si.column(j, arena)
		pa, stepA := sa.column(j, arena)
		pb, stepB := sb.column(j, arena)
		zero := v.reg()
		v.zero(zero)
		v.sixteen(d, [][2]reg.GPVirtual{{pi, stepI}, {pa, stepA}, {pb, stepB}}, func(r int) {
			x, y, t := v.reg(), v.reg(), v.reg()
			v.move(Mem{Base: pa, Disp: r * v.bytes()}, x)
			v.move(Mem{Base: pb, Disp: r * v.bytes()}, y)
			v.blend(v.compare(equal, Mem{Base: pi, Disp: r * v.bytes()}, zero), y, x, t)
			v.move(t, Mem{Base: d, Disp: r * v.bytes()})
		})
	})
	VZEROUPPER()
	RET()
}

// Offsets in Reduce.
const rdD = slice

func reduce(v vec, name string, join func(v vec, a, b, d reg.VecVirtual)) {
	v.text(name, "a, arena *byte, n int", "is Reduce for one operation.")
	a, arena := param("a"), param("arena")
	o := GP64()
	MOVLQSX(Mem{Base: a, Disp: rdD}, o)
	d := v.element(arena, o)
	v.rows(4, func(vectors int, at func(reg.Register, int) Mem) {
		loop, done := label("terms"), label("joined")
		acc := v.regs(vectors)
		list, k := load(a, 0), GP64()
		first := v.element(arena, loadFirst(list))
		for r := range acc {
			v.move(at(first, r), acc[r])
		}
		MOVQ(U32(1), k)
		Label(loop)
		CMPQ(k, Mem{Base: a, Disp: 8})
		jump(JGE, done)
		x := v.element(arena, loadIndex(list, k))
		for r := range acc {
			t := v.reg()
			v.move(at(x, r), t)
			join(v, acc[r], t, acc[r])
		}
		INCQ(k)
		jump(JMP, loop)
		Label(done)
		for r := range acc {
			v.move(acc[r], at(d, r))
		}
	})
	VZEROUPPER()
	RET()
}

func loadFirst(list reg.Register) reg.GPVirtual {
	o := GP64()
	MOVLQSX(Mem{Base: list}, o)
	return o
}
