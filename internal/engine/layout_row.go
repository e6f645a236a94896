package engine

import "github.com/go-ffjord/ffjord/internal/kernel"

// A single row would use one lane of sixteen. So it has a layout of its own, with the columns of a buffer one after the
// other: what is a long column of rows elsewhere is the row itself here. An element-wise kernel does all columns of an
// operation as lanes, and a product is [kernel.RowMatMul]. Buffers keep the slots they have, 16 elements for each of
// their columns, so that there is room behind the numbers for what a kernel does beyond them.
//
// An operand whose numbers do not follow one another is gathered first: once and for all where they are the same for
// all runs, once a run where they are inputs, else for the operation. Programs with sums over rows keep to lanes, but for
// what all rows of a run have in common, which is laid out like a row.

// hasSums reports whether the body adds to accumulators.
func (p *Program) hasSums() bool {
	for i := range p.ops {
		if p.ops[i].isSum() {
			return true
		}
	}
	return false
}

func (p *Program) newRowLayout() *layout {
	r := p.newRowPlacer((p.fixedCount + p.slotCount) * kernel.Lanes)
	r.layAll(true)
	r.layAll(false)
	return r.layout
}

// newCommonLayout is of the operations that are done once a run, behind the matrices in the uniform area.
func (p *Program) newCommonLayout() *layout {
	r := p.newRowPlacer(kernel.Pad(p.uniformN))
	r.layAll(true)
	return r.layout
}

// newRowPlacer places the numbers that a run has in common from an element on.
func (p *Program) newRowPlacer(numbers int) *rowPlacer {
	l := &layout{lanes: kernel.Lanes, tile: kernel.Lanes, row: true, numbers: numbers, arenaN: numbers + p.commonN,
		plans: map[planKey]*plans{}}
	r := &rowPlacer{placer: placer{Program: p, layout: l, placed: map[list][]int32{}},
		lasting: make([]bool, len(p.buffers)), gathered: map[gathering]int32{}}
	for buffer, at := range p.commonAt {
		r.lasting[buffer] = at >= 0
	}
	for _, in := range p.inputs {
		r.lasting[in.buffer] = true
	}
	return r
}

// layAll lays the operations that are done once a run, or the others.
func (r *rowPlacer) layAll(common bool) {
	for i := range r.ops {
		if r.number = i; r.ops[i].common == common {
			r.lay(&r.ops[i])
		}
	}
	r.layout.full = r.layout.steps
}

// rowPlacer makes the steps of a row's layout.
type rowPlacer struct {
	placer
	lasting  []bool // buffers whose numbers stay for a run: inputs, and what all its rows have in common
	number   int    // of the operation
	gathered map[gathering]int32
}

// gathering is a list of numbers that is gathered for all operations that read it, times a factor.
type gathering struct {
	list   list
	factor float64
}

// emit appends a step of the operation, on so many numbers of its operands, 0 for those that it names itself.
func (r *rowPlacer) emit(c code, d kernel.Descriptor, numbers int) {
	r.layout.steps = append(r.layout.steps, step{code: c, op: r.number, lanes: int32(numbers), call: d})
}

// room returns n places of its own, one after the other.
func (r *rowPlacer) room(n int) []int32 {
	at := make([]int32, n)
	for i := range at {
		at[i] = int32(r.layout.arenaN + i)
	}
	r.layout.arenaN += n * kernel.Lanes
	return at
}

// first is where the numbers of an operand begin, one after the other, times the factor for those that are the same for
// all rows.
func (r *rowPlacer) first(in operand, factor float64) int32 {
	switch {
	case in.kind == kernel.Column:
		return r.inRow(in.list())
	case !r.refs[in.list()][0].isColumn():
		return r.constant(gathering{in.list(), factor}, r.offsets(in.list()))
	}
	from := r.inRow(in.list())
	if factor != 1 {
		n := len(r.refs[in.list()])
		to := r.room(n)
		r.emit(opAffine, &kernel.Affine{D: to[:1], A: []int32{from}, Alpha: factor}, n)
		from = to[0]
	}
	return from
}

// inRow is where the numbers of a list of columns begin, one after the other.
func (r *rowPlacer) inRow(l list) int32 {
	at := r.offsets(l)
	follow, lasting := true, true
	for i, c := range r.refs[l] {
		follow = follow && at[i] == at[0]+int32(i)
		lasting = lasting && r.lasting[c.area]
	}
	if follow {
		return at[0]
	}
	key := gathering{l, 1}
	if to, ok := r.gathered[key]; ok {
		return to
	}
	to := r.room(len(at))
	r.emit(opCopy, &kernel.Copy{D: to, X: kernel.Operand{Kind: kernel.Column, At: at}}, 0)
	if lasting {
		r.gathered[key] = to[0]
	}
	return to[0]
}

// constant gathers what changes with the parameters alone.
func (r *rowPlacer) constant(key gathering, at []int32) int32 {
	if to, ok := r.gathered[key]; ok {
		return to
	}
	to := r.room(len(at))
	r.gathered[key] = to[0]
	start := &r.layout.start
	*start = append(*start, step{code: opCopy, call: &kernel.Copy{D: to, X: kernel.Operand{Kind: kernel.Uniform, At: at}}})
	if key.factor != 1 {
		*start = append(*start, step{code: opAffine, lanes: int32(len(at)),
			call: &kernel.Affine{D: to[:1], A: to[:1], Alpha: key.factor}})
	}
	return to[0]
}

// column is an operand as one long column, or the number it is.
func (r *rowPlacer) column(in operand, factor float64) kernel.Operand {
	switch in.kind {
	case kernel.Column, kernel.Uniform:
		return kernel.Operand{Kind: kernel.Column, At: []int32{r.first(in, factor)}}
	}
	return r.placer.operand(&op{form: form{in: [operands]operand{in}}}, 0)
}

