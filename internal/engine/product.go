package engine

import "github.com/go-ffjord/ffjord/internal/kernel"

// MatMul returns the matrix product x·y. A value per row times a uniform matrix is a value per row; two uniform values
// or sums give their like.
func (b *Builder) MatMul(x, y Value) Value {
	if x.perRow {
		return rowValue(b.matMul(b.refs[x.list], y.view))
	}
	return b.uniformValue(b.matMulViews(x.view, y.view))
}

// MatMulRows returns xᵀ·y summed over rows, shape (columns of x, columns of y), for two values per row.
func (b *Builder) MatMulRows(x, y Value) Value {
	p, q := b.refs[x.list], b.refs[y.list]
	switch {
	case !anyColumn(p):
		return b.uniformValue(b.matMulViews(b.viewOf(p).transposed(), b.sumRows(q)))
	case !anyColumn(q):
		return b.uniformValue(b.matMulViews(b.sumRows(p).transposed(), b.viewOf(q)))
	}
	f := form{code: opOuter, in: [operands]operand{columnsOf(b.columns(x.list)), columnsOf(b.columns(y.list))}}
	return b.uniformValue(b.accumulate(f, len(p), len(q)))
}

// matMul returns x·w for a row of references. Runs of columns are a product each, added up; what is no column is
// multiplied in the prologue and added like a bias.
func (b *Builder) matMul(x []ref, w view) list {
	if w.single() {
		return b.scaledSum(x, w)
	}
	if l, ok := b.selection(x, w); ok {
		return l
	}
	if !anyColumn(x) {
		return b.listOf(b.matMulViews(b.viewOf(x), w))
	}
	var init operand
	for from := 0; from < len(x); {
		to := from + 1
		for to < len(x) && x[to].isColumn() == x[from].isColumn() {
			to++
		}
		if !x[from].isColumn() && !b.allZero(x[from:to]) {
			product := b.matMulViews(b.viewOf(x[from:to]), w.cut(from, to, 0, w.cols))
			if init.kind == kernel.Uniform {
				product = b.mapViews(Add, b.viewOf(b.refs[init.list()]), product)
			}
			init = operand{kernel.Uniform, int32(b.uniformList(product))}
		}
		from = to
	}
	for from := 0; from < len(x); {
		to := from + 1
		for to < len(x) && x[to].isColumn() == x[from].isColumn() {
			to++
		}
		if x[from].isColumn() {
			in := [operands]operand{mmX: columnsOf(b.intern(x[from:to])), mmInit: init}
			init = columnsOf(b.emit(form{code: opMatMul, in: in, w: w.cut(from, to, 0, w.cols)}, w.cols))
		}
		from = to
	}
	return init.list()
}

// uniformList returns the elements of the row v as references into its matrix, numbers too.
func (b *Builder) uniformList(v view) list {
	refs := make([]ref, v.cols)
	for j := range refs {
		refs[j] = ref{areaOf(v.matrix), int32(v.at(0, j))}
	}
	return b.intern(refs)
}

// scaledSum returns x·w where all elements of w are one: c times the sum of the columns of x, in every column.
func (b *Builder) scaledSum(x []ref, w view) list {
	sum := b.sumCols(x)
	if c := b.listOf(w.cut(0, 1, 0, 1)); b.refs[c][0] != b.number(1) {
		sum = b.apply(Mul, []list{sum, c})
	}
	return b.repeated(b.refs[sum][0], w.cols)
}

// selection returns x·w as columns of x where w is a constant with a single 1 in each column and zeros elsewhere.
func (b *Builder) selection(x []ref, w view) (list, bool) {
	data := b.matrices[w.matrix].data
	if data == nil {
		return 0, false
	}
	out := make([]ref, w.cols)
	for j := range out {
		found := -1
		for i := range w.rows {
			switch v := data[w.at(i, j)]; {
			case v == 1 && found < 0:
				found = i
			case v != 0:
				return 0, false
			}
		}
		if found < 0 {
			return 0, false
		}
		out[j] = x[found]
	}
	return b.intern(out), true
}

func anyColumn(refs []ref) bool {
	for _, r := range refs {
		if r.isColumn() {
			return true
		}
	}
	return false
}

func (b *Builder) allZero(refs []ref) bool {
	for _, r := range refs {
		if !r.isNumber() || b.value(r) != 0 {
			return false
		}
	}
	return true
}

// columns returns l with what is no column copied to columns.
func (b *Builder) columns(l list) list {
	refs := b.refs[l]
	groups, order := map[int32][]int{}, []int32{}
	for j, r := range refs {
		if s := sortOf(r); s != sortColumn {
			if groups[s] == nil {
				order = append(order, s)
			}
			groups[s] = append(groups[s], j)
		}
	}
	if len(order) == 0 {
		return l
	}
	out := append([]ref(nil), refs...)
	for _, s := range order {
		from := operand{kernel.Const, s}
		if s == sortUniform {
			from = operand{kernel.Uniform, int32(b.pick(l, groups[s]))}
		}
		copied := b.refs[b.emit(form{code: opCopy, in: [operands]operand{from}}, len(groups[s]))]
		for k, j := range groups[s] {
			out[j] = copied[k]
		}
	}
	return b.intern(out)
}
