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

// affine writes D = Alpha·A·B + Beta·C for B a column or a number (or none) and C a column, a number or none, every
// product and the sum rounded; and once more, for less work, with the factors of columns left out where they are 1.
func affine(v vec) {
	for _, k := range affineKinds {
		k.write(v)
	}
}

// affineKind is a case of affine: by the kinds of B and C, and whether factors of 1 are left out.
type affineKind struct {
	b, c int
	unit bool
}

var affineKinds = []affineKind{
	{uniform, none, false}, {uniform, column, false}, {uniform, uniform, false},
	{column, none, false}, {column, column, false}, {column, uniform, false},
	{uniform, column, true}, {column, none, true}, {column, column, true}, {column, uniform, true},
}

func (k affineKind) name() string {
	name := "affine" + [...]string{column: "Column", uniform: "Number"}[k.b] +
		[...]string{none: "None", column: "Column", uniform: "Number"}[k.c]
	if k.unit {
		name += "Unit"
	}
	return name
}

func (k affineKind) write(v vec) {
	v.text(k.name(), "a, arena, uniform *byte, n int", "is Affine by the kinds of B and C.")
	a, arena := param("a"), param("arena")
	var alpha, beta func(j reg.Register) reg.VecVirtual
	if !k.unit || k.b == uniform {
		alpha = v.coefficient(a, afAlpha, afB, k.b)
	}
	if k.c == uniform || k.c == column && !k.unit {
		beta = v.coefficient(a, afBeta, afC, k.c)
	}
	columns(a, func(j reg.Register) {
		d, pa := v.columnOf(a, 0, j, arena), v.columnOf(a, afA, j, arena)
		var pb, pc reg.GPVirtual
		if k.b == column {
			pb = v.columnOf(a, afB, j, arena)
		}
		if k.c == column {
			pc = v.columnOf(a, afC, j, arena)
		}
		var al, be reg.VecVirtual
		if alpha != nil {
			al = alpha(j)
		}
		if beta != nil {
			be = beta(j)
		}
		v.rows(4, func(vectors int, at func(reg.Register, int) Mem) {
			for r := range vectors {
				x := v.reg()
				if alpha != nil {
					v.mul(at(pa, r), al, x)
				} else {
					v.move(at(pa, r), x)
				}
				if k.b == column {
					v.mul(at(pb, r), x, x)
				}
				switch {
				case k.c == column && beta != nil:
					t := v.reg()
					v.mul(at(pc, r), be, t)
					v.add(t, x, x)
				case k.c == column:
					v.add(at(pc, r), x, x)
				case k.c == uniform:
					v.add(be, x, x)
				}
				v.move(x, at(d, r))
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
