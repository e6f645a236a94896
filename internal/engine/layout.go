package engine

import "github.com/go-ffjord/ffjord/internal/kernel"

// layout is a program with its columns placed in an arena for a number of lanes. It is not changed by running, and
// machines share it.
type layout struct {
	lanes   int // capacity, a multiple of kernel.Lanes
	tile    int // rows that run together, a multiple of kernel.Lanes
	steps   []step
	full    []step // the same where a tile is full
	arenaN  int    // elements of the arena
	sumsN   int    // elements of the accumulators
	scratch int    // elements of scratch
	folds   []fold

	matMuls []kernel.MatMul
	affines []kernel.Affine
	binarys []kernel.Binary
	chooses []kernel.Choose
	unarys  []kernel.Unary
	reduces []kernel.Reduce
	copies  []kernel.Copy
	outers  []kernel.Outer
	rowSums []kernel.RowSum
}

// step is a call of a kernel: the descriptor at an index of its code's list.
type step struct {
	code  code
	index int32
	lanes int32 // of a column made of several; zero is those of the tile
}

// fold makes the finished sum of a leaf matrix of its accumulator: that of an outer product, or a row sum's.
type fold struct {
	outer  *kernel.Outer
	s, n   int // of a row sum
	matrix int32
}

// layoutFor returns the layout for so many lanes, made once.
func (p *Program) layoutFor(n int) *layout {
	n = kernel.Pad(n)
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.layouts[n]
	if l == nil {
		l = p.newLayout(n)
		p.layouts[n] = l
	}
	return l
}

func (p *Program) newLayout(n int) *layout {
	l := &layout{lanes: n, tile: min(p.tile(), n)}
	l.arenaN = p.arenaSize(n)
	placed := map[list][]int32{}
	at := map[int32]int{} // accumulator of a leaf
	for i := range p.ops {
		p.lay(l, &p.ops[i], placed, at)
	}
	l.flatten()
	for i := range l.outers {
		l.scratch = max(l.scratch, l.outers[i].Scratch(l.tile))
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

// columnOffset is the offset of a column in the arena of the first tile.
func (p *Program) columnOffset(l *layout, r ref) int32 {
	slot := p.slots[r.area] + int(r.at)
	if p.fixed[r.area] {
		return int32(slot * l.lanes)
	}
	return int32(p.fixedCount*l.lanes + slot*l.tile)
}

// offsets returns where the columns of a list lie in the arena, or its elements in the uniform area.
func (p *Program) offsets(to *layout, l list, placed map[list][]int32) []int32 {
	if l == 0 {
		return nil
	}
	if out, ok := placed[l]; ok {
		return out
	}
	out := make([]int32, len(p.refs[l]))
	for j, r := range p.refs[l] {
		if r.isColumn() {
			out[j] = p.columnOffset(to, r)
		} else {
			out[j] = int32(p.matrices[matrixOf(r.area)].off) + r.at
		}
	}
	placed[l] = out
	return out
}

// lay adds the call for o.
func (p *Program) lay(l *layout, o *op, placed map[list][]int32, at map[int32]int) {
	columns := func(i int) []int32 {
		if !o.in[i].isColumn() {
			return nil
		}
		return p.offsets(l, o.in[i].list(), placed)
	}
	operand := func(i int) kernel.Operand {
		switch in := o.in[i]; in.kind {
		case kernel.Const:
			return kernel.Constant(p.numbers[in.id])
		case kernel.None:
			return kernel.Operand{}
		default:
			return kernel.Operand{Kind: in.kind, At: p.offsets(l, in.list(), placed)}
		}
	}
	result := func(buffer int32) []int32 {
		if buffer == noBuffer {
			return nil
		}
		out := make([]int32, o.cols)
		for j := range out {
			out[j] = p.columnOffset(l, ref{buffer, int32(j)})
		}
		return out
	}
	accumulator := func(size int) (s int, first bool) {
		s, found := at[o.leaf]
		if !found {
			s = l.sumsN
			at[o.leaf] = s
			l.sumsN += kernel.Pad(size)
		}
		return s, !found
	}
	first := false
	index := 0
	d := result(o.dst)
	switch o.code {
	case opMatMul:
		w := o.w
		index = push(&l.matMuls, kernel.MatMul{X: columns(mmX), W: p.matrices[w.matrix].off + w.off, WK: w.rowStride,
			WJ: w.colStride, Init: operand(mmInit), Out: kernel.Product{D: d, E: columns(mmE), C: columns(mmC)},
			Second: kernel.Product{D: result(o.dst2), E: columns(mmE2), C: columns(mmC2)}})
	case opAffine:
		index = push(&l.affines, kernel.Affine{D: d, A: columns(affA), B: operand(affB), C: operand(affC),
			Alpha: o.alpha, Beta: o.beta})
	case opBinary:
		index = push(&l.binarys, kernel.Binary{D: d, A: operand(0), B: operand(1), Fn: Fn(o.fn)})
	case opChoose:
		index = push(&l.chooses, kernel.Choose{D: d, If: operand(0), A: operand(1), B: operand(2)})
	case opUnary:
		index = push(&l.unarys, kernel.Unary{D: d, X: columns(0), Slope: result(o.dst2), Fn: Fn(o.fn)})
	case opReduce:
		index = push(&l.reduces, kernel.Reduce{X: columns(0), D: d[0], Op: kernel.ReduceOp(o.fn)})
	case opCopy:
		index = push(&l.copies, kernel.Copy{D: d, X: operand(0)})
	case opOuter:
		k := kernel.Outer{A: columns(0), B: columns(1)}
		k.S, first = accumulator(k.Size())
		index = push(&l.outers, k)
		if first {
			l.folds = append(l.folds, fold{outer: &k, matrix: o.leaf})
		}
	case opRowSum:
		k := kernel.RowSum{X: columns(0)}
		k.S, first = accumulator(k.Size())
		index = push(&l.rowSums, k)
		if first {
			l.folds = append(l.folds, fold{s: k.S, n: len(k.X), matrix: o.leaf})
		}
	}
	l.steps = append(l.steps, step{code: o.code, index: int32(index)})
}

func push[E any](list *[]E, e E) int {
	*list = append(*list, e)
	return len(*list) - 1
}
