package engine

import (
	"slices"

	"github.com/go-ffjord/ffjord/internal/kernel"
)

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
	case !anyColumn(p) && !anyColumn(q):
		product := b.matMulViews(b.viewOf(p).transposed(), b.viewOf(q))
		return b.uniformValue(b.mapViews(kernel.Mul, product, b.countRows()))
	case b.areAll(p, 0, 1):
		return b.uniformValue(b.matMulViews(b.viewOf(p).transposed(), b.sumRows(q)))
	case b.areAll(q, 0, 1):
		return b.uniformValue(b.matMulViews(b.sumRows(p).transposed(), b.viewOf(q)))
	}
	f := form{code: opOuter, in: [operands]operand{columnsOf(b.columns(x.list)), columnsOf(b.columns(y.list))}}
	return b.uniformValue(b.accumulate(f, len(p), len(q)))
}

// matMul returns x·w for a row of references. Runs of columns are a product each, added up; what is no column is
// multiplied in the prologue and added like a bias. Numbers that are 0 are left out.
func (b *Builder) matMul(x []ref, w view) list {
	if w.single() && (len(x) == 1 || b.isOne(w)) {
		return b.scaledSum(x, w)
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
		if !x[from].isColumn() && !b.areAll(x[from:to], 0) {
			product := b.matMulViews(b.viewOf(x[from:to]), w.cut(from, to, 0, w.cols))
			if init.kind == kernel.Uniform {
				product = b.mapViews(kernel.Add, b.viewOf(b.refs[init.list()]), product)
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
	refs := b.make(v.cols)
	for j := range refs {
		refs[j] = ref{areaOf(v.matrix), int32(v.at(0, j))}
	}
	return b.intern(refs)
}

// scaledSum returns x·w where all elements of w are one: c times the sum of the columns of x, in every column.
func (b *Builder) scaledSum(x []ref, w view) list {
	sum := b.sumCols(x)
	if !b.isOne(w) {
		sum = b.apply(kernel.Mul, []list{sum, b.listOf(w.cut(0, 1, 0, 1))})
	}
	return b.repeated(b.refs[sum][0], w.cols)
}

// isOne reports whether all elements of w are the number 1.
func (b *Builder) isOne(w view) bool {
	c, ok := b.constant(w)
	return ok && c == 1
}

func anyColumn(refs []ref) bool {
	for _, r := range refs {
		if r.isColumn() {
			return true
		}
	}
	return false
}

// areAll reports whether all references are numbers among the given ones.
func (b *Builder) areAll(refs []ref, numbers ...float64) bool {
	for _, r := range refs {
		if !r.isNumber() || !slices.Contains(numbers, b.value(r)) {
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
