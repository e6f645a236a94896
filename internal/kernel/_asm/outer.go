package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// outer adds the products of m columns with k others, in the narrow form.
func outer(v vec, m, k int) {
	v.text(fmt.Sprintf("outer%dx%d", m, k), "x, y *int32, arena, sums *byte, step, n int",
		fmt.Sprintf("adds the products of columns x[0..%d] and y[0..%d]; step is the sums' distance from one x to the next.", m-1, k-1))
	arena, s := param("arena"), param("sums")
	at := func(list reg.Register, count int) []reg.GPVirtual {
		p := make([]reg.GPVirtual, count)
		for i := range p {
			o := GP64()
			MOVLQSX(Mem{Base: list, Disp: 4 * i}, o)
			p[i] = v.element(arena, o)
		}
		return p
	}
	xs, ys := at(param("x"), m), at(param("y"), k)
	for r := range v.unit() {
		acc := make([][]reg.VecVirtual, m)
		each := func(f func(m Mem, t reg.VecVirtual)) {
			q := GP64()
			MOVQ(s, q)
			for i := range acc {
				for j := range acc[i] {
					f(Mem{Base: q, Disp: j*lanes*v.size() + r*v.bytes()}, acc[i][j])
				}
				if i < m-1 {
					ADDQ(NewParamAddr("step", 32), q)
				}
			}
		}
		for i := range acc {
			acc[i] = v.regs(k)
		}
		each(func(m Mem, t reg.VecVirtual) { v.move(m, t) })
		n, i := param("n"), GP64()
		v.masked(n, i, r, func(mask Op) {
			x := make([]reg.VecVirtual, m)
			for c := range x {
				x[c] = v.read(Mem{Base: xs[c], Index: i, Scale: 1, Disp: r * v.bytes()}, mask)
			}
			for j := range ys {
				y := v.read(Mem{Base: ys[j], Index: i, Scale: 1, Disp: r * v.bytes()}, mask)
				for c := range x {
					v.fma(x[c], y, acc[c][j])
				}
			}
		})
		each(func(m Mem, t reg.VecVirtual) { v.move(t, m) })
	}
	VZEROUPPER()
	RET()
}

// outerWide adds, for groups of m columns and each run of a row's elements, the column times that run over all rows, of
// which there is at least one.
func outerWide(v vec, m int) {
	v.text(fmt.Sprintf("outerWide%d", m), "y *int32, arena, rows, sums *byte, shape, n int",
		fmt.Sprintf("adds the products of columns y[0..%d], and of as many again for each further group, and the elements of rows; shape is 256 times the groups and the width of a row.", m-1))
	list, s, step, group := param("y"), param("sums"), GP64(), label("group")
	MOVBQZX(NewParamAddr("shape", 32), step)
	SHLQ(U8(map[int]int{4: 2, 8: 3}[v.size()]), step)
	Label(group)
	arena, rows, left := param("arena"), param("rows"), GP64()
	MOVBQZX(NewParamAddr("shape", 32), left)
	ys := make([]reg.GPVirtual, m)
	for c := range ys {
		o := GP64()
		MOVLQSX(Mem{Base: list, Disp: 4 * c}, o)
		ys[c] = v.element(arena, o)
	}
	heights := []int{4, 2, 1}
	if !v.wide {
		heights = []int{2}
	}
	for _, h := range heights {
		if h < v.unit() && h < 2 {
			continue
		}
		loop, next := label("run"), label("next")
		run := h * v.bytes() / v.size()
		Label(loop)
		CMPQ(left, U8(run))
		jump(JLT, next)
		acc := make([][]reg.VecVirtual, m)
		each := func(f func(m Mem, t reg.VecVirtual)) {
			q := GP64()
			MOVQ(s, q)
			for c := range acc {
				for r := range acc[c] {
					f(Mem{Base: q, Disp: r * v.bytes()}, acc[c][r])
				}
				if c < m-1 {
					ADDQ(step, q)
				}
			}
		}
		for c := range acc {
			acc[c] = v.regs(h)
		}
		each(func(m Mem, t reg.VecVirtual) { v.move(m, t) })
		i, x, k, ahead := GP64(), GP64(), param("n"), 0
		XORQ(i, i)
		MOVQ(rows, x)
		SUBQ(step, x)
		terms{
			x:      func(r int) Mem { return Mem{Base: x, Disp: r * v.bytes()} },
			number: func(c int) Mem { return Mem{Base: ys[c], Index: i, Scale: v.scale(), Disp: (ahead - 1) * v.size()} },
			next: func() {
				ADDQ(step, x)
				ahead++
			},
			settle: func() {
				ADDQ(U8(ahead), i)
				ahead = 0
			},
			forget: func() { ahead = 0 },
		}.add(v, acc, k)
		each(func(m Mem, t reg.VecVirtual) { v.move(t, m) })
		ADDQ(I32(h*v.bytes()), rows)
		ADDQ(I32(h*v.bytes()), s)
		SUBQ(U8(run), left)
		jump(JMP, loop)
		Label(next)
	}
	// The sums of the first column are behind us.
	for range m - 1 {
		ADDQ(step, s)
	}
	ADDQ(U8(4*m), list)
	SUBQ(I32(256), NewParamAddr("shape", 32))
	CMPQ(NewParamAddr("shape", 32), I32(256))
	jump(JGE, group)
	VZEROUPPER()
	RET()
}
