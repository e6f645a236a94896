package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// transpose turns 16 columns, 16 rows at a time, into rows of width elements.
func transpose(v vec) {
	v.text("transpose", "dst, arena *byte, x *int32, last, width, n int",
		"writes columns x[0] to x[15], those after the last repeating it, as 16 elements of each row; n is a multiple of 16.")
	dst, arena, list, last, step := param("dst"), param("arena"), param("x"), param("last"), param("width")
	SHLQ(U8(map[int]int{4: 2, 8: 3}[v.size()]), step)
	side := v.bytes() / v.size() // of the square blocks transposed in registers
	n, loop, done := GP64(), label("rows"), label("done")
	XORQ(n, n)
	Label(loop)
	CMPQ(n, NewParamAddr("n", 40))
	jump(JGE, done)
	for r := 0; r < lanes; r += side {
		for c := 0; c < lanes; c += side {
			block := v.regs(side)
			for i := range block {
				o := GP64()
				MOVQ(U32(c+i), o)
				CMPQ(o, last)
				CMOVQGT(last, o)
				MOVLQSX(Mem{Base: list, Index: o, Scale: 4}, o)
				ADDQ(n, o)
				v.move(Mem{Base: arena, Index: o, Scale: v.scale(), Disp: r * v.size()}, block[i])
			}
			q := GP64()
			MOVQ(dst, q)
			for i, t := range v.transposed(block) {
				v.move(t, Mem{Base: q, Disp: c * v.size()})
				if i < side-1 {
					ADDQ(step, q)
				}
			}
		}
		for range side {
			ADDQ(step, dst)
		}
	}
	ADDQ(U8(lanes), n)
	jump(JMP, loop)
	Label(done)
	VZEROUPPER()
	RET()
}

// transposed is the transpose of a square block held in registers: pairs of elements,
// of pairs, ... change places, first within 128 bits, then between these.
func (v vec) transposed(in []reg.VecVirtual) []reg.VecVirtual {
	pairs := func(lo, hi func(...Op), in []reg.VecVirtual, distance int) []reg.VecVirtual {
		out := v.regs(len(in))
		for i := range in {
			if i&distance == 0 {
				lo(in[i|distance], in[i], out[i])
				hi(in[i|distance], in[i], out[i|distance])
			}
		}
		return out
	}
	unpackD := func(in []reg.VecVirtual, d int) []reg.VecVirtual { return pairs(VUNPCKLPD, VUNPCKHPD, in, d) }
	lane := func(in []reg.VecVirtual, d, low, high int) []reg.VecVirtual {
		shuffle := func(sel int) func(...Op) {
			return func(o ...Op) {
				if v.wide {
					VSHUFF64X2(U8(sel), o[0], o[1], o[2])
				} else {
					VPERM2F128(U8(sel), o[0], o[1], o[2])
				}
			}
		}
		return pairs(shuffle(low), shuffle(high), in, d)
	}
	t, d := in, 1
	if !v.double {
		t, d = pairs(VUNPCKLPS, VUNPCKHPS, t, 1), 2
	}
	t = unpackD(t, d)
	if !v.double {
		t = reorder(t, func(i int) int { return i&^3 | i>>1&1 | i<<1&2 })
	}
	d *= 2
	if !v.wide {
		return lane(t, d, 0x20, 0x31)
	}
	t = lane(t, d, 0x88, 0xdd)
	return lane(t, 2*d, 0x88, 0xdd)
}

// reorder gives r[i] = t[from(i)].
func reorder(t []reg.VecVirtual, from func(int) int) []reg.VecVirtual {
	r := make([]reg.VecVirtual, len(t))
	for i := range r {
		r[i] = t[from(i)]
	}
	return r
}
