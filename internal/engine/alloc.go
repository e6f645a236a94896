package engine

import (
	"slices"

	"github.com/go-ffjord/ffjord/internal/kernel"
)

// assignSlots gives every buffer a run of column slots, so that buffers that are not alive together share them. Inputs
// and outputs have slots of their own, in a region of their own.
func (c *compiler) assignSlots() {
	p := c.prog
	p.slots = make([]int, len(p.buffers))
	for i := range p.slots {
		p.slots[i] = -1
	}
	last := make([]int, len(p.buffers)) // operation that reads a buffer last
	for i := range last {
		last[i] = -1
	}
	keep := make([]bool, len(p.buffers))
	p.fixed = keep
	for i := range p.ops {
		p.reads(&p.ops[i], func(_ int, r ref, _ int) { last[r.area] = i })
	}
	for _, o := range p.outputs {
		if o.value.perRow {
			for _, r := range p.refs[o.value.list] {
				keep[r.area] = true
			}
		}
	}
	for _, in := range p.inputs {
		keep[in.buffer] = !in.common
	}
	p.placeCommon()
	for buffer, kept := range keep {
		if kept {
			p.slots[buffer] = p.fixedCount
			p.fixedCount += p.buffers[buffer]
		}
	}
	var space slotSpace
	var dying []int32
	for i := range p.ops {
		o := &p.ops[i]
		if o.common {
			continue
		}
		dying = dying[:0]
		p.reads(o, func(_ int, r ref, _ int) {
			if last[r.area] == i && !keep[r.area] {
				last[r.area] = len(p.ops) // once
				dying = append(dying, r.area)
			}
		})
		for i, dst := range [...]int32{o.dst, o.dst2} {
			if dst == noBuffer || keep[dst] {
				continue
			}
			if k := p.inPlace(o, dying, table[o.code].overwrite[i]); k >= 0 {
				p.slots[dst] = p.slots[dying[k]]
				dying = append(dying[:k], dying[k+1:]...)
			}
		}
		o.results(func(buffer int32) {
			if p.slots[buffer] < 0 {
				p.slots[buffer] = space.take(p.buffers[buffer])
			}
		})
		for _, buffer := range dying {
			space.free(p.slots[buffer], p.buffers[buffer])
		}
		o.results(func(buffer int32) {
			if last[buffer] < 0 && !keep[buffer] {
				space.free(p.slots[buffer], p.buffers[buffer])
			}
		})
	}
	p.slotCount = space.size
}

// placeCommon gives the numbers that all rows of a run have in common a place, each buffer's one after the other and
// with room behind them for what a kernel does beyond.
func (p *Program) placeCommon() {
	p.commonAt = make([]int, len(p.buffers))
	for buffer := range p.commonAt {
		p.commonAt[buffer] = -1
	}
	place := func(buffer int32) {
		p.commonAt[buffer] = p.commonN
		p.commonN += kernel.Pad(p.buffers[buffer])
	}
	for _, in := range p.inputs {
		if in.common {
			place(in.buffer)
		}
	}
	for i := range p.ops {
		if o := &p.ops[i]; o.common {
			o.results(place)
		}
	}
}

// reads calls f for each column that o reads: the place of the operand, the column, and its place in the operand.
func (p *Program) reads(o *op, f func(operand int, r ref, j int)) {
	for k, in := range o.in {
		if in.isColumn() {
			for j, r := range p.refs[in.list()] {
				f(k, r, j)
			}
		}
	}
}

// inPlace returns the index of a dying buffer that a result of o may overwrite, or -1: one that o reads as the given
// operands alone, column by column in the order of the result.
func (p *Program) inPlace(o *op, dying []int32, operands []int) int {
	if operands == nil {
		return -1
	}
	for k, buffer := range dying {
		if p.buffers[buffer] != o.cols {
			continue
		}
		ok := true
		p.reads(o, func(operand int, r ref, j int) {
			if r.area == buffer && (int(r.at) != j || !slices.Contains(operands, operand)) {
				ok = false
			}
		})
		if ok {
			return k
		}
	}
	return -1
}
