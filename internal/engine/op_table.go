package engine

import (
	"fmt"
	"slices"

	"github.com/go-ffjord/ffjord/internal/kernel"
)

// kind is what the passes, the layout and the dump need to know of the operations of one code. How they run is in
// Machine.steps, how they run as one long column in layout_flat.go, and for a row alone in
// layout_row.go.
type kind struct {
	name      string
	sum       bool           // it adds to an accumulator
	overwrite [2][]int       // operands read column by column, whose place the first and the second result may take
	numbers   [operands]bool // operands that may be numbers (kernel.Uniform)
	lay       func(p *placer, o *op) kernel.Descriptor
	text      func(p *Program, o *op) string
	products  func(p *Program, o *op) int // multiply-adds of a product a row; nil for none
}

// byColumn reports whether an operand is read column by column, in the order of the result.
func (k *kind) byColumn(operand int) bool {
	return slices.Contains(k.overwrite[0], operand) || slices.Contains(k.overwrite[1], operand)
}

var (
	elementwise = [2][]int{{0, 1, 2}}
	all         = [operands]bool{true, true, true}
	ofProduct   = [2][]int{{mmInit, mmE, mmC}, {mmE2, mmC2}}
)

var table = [...]kind{
	opNone: {name: "none"},
	opMatMul: {name: "matmul", overwrite: ofProduct, numbers: [operands]bool{mmInit: true}, text: matMulText,
		lay: func(p *placer, o *op) kernel.Descriptor {
			return &kernel.MatMul{
				X: p.columns(o, mmX), Init: p.operand(o, mmInit),
				W: p.matrices[o.w.matrix].off + o.w.off, WK: o.w.rowStride, WJ: o.w.colStride, Packed: o.packed,
				Out:    kernel.Product{D: p.result(o, o.dst), E: p.operand(o, mmE), C: p.operand(o, mmC)},
				Second: kernel.Product{D: p.result(o, o.dst2), E: p.operand(o, mmE2), C: p.operand(o, mmC2)},
			}
		},
		products: func(p *Program, o *op) int { return len(p.refs[o.in[mmX].list()]) * o.cols }},
	opAffine: {name: "affine", overwrite: elementwise, numbers: [operands]bool{affB: true, affC: true}, text: affineText,
		lay: func(p *placer, o *op) kernel.Descriptor {
			return &kernel.Affine{D: p.result(o, o.dst), A: p.columns(o, affA), B: p.operand(o, affB),
				C: p.operand(o, affC), Alpha: o.alpha, Beta: o.beta}
		}},
	opBinary: {name: "binary", overwrite: elementwise, numbers: all,
		lay: func(p *placer, o *op) kernel.Descriptor {
			return &kernel.Binary{D: p.result(o, o.dst), A: p.operand(o, 0), B: p.operand(o, 1), Fn: Fn(o.fn)}
		},
		text: func(p *Program, o *op) string {
			return fmt.Sprintf("%v %s, %s", Fn(o.fn), p.operandText(o.in[0]), p.operandText(o.in[1]))
		}},
	opChoose: {name: "choose", overwrite: elementwise, numbers: all,
		lay: func(p *placer, o *op) kernel.Descriptor {
			return &kernel.Choose{D: p.result(o, o.dst), If: p.operand(o, 0), A: p.operand(o, 1), B: p.operand(o, 2)}
		},
		text: func(p *Program, o *op) string {
			in := []any{p.operandText(o.in[0]), p.operandText(o.in[1]), p.operandText(o.in[2])}
			return fmt.Sprintf("where %s, %s, %s", in...)
		}},
	opUnary: {name: "unary", overwrite: elementwise,
		lay: func(p *placer, o *op) kernel.Descriptor {
			return &kernel.Unary{D: p.result(o, o.dst), X: p.columns(o, 0), Slope: p.result(o, o.dst2), Fn: Fn(o.fn)}
		},
		text: func(p *Program, o *op) string {
			text := fmt.Sprintf("%v %s", Fn(o.fn), p.operandText(o.in[0]))
			if o.dst2 != noBuffer {
				text += " and its slope"
			}
			return text
		}},
	opReduce: {name: "reduce",
		lay: func(p *placer, o *op) kernel.Descriptor {
			return &kernel.Reduce{X: p.columns(o, 0), D: p.result(o, o.dst)[0], Op: kernel.ReduceOp(o.fn)}
		},
		text: func(p *Program, o *op) string {
			return fmt.Sprintf("%v %s", kernel.ReduceOp(o.fn), p.operandText(o.in[0]))
		}},
	opCopy: {name: "copy", overwrite: [2][]int{{0}}, numbers: all,
		lay: func(p *placer, o *op) kernel.Descriptor {
			return &kernel.Copy{D: p.result(o, o.dst), X: p.operand(o, 0)}
		},
		text: func(p *Program, o *op) string { return p.operandText(o.in[0]) }},
	opOuter: {name: "outer", sum: true,
		lay: func(p *placer, o *op) kernel.Descriptor {
			k := &kernel.Outer{A: p.columns(o, 0), B: p.columns(o, 1)}
			k.S = p.accumulator(o, k.Size(), fold{outer: k})
			return k
		},
		text: func(p *Program, o *op) string {
			return fmt.Sprintf("+ %sᵀ · %s", p.operandText(o.in[0]), p.operandText(o.in[1]))
		},
		products: func(p *Program, o *op) int { return len(p.refs[o.in[0].list()]) * len(p.refs[o.in[1].list()]) }},
	opRowSum: {name: "rowsum", sum: true,
		lay: func(p *placer, o *op) kernel.Descriptor {
			k := &kernel.RowSum{X: p.columns(o, 0)}
			k.S = p.accumulator(o, k.Size(), fold{})
			return k
		},
		text: func(p *Program, o *op) string { return "+ Σ " + p.operandText(o.in[0]) }},
}

// matMulText is (x·w + init) ⊙ e + c, and what a second result is beside it.
func matMulText(p *Program, o *op) string {
	after := func(sign string, i int) string {
		if o.in[i].none() {
			return ""
		}
		return sign + p.operandText(o.in[i])
	}
	w := p.viewText(o.w)
	if o.packed {
		w += " packed"
	}
	text := fmt.Sprintf("(%s · %s%s)%s%s", p.operandText(o.in[mmX]), w,
		after(" + ", mmInit), after(" ⊙ ", mmE), after(" + ", mmC))
	if o.dst2 != noBuffer {
		text += fmt.Sprintf(", (same)%s%s", after(" ⊙ ", mmE2), after(" + ", mmC2))
	}
	return text
}

// affineText is α·a ⊙ b + β·c.
func affineText(p *Program, o *op) string {
	text := fmt.Sprintf("%v·%s", o.alpha, p.operandText(o.in[affA]))
	if !o.in[affB].none() {
		text += " ⊙ " + p.operandText(o.in[affB])
	}
	if !o.in[affC].none() {
		text += fmt.Sprintf(" + %v·%s", o.beta, p.operandText(o.in[affC]))
	}
	return text
}
