package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// trigonometric writes sin(x + quadrant·π/2): with k = round(x·2/π) and r = x - k·π/2
// taken off in three parts, ±sin r or ±cos r by the last two bits of k + quadrant.
// Where |x| is beyond the reduction's reach, x is left in place and the result of the
// function is not 0.
func trigonometric(v vec, name string, quadrant uint64) {
	v.emitTrigText(name)
	a, arena := param("a"), param("arena")
	// π/2 in three parts, none negative, so that k = 0 leaves -0 what it is. The
	// products with k need not be exact since each is fused with its subtraction.
	first, second := math.Pi/2, math.Nextafter(6.123233995736766e-17, 0)
	parts := []float64{first, second, 6.123233995736766e-17 - second - 1.4973849048591833e-33}
	s, q, limit := sin64[:], cos64[:], 1e9
	if !v.double {
		h := float64(math.Nextafter32(math.Pi/2, 0))
		m := float64(math.Nextafter32(float32(first-h), 0))
		parts = []float64{h, m, first - h - m + 6.123233995736766e-17}
		s, q, limit = sin32[:], cos32[:], 30000
	}
	c := v.constants(append(append([]float64{2 / math.Pi, v.magic(), .5, 1, limit, parts[0], parts[1], parts[2]}, s...), q...)...)
	far := GP32()
	XORL(far, far)
	columns(a, func(j reg.Register) {
		d, px := v.columnOf(a, 0, j, arena), v.columnOf(a, unX, j, arena)
		v.rows(2, func(vectors int, at func(reg.Register, int) Mem) {
			for i := range vectors {
				x, k, r, w := v.reg(), v.reg(), v.reg(), v.reg()
				v.move(at(px, i), x)
				v.move(c.at(v.magic()), k)
				v.fma(c.at(2/math.Pi), x, k)
				t := v.reg()
				v.sub(c.at(v.magic()), k, t)
				v.move(x, r)
				for _, p := range parts {
					v.fnma(c.at(p), t, r)
				}
				v.mul(r, r, w)
				sine, cosine := c.polynomial(s, w), c.polynomial(q, w)
				v.mul(w, sine, sine)
				v.horner(r, r, sine) // r + r·w·S
				c.withSign(r, sine)  // for r = -0
				one := v.reg()
				v.move(c.at(1), one)
				v.fnma(c.at(.5), w, one)
				v.mul(w, w, w)
				v.horner(one, w, cosine) // 1 - w/2 + w²·C
				if quadrant != 0 {
					v.addInt(c.bits(quadrant), k, k)
				}
				odd, flip := v.reg(), v.reg()
				v.shiftLeft(8*v.size()-1, k, odd)
				v.shiftLeft(8*v.size()-2, k, flip)
				v.blend(v.signMask(odd), cosine, sine, sine)
				v.and(c.bits(v.signBit()), flip, flip)
				v.xor(flip, sine, sine)
				beyond := v.compare(notLessEqual, c.at(limit), c.magnitude(x))
				v.blend(beyond, x, sine, sine)
				ORL(v.maskBits(beyond), far)
				v.move(sine, at(d, i))
			}
		})
	})
	VZEROUPPER()
	Store(far, ReturnIndex(0))
	RET()
}

func (v vec) emitTrigText(name string) {
	name += v.suffix()
	TEXT(name, NOSPLIT, "func(a, arena *byte, n int) uint32")
	Doc(name + " is Unary for one operation; not 0 if some x was too large and left as it is.")
}
