package engine

// Fill returns cols columns of the number c for every row.
func (b *Builder) Fill(c float64, cols int) Value {
	return rowValue(b.repeated(b.number(b.round(c)), cols))
}

// Stretch repeats the axes of length 1 of a uniform value or sum to the given shape.
func (b *Builder) Stretch(v Value, rows, cols int) Value {
	v.view = v.view.stretch(rows, cols)
	return v
}

// RepeatCols returns every column n times in a row.
func (b *Builder) RepeatCols(v Value, n int) Value {
	if !v.perRow {
		if v.view.cols == 1 {
			return b.Stretch(v, v.view.rows, n)
		}
		parts := make([]part, n)
		rows, cols := v.view.rows, v.view.cols*n
		for k := range parts {
			to := view{off: k, rows: rows, cols: v.view.cols, rowStride: cols, colStride: n}
			parts[k] = part{to: to, from: v.view}
		}
		return b.uniformValue(b.assemble(parts, rows, cols))
	}
	refs := make([]ref, 0, n*len(b.refs[v.list]))
	for _, r := range b.refs[v.list] {
		for range n {
			refs = append(refs, r)
		}
	}
	return rowValue(b.intern(refs))
}

// Slice returns the columns from, from+step, ... below to.
func (b *Builder) Slice(v Value, from, to, step int) Value {
	if !v.perRow {
		w := v.view.cut(0, v.view.rows, from, to)
		w.cols, w.colStride = (to-from+step-1)/step, w.colStride*step
		return Value{view: w, sum: v.sum}
	}
	refs := b.refs[v.list]
	if step == 1 {
		return rowValue(b.intern(refs[from:to:to]))
	}
	var out []ref
	for j := from; j < to; j += step {
		out = append(out, refs[j])
	}
	return rowValue(b.intern(out))
}

// Pad returns v from column from on in total columns, the others 0.
func (b *Builder) Pad(v Value, from, total int) Value {
	if !v.perRow {
		to := place(total, 0, from, v.view.rows, v.view.cols)
		return b.uniformValue(b.assemble([]part{{to, v.view}}, v.view.rows, total))
	}
	out := b.make(total)
	zero := b.number(0)
	for j := range out {
		out[j] = zero
	}
	copy(out[from:], b.refs[v.list])
	return rowValue(b.intern(out))
}

// Concat returns the columns of the parts side by side.
func (b *Builder) Concat(parts ...Value) Value {
	perRow, rows, cols := false, 1, 0
	for _, p := range parts {
		_, c := b.Shape(p)
		cols += c
		perRow = perRow || p.perRow
		rows = max(rows, p.view.rows)
	}
	if perRow {
		var refs []ref
		for _, p := range parts {
			_, c := b.Shape(p)
			refs = append(refs, b.refs[b.RowValue(p, c).list]...)
		}
		return rowValue(b.intern(refs))
	}
	pieces := make([]part, len(parts))
	from := 0
	for i, p := range parts {
		v := p.view.stretch(rows, p.view.cols)
		pieces[i] = part{to: place(cols, 0, from, rows, v.cols), from: v}
		from += v.cols
	}
	return b.uniformValue(b.assemble(pieces, rows, cols))
}

// Transpose returns vᵀ of a uniform value or sum.
func (b *Builder) Transpose(v Value) Value {
	return Value{view: v.view.transposed(), sum: v.sum}
}

// Reshape returns the elements of a uniform value or sum, row-major, in another shape.
func (b *Builder) Reshape(v Value, rows, cols int) Value {
	if v.view.rows == rows && v.view.cols == cols {
		return v
	}
	if v.view.single() {
		w := v.view.cut(0, 1, 0, 1)
		return Value{view: w.stretch(rows, cols), sum: v.sum}
	}
	s := b.solid(v.view)
	s.rows, s.cols, s.rowStride, s.colStride = rows, cols, cols, 1
	return Value{view: s, sum: v.sum}
}
