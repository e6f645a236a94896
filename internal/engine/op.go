package engine

import (
	"math"

	"github.com/go-ffjord/ffjord/internal/kernel"
)

// code names the operations of the body, one for each kind of kernel.
type code uint8

const (
	opNone   code = iota // fused into another operation, or not needed
	opMatMul             // x, init, e, c, e2, c2: kernel.MatMul
	opAffine             // a, b, c: kernel.Affine
	opBinary             // a, b: kernel.Binary
	opChoose             // if, a, b: kernel.Choose
	opUnary              // x: kernel.Unary, dst2 the slope
	opReduce             // x: kernel.Reduce
	opCopy               // x: kernel.Copy
	opOuter              // a, b: kernel.Outer
	opRowSum             // x: kernel.RowSum
)

func (c code) String() string { return table[c].name }

// The operands of a product by their places in form.in.
const (
	mmX = iota
	mmInit
	mmE
	mmC
	mmE2
	mmC2
	operands
)

// operand is what an operation reads: id is a list of columns or of uniform elements, or the index of a number.
type operand struct {
	kind kernel.Kind
	id   int32
}

func columnsOf(l list) operand { return operand{kernel.Column, int32(l)} }

func (o operand) list() list     { return list(o.id) }
func (o operand) isColumn() bool { return o.kind == kernel.Column }
func (o operand) none() bool     { return o.kind == kernel.None }

// form is an operation but for where its results go. Equal forms have equal results.
type form struct {
	code        code
	fn          uint8 // a kernel.Fn or kernel.ReduceOp
	cols        int   // of each result
	in          [operands]operand
	w           view // of opMatMul
	packed      bool // w is
	alpha, beta float64
}

// hash returns equal numbers for equal forms.
func (f *form) hash() uint64 {
	h := mix(mix(uint64(f.code)<<8|uint64(f.fn), math.Float64bits(f.alpha)), math.Float64bits(f.beta))
	for _, in := range f.in {
		h = mix(h, uint64(in.kind)<<32|uint64(uint32(in.id)))
	}
	h = mix(h, uint64(f.cols)<<32|uint64(uint32(f.w.matrix)))
	return mix(h, uint64(f.w.off)<<32^uint64(f.w.rows)<<16^uint64(f.w.rowStride))
}

// mix takes another word into a hash.
func mix(h, word uint64) uint64 {
	h = (h ^ word) * 0x9e3779b97f4a7c15
	return h ^ h>>32
}

// op is an operation of the body. Its results are buffers, or it adds to the accumulator of a leaf matrix.
type op struct {
	form
	dst, dst2 int32
	leaf      int32
	source    int32 // what it was asked for by
	common    bool  // it is done once a run: see common.go
}

const noBuffer = -1

// results calls f for each buffer that the operation writes.
func (o *op) results(f func(buffer int32)) {
	if o.dst != noBuffer {
		f(o.dst)
	}
	if o.dst2 != noBuffer {
		f(o.dst2)
	}
}

// isSum reports whether the operation adds to an accumulator.
func (o *op) isSum() bool { return table[o.code].sum }
