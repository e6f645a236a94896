package engine

import (
	"slices"
	"sort"
)

// assignSlots gives every buffer a run of column slots, so that buffers that are not alive together share them. Inputs
// and outputs have slots of their own, in a region of their own.
func (p *Program) assignSlots() {
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
		keep[in.buffer] = true
	}
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
		dying = dying[:0]
		p.reads(o, func(_ int, r ref, _ int) {
			if last[r.area] == i && !keep[r.area] {
				last[r.area] = len(p.ops) // once
				dying = append(dying, r.area)
			}
		})
		if k := p.inPlace(o, dying, mmInit, mmE, mmC); k >= 0 && !keep[o.dst] {
			p.slots[o.dst] = p.slots[dying[k]]
			dying = append(dying[:k], dying[k+1:]...)
		}
		if o.code == opMatMul && o.dst2 != noBuffer && !keep[o.dst2] {
			if k := p.inPlace(o, dying, mmE2, mmC2); k >= 0 {
				p.slots[o.dst2] = p.slots[dying[k]]
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

// inPlace returns the index of a dying buffer that the result of o may overwrite, or -1: one that o reads column by
// column in the order of its result, and in no other way; a matrix product only as the given operands.
func (p *Program) inPlace(o *op, dying []int32, places ...int) int {
	switch o.code {
	case opAffine, opBinary, opChoose, opUnary, opMatMul:
	default:
		return -1
	}
	for k, buffer := range dying {
		if p.buffers[buffer] != o.cols {
			continue
		}
		ok := true
		p.reads(o, func(operand int, r ref, j int) {
			if r.area != buffer {
				return
			}
			if int(r.at) != j || o.code == opMatMul && !slices.Contains(places, operand) {
				ok = false
			}
		})
		if ok {
			return k
		}
	}
	return -1
}

// slotSpace deals out runs of slots, the first gap that fits.
type slotSpace struct {
	size int
	gaps []gap // in order, never touching
}

type gap struct{ from, to int }

func (s *slotSpace) take(n int) int {
	for i := range s.gaps {
		g := &s.gaps[i]
		if g.to-g.from >= n {
			from := g.from
			if g.from += n; g.from == g.to {
				s.gaps = append(s.gaps[:i], s.gaps[i+1:]...)
			}
			return from
		}
	}
	from := s.size
	if k := len(s.gaps); k > 0 && s.gaps[k-1].to == s.size {
		from = s.gaps[k-1].from
		s.gaps = s.gaps[:k-1]
	}
	s.size = from + n
	return from
}

func (s *slotSpace) free(from, n int) {
	i := sort.Search(len(s.gaps), func(i int) bool { return s.gaps[i].from > from })
	s.gaps = append(s.gaps, gap{})
	copy(s.gaps[i+1:], s.gaps[i:])
	s.gaps[i] = gap{from, from + n}
	if i+1 < len(s.gaps) && s.gaps[i].to == s.gaps[i+1].from {
		s.gaps[i].to = s.gaps[i+1].to
		s.gaps = append(s.gaps[:i+1], s.gaps[i+2:]...)
	}
	if i > 0 && s.gaps[i-1].to == s.gaps[i].from {
		s.gaps[i-1].to = s.gaps[i].to
		s.gaps = append(s.gaps[:i], s.gaps[i+1:]...)
	}
}
