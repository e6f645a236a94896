package main

import (
	. "github.com/mmcloughlin/avo/build"
)

// peakWidth is the number of independent fused multiply-adds of a turn, more than any
// processor has under way.
const peakWidth = 12

// peak writes the loop that measures how many of them the processor does.
func peak(v vec) {
	v.text("peak", "n int", "does n turns of independent fused multiply-adds.")
	n, loop := param("n"), label("turn")
	acc, x := v.regs(peakWidth), v.reg()
	v.zero(x)
	for _, r := range acc {
		v.move(x, r)
	}
	Label(loop)
	for _, r := range acc {
		v.fma(x, x, r)
	}
	DECQ(n)
	jump(JNE, loop)
	VZEROUPPER()
	RET()
}
