package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Offsets in Affine.
const (
	afA     = slice
	afB     = 2 * slice
	afC     = afB + operandSize
	afAlpha = afC + operandSize
	afBeta  = afAlpha + 8
)

// affine writes D = Alpha·A·B + Beta·C for B a column or a number (or none) and C a
// column, a number or none.
func affine(v vec) {
	for _, b := range []int{uniform, column} {
		for _, c := range []int{none, column, uniform} {
			affineKinds(v, b, c)
		}
	}
}

func affineKinds(v vec, bKind, cKind int) {
	name := "affine" + [...]string{column: "Column", uniform: "Number"}[bKind] +
		[...]string{none: "None", column: "Column", uniform: "Number"}[cKind]
	v.text(name, "a, arena, uniform *byte, n int", "is Affine by the kinds of B and C.")
	a, arena := param("a"), param("arena")
	alpha := v.coefficient(a, afAlpha, afB, bKind)
	beta := v.coefficient(a, afBeta, afC, cKind)
	columns(a, func(j reg.Register) {
		d, pa := v.columnOf(a, 0, j, arena), v.columnOf(a, afA, j, arena)
		var pb, pc reg.GPVirtual
		if bKind == column {
			pb = v.columnOf(a, afB, j, arena)
		}
		if cKind == column {
			pc = v.columnOf(a, afC, j, arena)
		}
		al, be := alpha(j), beta(j)
		v.rows(4, func(vectors int, at func(reg.Register, int) Mem) {
			for r := range vectors {
				x, t := v.reg(), v.reg()
				v.mul(at(pa, r), al, x)
				switch {
				case bKind == column && cKind == none:
					v.mul(at(pb, r), x, t)
				case bKind == column && cKind == column:
					v.mul(at(pc, r), be, t)
					v.fma(at(pb, r), x, t)
				case bKind == column:
					v.move(be, t)
					v.fma(at(pb, r), x, t)
				case cKind == none:
					t = x
				case cKind == column:
					t = x
					v.fma(at(pc, r), be, t)
				default:
					v.add(be, x, t)
				}
				v.move(t, at(d, r))
			}
		})
	})
	VZEROUPPER()
	RET()
}

// coefficient gives, for column j, the factor at disp times the operand's number, if
// the operand is one.
func (v vec) coefficient(a reg.Register, disp, operand, kind int) func(j reg.Register) reg.VecVirtual {
	factor := v.real(Mem{Base: a, Disp: disp})
	if kind != uniform {
		return func(reg.Register) reg.VecVirtual { return factor }
	}
	varies, ready := GP64(), label("factor")
	MOVQ(Mem{Base: a, Disp: operand + operandKind}, varies)
	CMPQ(varies, U8(constant))
	jump(JNE, ready)
	v.mul(v.real(Mem{Base: a, Disp: operand + operandReal}), factor, factor)
	Label(ready)
	return func(j reg.Register) reg.VecVirtual {
		f, same := v.reg(), label("factor")
		v.move(factor, f)
		CMPQ(Mem{Base: a, Disp: operand + operandKind}, U8(uniform))
		jump(JNE, same)
		u := v.reg()
		v.broadcast(Mem{Base: param("uniform"), Index: loadIndex(load(a, operand), j), Scale: v.scale()}, u)
		v.mul(u, f, f)
		Label(same)
		return f
	}
}
