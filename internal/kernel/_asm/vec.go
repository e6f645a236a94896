package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// vec is a variant: the element type and the width of the vectors. Its methods emit
// one instruction (or the few that stand for it) with operands in the order of Go's
// assembler: sources first, the destination last, a memory operand only as the first.
type vec struct {
	wide   bool // AVX-512, else AVX2 with FMA
	double bool // float64, else float32
}

// lanes is the number of rows kernels handle together, package kernel's Lanes.
const lanes = 16

func (v vec) bytes() int { // of a vector
	if v.wide {
		return 64
	}
	return 32
}

func (v vec) size() int { // of an element
	if v.double {
		return 8
	}
	return 4
}

func (v vec) unit() int { return lanes * v.size() / v.bytes() } // vectors per 16 lanes

func (v vec) scale() uint8 { return uint8(v.size()) }

// suffix ends the names of a variant's functions.
func (v vec) suffix() string {
	s := "F32"
	if v.double {
		s = "F64"
	}
	if v.wide {
		return s + "AVX512"
	}
	return s + "AVX2"
}

// text starts a function.
func (v vec) text(name, params, doc string) {
	name += v.suffix()
	TEXT(name, NOSPLIT, "func("+params+")")
	Doc(name + " " + doc)
}

func (v vec) reg() reg.VecVirtual {
	if v.wide {
		return ZMM()
	}
	return YMM()
}

func (v vec) regs(n int) []reg.VecVirtual {
	r := make([]reg.VecVirtual, n)
	for i := range r {
		r[i] = v.reg()
	}
	return r
}

func (v vec) emit(single, double func(...Op), ops ...Op) {
	f := single
	if v.double {
		f = double
	}
	if late != nil {
		*late = append(*late, func() { f(ops...) })
		return
	}
	f(ops...)
}

// late is where instructions are put off to, nil where they are written at once.
var late *[]func()

// interleave writes the code of count vectors in turn, an instruction of each: what body writes for one of them is a
// long chain, and the processor looks but so far ahead.
func interleave(count int, body func(r int)) {
	streams := make([][]func(), count)
	for r := range streams {
		late = &streams[r]
		body(r)
	}
	late = nil
	for i := range streams[0] {
		for _, s := range streams {
			s[i]()
		}
	}
}

// two makes a variadic instruction of one with two operands.
func two(f func(a, b Op)) func(...Op) {
	return func(o ...Op) { f(o[0], o[1]) }
}

// three makes a variadic instruction of one with three operands.
func three(f func(a, b, c Op)) func(...Op) {
	return func(o ...Op) { f(o[0], o[1], o[2]) }
}

func (v vec) move(a, d Op)       { v.emit(VMOVUPS, VMOVUPD, a, d) }
func (v vec) broadcast(a, d Op)  { v.emit(VBROADCASTSS, VBROADCASTSD, a, d) }
func (v vec) add(b, a, d Op)     { v.emit(VADDPS, VADDPD, b, a, d) }             // d = a + b
func (v vec) sub(b, a, d Op)     { v.emit(VSUBPS, VSUBPD, b, a, d) }             // d = a - b
func (v vec) mul(b, a, d Op)     { v.emit(VMULPS, VMULPD, b, a, d) }             // d = a·b
func (v vec) div(b, a, d Op)     { v.emit(VDIVPS, VDIVPD, b, a, d) }             // d = a/b
func (v vec) sqrt(a, d Op)       { v.emit(VSQRTPS, VSQRTPD, a, d) }              // d = √a
func (v vec) max(b, a, d Op)     { v.emit(VMAXPS, VMAXPD, b, a, d) }             // d = a > b ? a : b
func (v vec) min(b, a, d Op)     { v.emit(VMINPS, VMINPD, b, a, d) }             // d = a < b ? a : b
func (v vec) and(b, a, d Op)     { v.emit(VANDPS, VANDPD, b, a, d) }             // d = a & b
func (v vec) or(b, a, d Op)      { v.emit(VORPS, VORPD, b, a, d) }               // d = a | b
func (v vec) xor(b, a, d Op)     { v.emit(VXORPS, VXORPD, b, a, d) }             // d = a ^ b
func (v vec) fma(b, a, d Op)     { v.emit(VFMADD231PS, VFMADD231PD, b, a, d) }   // d += a·b
func (v vec) fnma(b, a, d Op)    { v.emit(VFNMADD231PS, VFNMADD231PD, b, a, d) } // d -= a·b
func (v vec) horner(c, x, d Op)  { v.emit(VFMADD213PS, VFMADD213PD, c, x, d) }   // d = d·x + c
func (v vec) hornerN(c, x, d Op) { v.emit(VFNMADD213PS, VFNMADD213PD, c, x, d) } // d = c - d·x
func (v vec) hornerS(c, x, d Op) { v.emit(VFMSUB213PS, VFMSUB213PD, c, x, d) }   // d = d·x - c
func (v vec) addInt(b, a, d Op)  { v.emit(VPADDD, VPADDQ, b, a, d) }