// place is where the numbers of an operand of a product begin.
func (r *rowPlacer) place(in operand) int {
	if in.none() {
		return kernel.Nowhere
	}
	return int(r.first(in, 1))
}

// lay makes the steps of an operation.
func (r *rowPlacer) lay(o *op) {
	switch o.code {
	case opMatMul:
		r.layProduct(o)
	case opAffine:
		a := &kernel.Affine{Alpha: o.alpha, Beta: o.beta, B: r.column(o.in[affB], o.alpha), C: r.column(o.in[affC], o.beta),
			A: []int32{r.first(o.in[affA], 1)}, D: r.result(o, o.dst)[:1]}
		if o.in[affB].kind == kernel.Uniform {
			a.Alpha = 1 // the numbers have it
		}
		if o.in[affC].kind == kernel.Uniform {
			a.Beta = 1
		}
		r.emit(o.code, a, o.cols)
	case opBinary:
		r.emit(o.code, &kernel.Binary{D: r.result(o, o.dst)[:1], A: r.column(o.in[0], 1), B: r.column(o.in[1], 1),
			Fn: Fn(o.fn)}, o.cols)
	case opChoose:
		r.emit(o.code, &kernel.Choose{D: r.result(o, o.dst)[:1], If: r.column(o.in[0], 1), A: r.column(o.in[1], 1),
			B: r.column(o.in[2], 1)}, o.cols)
	case opUnary:
		u := &kernel.Unary{X: []int32{r.first(o.in[0], 1)}, D: r.result(o, o.dst)[:1], Fn: Fn(o.fn)}
		if o.dst2 != noBuffer {
			u.Slope = r.result(o, o.dst2)[:1]
		}
		r.emit(o.code, u, o.cols)
	case opCopy:
		r.emit(o.code, &kernel.Copy{D: r.result(o, o.dst)[:1], X: r.column(o.in[0], 1)}, o.cols)
	default: // each number by itself
		r.emit(o.code, table[o.code].lay(&r.placer, o), 0)
	}
}

// layProduct lays out a product with a matrix whose rows have no gaps, also where the kernels of tiles have a packed copy
// of it. Any other is done as a lane, to places of its own.
func (r *rowPlacer) layProduct(o *op) {
	w := o.w
	if o.packed {
		w = r.unpacked(w)
	}
	if w.colStride != 1 && w.cols > 1 {
		r.layLane(o)
		return
	}
	m := &kernel.RowMatMul{X: r.columns(o, mmX), W: r.matrices[w.matrix].off + w.off, WK: w.rowStride, J: o.cols,
		Init: r.init(o.in[mmInit]), Out: kernel.RowProduct{E: r.place(o.in[mmE]), C: r.place(o.in[mmC])},
		Second: kernel.RowProduct{D: kernel.Nowhere, E: r.place(o.in[mmE2]), C: r.place(o.in[mmC2])}}
	m.Out.D = int(r.result(o, o.dst)[0])
	if o.dst2 != noBuffer {
		m.Second.D = int(r.result(o, o.dst2)[0])
	}
	r.emit(opMatMul, m, 0)
}

// init is what a product adds to its sums.
func (r *rowPlacer) init(in operand) kernel.Operand {
	if in.kind == kernel.Uniform && !r.refs[in.list()][0].isColumn() {
		at := r.offsets(in.list())
		for i := range at {
			if at[i] != at[0]+int32(i) {
				return r.column(in, 1)
			}
		}
		return kernel.Operand{Kind: kernel.Uniform, At: at[:1]}
	}
	return r.column(in, 1)
}

// unpacked is the matrix that a packed one is a copy of.
func (r *rowPlacer) unpacked(w view) view {
	for i := range r.prologue {
		if u := &r.prologue[i]; u.code == uopPack && u.d.matrix == w.matrix {
			return u.in[0]
		}
	}
	panic("engine: a packed matrix of no other")
}

// layLane does a product as MatMul does it, which writes a column after reading it, 16 lanes of it: in between, results
// must not lie over operands.
func (r *rowPlacer) layLane(o *op) {
	m := &kernel.MatMul{X: r.columns(o, mmX), Init: r.lane(o.in[mmInit]),
		W: r.matrices[o.w.matrix].off + o.w.off, WK: o.w.rowStride, WJ: o.w.colStride, Packed: o.packed,
		Out:    kernel.Product{D: r.result(o, o.dst), E: r.lane(o.in[mmE]), C: r.lane(o.in[mmC])},
		Second: kernel.Product{D: r.result(o, o.dst2), E: r.lane(o.in[mmE2]), C: r.lane(o.in[mmC2])},
	}
	r.emit(opMatMul, m, 0)
	for _, p := range []*kernel.Product{&m.Out, &m.Second} {
		if p.D == nil {
			continue
		}
		to := p.D[:1]
		p.D = r.room(len(p.D))
		r.emit(opCopy, &kernel.Copy{D: to, X: kernel.Operand{Kind: kernel.Column, At: p.D[:1]}}, o.cols)
	}
}

// lane is an operand as columns of a single lane, the number it is, or none.
func (r *rowPlacer) lane(in operand) kernel.Operand {
	if in.kind != kernel.Column && in.kind != kernel.Uniform {
		return r.column(in, 1)
	}
	from := r.first(in, 1)
	at := make([]int32, len(r.refs[in.list()]))
	for i := range at {
		at[i] = from + int32(i)
	}
	return kernel.Operand{Kind: kernel.Column, At: at}
}
