package engine

import "github.com/go-ffjord/ffjord/internal/kernel"

// layout is a program with its columns placed in an arena for a number of lanes. It is not changed by running, and
// machines share it.
type layout struct {
	lanes   int  // capacity, a multiple of kernel.Lanes
	tile    int  // rows that run together, a multiple of kernel.Lanes
	row     bool // it is of a single row, and of nothing else
	steps   []step
	full    []step // the same where a tile is full
	arenaN  int    // elements of the arena
	sumsN   int    // elements of the accumulators
	scratch int    // elements of scratch
	folds   []fold
	start   []step             // of a row: what follows a change of the parameters
	common  *layout            // of tiles: of what is done once a run, in the uniform area
	numbers int                // where the numbers that a run has in common begin, there or in a row's arena
	plans   map[planKey]*plans // of steps and full, by kernels
}

// step is a call of a kernel.
type step struct {
	code  code
	op    int   // the operation it is of
	lanes int32 // of a column made of several; zero is those of the tile
	call  kernel.Descriptor
}

// fold makes the finished sum of a leaf matrix of its accumulator: that of an outer product, or a row sum's at s.
type fold struct {
	outer  *kernel.Outer
	s      int
	matrix int32
}

// layoutFor returns the layout for so many lanes, made once.
func (p *Program) layoutFor(n int) *layout {
	row := n == 1 && !p.hasSums()
	if !row {
		n = kernel.Pad(n)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.layouts[n]
	if l == nil {
		if row {
			l = p.newRowLayout()
		} else {
			l = p.newLayout(n)
		}
		p.layouts[n] = l
	}
	return l
}

func (p *Program) newLayout(n int) *layout {
	l := &layout{lanes: n, tile: min(p.tile(), n), plans: map[planKey]*plans{}}
	l.arenaN = p.arenaSize(n)
	place := placer{Program: p, layout: l, placed: map[list][]int32{}, sums: map[int32]int{}}
	if p.commonN > 0 {
		l.common = p.newCommonLayout()
		l.numbers = l.common.numbers
	}
	for i := range p.ops {
		if o := &p.ops[i]; !o.common {
			l.steps = append(l.steps, step{code: o.code, op: i, call: table[o.code].lay(&place, o)})
		}
	}
	l.flatten()
	for _, s := range l.steps {
		if k, ok := s.call.(*kernel.Outer); ok {
			l.scratch = max(l.scratch, k.Scratch(l.tile))
		}
	}
	return l
}

// The rows of a machine run tile by tile. Columns of inputs and outputs hold all of them, one column after the other;
// behind them lie the other columns, a tile long. For the tile that starts at row r the kernels are given the arena
// from element r on: inputs and outputs are then at the tile's rows, and the other columns are further on by r, for
// which the arena has room at its end. So one list of calls serves every tile.

// arenaSize is the number of elements of an arena for n rows, a multiple of kernel.Lanes.
func (p *Program) arenaSize(n int) int {
	tile := min(p.tile(), n)
	return p.fixedCount*n + p.slotCount*tile + n - tile
}

// uniformN is the number of elements of the uniform area, with some behind them that kernels may read.
func (l *layout) uniformN(p *Program) int {
	if l.common != nil {
		return l.common.arenaN + kernel.Lanes
	}
	return p.uniformN + kernel.Lanes
}

// columnOffset is the offset of a column in the arena of the first tile.
func (p *Program) columnOffset(l *layout, r ref) int32 {
	if at := p.commonAt[r.area]; at >= 0 {
		return int32(l.numbers+at) + r.at
	}
	if l.row {
		slot := p.slots[r.area]
		if !p.fixed[r.area] {
			slot += p.fixedCount
		}
		return int32(slot*kernel.Lanes) + r.at
	}
	slot := p.slots[r.area] + int(r.at)
	if p.fixed[r.area] {
		return int32(slot * l.lanes)
	}
	return int32(p.fixedCount*l.lanes + slot*l.tile)
}

// placer makes the calls of a layout.
type placer struct {
	*Program
	layout *layout
	placed map[list][]int32 // offsets of a list
	sums   map[int32]int    // where the accumulator of a leaf is
}

// offsets returns where the columns of a list lie in the arena, or its elements in the uniform area.
func (p *placer) offsets(l list) []int32 {
	if l == 0 {
		return nil
	}
	if out, ok := p.placed[l]; ok {
		return out
	}
	out := make([]int32, len(p.refs[l]))
	for j, r := range p.refs[l] {
		if r.isColumn() {
			out[j] = p.columnOffset(p.layout, r)
		} else {
			out[j] = int32(p.matrices[matrixOf(r.area)].off) + r.at
		}
	}
	p.placed[l] = out
	return out
}

// columns returns where the columns of operand i lie, nil where there are none.
func (p *placer) columns(o *op, i int) []int32 {
	if !o.in[i].isColumn() {
		return nil
	}
	return p.offsets(o.in[i].list())
}

func (p *placer) operand(o *op, i int) kernel.Operand {
	switch in := o.in[i]; in.kind {
	case kernel.Const:
		return kernel.Constant(p.numbers[in.id])
	case kernel.None:
		return kernel.Operand{}
	default:
		return kernel.Operand{Kind: in.kind, At: p.offsets(in.list())}
	}
}

// result returns where the columns of a result lie.
func (p *placer) result(o *op, buffer int32) []int32 {
	if buffer == noBuffer {
		return nil
	}
	return p.offsets(p.wholes[buffer])
}

// accumulator returns where the accumulator of an operation is, of so many elements. Its first operation enters how
// the sum is made of it.
func (p *placer) accumulator(o *op, size int, f fold) int {
	s, found := p.sums[o.leaf]
	if !found {
		s = p.layout.sumsN
		p.sums[o.leaf] = s
		p.layout.sumsN += kernel.Pad(size)
		f.s, f.matrix = s, o.leaf
		p.layout.folds = append(p.layout.folds, f)
	}
	return s
}