func (v vec) shiftLeft(by int, a, d Op)  { v.emit(VPSLLD, VPSLLQ, U8(by), a, d) }
func (v vec) shiftRight(by int, a, d Op) { v.emit(VPSRLD, VPSRLQ, U8(by), a, d) }

// round to an integral value: mode 1 down, 2 up.
func (v vec) round(mode int, a, d Op) {
	if v.wide {
		v.emit(VRNDSCALEPS, VRNDSCALEPD, U8(mode|8), a, d)
		return
	}
	v.emit(three(VROUNDPS), three(VROUNDPD), U8(mode|8), a, d)
}

// Predicates of compare, none signalling: those that begin with not hold for NaN.
const (
	equal        = 0x00
	less         = 0x11
	lessEqual    = 0x12
	unordered    = 0x03
	notEqual     = 0x04
	notLess      = 0x15
	notLessEqual = 0x16
	greaterEqual = 0x1d
	greater      = 0x1e
)

// compare gives a mask of the lanes where a ~ b.
func (v vec) compare(predicate int, b, a Op) Op {
	var m Op = v.reg()
	if v.wide {
		m = K()
	}
	v.emit(VCMPPS, VCMPPD, U8(predicate), b, a, m)
	return m
}

// blend is d = mask ? yes : no.
func (v vec) blend(mask, yes, no, d Op) {
	if v.wide {
		v.emit(VBLENDMPS, VBLENDMPD, yes, no, mask, d)
		return
	}
	four := func(f func(a, b, c, d Op)) func(...Op) {
		return func(o ...Op) { f(o[0], o[1], o[2], o[3]) }
	}
	v.emit(four(VBLENDVPS), four(VBLENDVPD), mask, yes, no, d)
}

// signMask makes a mask of the sign bits of a.
func (v vec) signMask(a Op) Op {
	if !v.wide {
		return a
	}
	k := K()
	v.emit(two(VPMOVD2M), two(VPMOVQ2M), a, k)
	return k
}

// maskBits gives the mask as bits of a general register.
func (v vec) maskBits(mask Op) reg.GPVirtual {
	r := GP32()
	switch {
	case v.wide:
		KMOVW(mask, r)
	case v.double:
		VMOVMSKPD(mask, r)
	default:
		VMOVMSKPS(mask, r)
	}
	return r
}

// zero clears d. It loads, since avo takes an exclusive or of d with itself for a use
// of d and keeps its register occupied from the start of the function.
func (v vec) zero(d reg.VecVirtual) { v.move(v.number(0), d) }

// bits is the representation of x in the element type.
func (v vec) bits(x float64) uint64 {
	if v.double {
		return math.Float64bits(x)
	}
	return uint64(math.Float32bits(float32(x)))
}

var labels int

// label is a new name for a place in the code.
func label(name string) string {
	labels++
	return fmt.Sprintf("%s%d", name, labels)
}

func jump(f func(Op), to string) { f(LabelRef(to)) }

// param loads a parameter.
func param(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }

// load is the 64-bit word at an offset from base.
func load(base reg.Register, disp int) reg.GPVirtual {
	r := GP64()
	MOVQ(Mem{Base: base, Disp: disp}, r)
	return r
}

// loadIndex is the int32 number i of a list.
func loadIndex(list, i reg.Register) reg.GPVirtual {
	r := GP64()
	MOVLQSX(Mem{Base: list, Index: i, Scale: 4}, r)
	return r
}

// element is the address base + i elements.
func (v vec) element(base, i reg.Register) reg.GPVirtual {
	r := GP64()
	LEAQ(Mem{Base: base, Index: i, Scale: v.scale()}, r)
	return r
}

// real loads a float64 of a descriptor, in the element type, into all lanes.
func (v vec) real(m Mem) reg.VecVirtual {
	d := v.reg()
	if v.double {
		VBROADCASTSD(m, d)
		return d
	}
	x := XMM()
	VMOVSD(m, x)
	VCVTSD2SS(x, x, x)
	VBROADCASTSS(x, d)
	return d
}

// Offsets in the descriptors of package kernel.
const (
	slice       = 24 // bytes of a slice header
	operandList = 0
	operandReal = 24
	operandKind = 32
	operandSize = 40
)

// Kinds of operands.
const (
	none = iota
	column
	uniform
	constant
)
