package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sums writes what adds over rows: sums of columns, outer products in the narrow and
// the wide form, the transposition the latter needs, and what makes numbers of partial
// sums.
func sums(v vec) {
	rowSum(v)
	fold(v)
	side := 3
	if v.wide {
		side = 4
	}
	for m := 1; m <= side; m++ {
		for k := 1; k <= side; k++ {
			outer(v, m, k)
		}
	}
	for m := 1; m <= 6; m++ {
		outerWide(v, m)
	}
	transpose(v)
}

// masks is a table of 16 elements of ones followed by 16 of zeros: read from element
// 16 - k on, it keeps k lanes.
func (v vec) masks() Mem {
	k := key{v.double, 1}
	m, ok := pool[k]
	if !ok {
		m = GLOBL(fmt.Sprintf("masks%d", 8*v.size()), RODATA|NOPTR)
		for i := 0; i < lanes*v.size(); i += 8 {
			DATA(i, U64(^uint64(0)))
		}
		for i := 0; i < lanes*v.size(); i += 8 {
			DATA(lanes*v.size()+i, U64(0))
		}
		pool[k] = m
	}
	return m
}

// masked runs body for each 16 rows of n, and for the rows that are left over with a
// mask, nil before that. i is the byte offset of the rows.
func (v vec) masked(n, i reg.Register, r int, body func(mask Op)) {
	loop, rest, done := label("rows"), label("rest"), label("rowsDone")
	XORQ(i, i)
	SUBQ(U8(lanes), n)
	jump(JLT, rest)
	Label(loop)
	body(nil)
	ADDQ(I32(lanes*v.size()), i)
	SUBQ(U8(lanes), n)
	jump(JGE, loop)
	Label(rest)
	ADDQ(U8(lanes), n)
	jump(JEQ, done)
	table, mask := GP64(), v.reg()
	LEAQ(v.masks(), table)
	SHLQ(U8(map[int]int{4: 2, 8: 3}[v.size()]), n)
	SUBQ(n, table)
	v.move(Mem{Base: table, Disp: lanes*v.size() + r*v.bytes()}, mask)
	body(mask)
	Label(done)
}

// read loads a vector, zero where the mask is.
func (v vec) read(m Mem, mask Op) reg.VecVirtual {
	t := v.reg()
	if mask == nil {
		v.move(m, t)
	} else {
		v.and(m, mask, t)
	}
	return t
}

// fold adds halves upon halves of 16 partial sums.
func fold(v vec) {
	v.text("fold", "dst, sums *byte, n int", "adds n times 16 partial sums.")
	dst, s, n := param("dst"), param("sums"), param("n")
	loop, done := label("sum"), label("done")
	Label(loop)
	TESTQ(n, n)
	jump(JEQ, done)
	t := v.regs(v.unit())
	for r := range t {
		v.move(Mem{Base: s, Disp: r * v.bytes()}, t[r])
	}
	for half := v.unit() / 2; half > 0; half /= 2 {
		for r := range half {
			v.add(t[r+half], t[r], t[r])
		}
	}
	y, x, u := t[0].AsY(), t[0].AsX(), v.reg()
	if v.wide {
		VEXTRACTF64X4(U8(1), t[0], u.AsY())
		v.add(u.AsY(), y, y)
	}
	VEXTRACTF128(U8(1), y, u.AsX())
	v.add(u.AsX(), x, x)
	if !v.double {
		VMOVHLPS(x, x, u.AsX())
		v.add(u.AsX(), x, x)
		VMOVSHDUP(x, u.AsX())
		VADDSS(u.AsX(), x, x)
		VMOVSS(x, Mem{Base: dst})
	} else {
		VPERMILPD(U8(1), x, u.AsX())
		VADDSD(u.AsX(), x, x)
		VMOVSD(x, Mem{Base: dst})
	}
	ADDQ(I32(lanes*v.size()), s)
	ADDQ(U8(v.size()), dst)
	DECQ(n)
	jump(JMP, loop)
	Label(done)
	VZEROUPPER()
	RET()
}

// rowSum adds up four columns at a time, so that no addition waits for the one before it, and then one at a time.
func rowSum(v vec) {
	v.text("rowSum", "a, arena, sums *byte, n int", "is RowSum; sums begins at its S.")
	a, arena, s := param("a"), param("arena"), param("sums")
	list, left := load(a, 0), load(a, 8)
	for _, m := range []int{4, 1} {
		loop, done := label("columns"), label("columnsDone")
		Label(loop)
		CMPQ(left, U8(m))
		jump(JLT, done)
		x := make([]reg.GPVirtual, m)
		for c := range x {
			o := GP64()
			MOVLQSX(Mem{Base: list, Disp: 4 * c}, o)
			x[c] = v.element(arena, o)
		}
		for r := range v.unit() {
			n, i, acc := param("n"), GP64(), v.regs(m)
			at := func(c int) Mem { return Mem{Base: s, Disp: c*lanes*v.size() + r*v.bytes()} }
			for c := range acc {
				v.move(at(c), acc[c])
			}
			v.masked(n, i, r, func(mask Op) {
				for c := range acc {
					v.add(v.read(Mem{Base: x[c], Index: i, Scale: 1, Disp: r * v.bytes()}, mask), acc[c], acc[c])
				}
			})
			for c := range acc {
				v.move(acc[c], at(c))
			}
		}
		ADDQ(I32(m*lanes*v.size()), s)
		ADDQ(U8(4*m), list)
		SUBQ(U8(m), left)
		jump(JMP, loop)
		Label(done)
	}
	VZEROUPPER()
	RET()
}
