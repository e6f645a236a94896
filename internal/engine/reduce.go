package engine

import "github.com/go-ffjord/ffjord/internal/kernel"

// SumRows returns the sum over the rows of v, shape (1, cols): of a value per row the sum over rows.
func (b *Builder) SumRows(v Value) Value {
	if v.perRow {
		return b.uniformValue(b.sumRows(b.refs[v.list]))
	}
	if v.view.rows == 1 {
		return v
	}
	return b.uniformValue(b.uniform(uop{code: uopSumRows, in: []view{v.view}}, 1, v.view.cols))
}

// sumRows sums references over rows. What is no column is multiplied by the number of rows.
func (b *Builder) sumRows(x []ref) view {
	if !anyColumn(x) {
		return b.mapViews(kernel.Mul, b.viewOf(x), b.countRows())
	}
	var parts []part
	for from := 0; from < len(x); {
		to := from + 1
		for to < len(x) && x[to].isColumn() == x[from].isColumn() {
			to++
		}
		var sum view
		if x[from].isColumn() {
			f := form{code: opRowSum, in: [operands]operand{columnsOf(b.intern(x[from:to:to]))}}
			sum = b.accumulate(f, 1, to-from)
		} else {
			sum = b.sumRows(x[from:to])
		}
		if to-from == len(x) {
			return sum
		}
		parts = append(parts, part{to: place(len(x), 0, from, 1, to-from), from: sum})
		from = to
	}
	return b.assemble(parts, 1, len(x))
}

// countRows returns the number of rows summed over, a sum of its own.
func (b *Builder) countRows() view {
	if b.rowCount < 0 {
		b.rowCount = b.matrix(matrix{rows: 1, cols: 1, sum: true, leaf: true}).matrix
	}
	return view{matrix: b.rowCount, rows: 1, cols: 1, rowStride: 1, colStride: 1}
}

// SumCols returns the sum over the columns of v, one column.
func (b *Builder) SumCols(v Value) Value {
	if v.perRow {
		return rowValue(b.sumCols(b.refs[v.list]))
	}
	if v.view.cols == 1 {
		return v
	}
	return b.uniformValue(b.uniform(uop{code: uopSumCols, in: []view{v.view}}, v.view.rows, 1))
}

// addedColumns is the number of columns up to which a sum of columns is written as additions, which can be fused with
// what comes before and after.
const addedColumns = 3

func (b *Builder) sumCols(x []ref) list {
	var columns, others []ref
	alike := true
	for _, r := range x {
		alike = alike && r == x[0]
		switch {
		case r.isColumn():
			columns = append(columns, r)
		case !r.isNumber() || b.value(r) != 0:
			others = append(others, r)
		}
	}
	var sum list
	switch {
	case alike:
		n := b.repeated(b.number(float64(len(x))), 1)
		return b.apply(kernel.Mul, []list{b.intern(x[:1:1]), n})
	case len(columns) > addedColumns:
		in := [operands]operand{columnsOf(b.intern(columns))}
		sum = b.emit(form{code: opReduce, fn: uint8(kernel.SumOf), in: in}, 1)
	case len(columns) > 0:
		sum = b.intern(columns[:1:1])
		for i := range columns[1:] {
			sum = b.apply(kernel.Add, []list{sum, b.intern(columns[i+1 : i+2 : i+2])})
		}
	}
	if len(others) == 0 && len(columns) > 0 {
		return sum
	}
	if len(others) == 0 {
		return b.repeated(b.number(0), 1)
	}
	rest := b.viewOf(others)
	if rest.cols > 1 {
		rest = b.uniform(uop{code: uopSumCols, in: []view{rest}}, 1, 1)
	}
	if len(columns) == 0 {
		return b.listOf(rest)
	}
	return b.apply(kernel.Add, []list{sum, b.listOf(rest)})
}

// MaxCols returns the largest of each row of v, one column; NaN where there is one.
func (b *Builder) MaxCols(v Value) Value {
	if v.perRow {
		in := [operands]operand{columnsOf(b.columns(v.list))}
		return rowValue(b.emit(form{code: opReduce, fn: uint8(kernel.MaxOf), in: in}, 1))
	}
	return b.uniformValue(b.uniform(uop{code: uopMaxCols, in: []view{v.view}}, v.view.rows, 1))
}
