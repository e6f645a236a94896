package engine

import "github.com/go-ffjord/ffjord/internal/kernel"

// Apply returns fn of values of one shape, element by element. A uniform operand of one element goes with any shape;
// beside a value per row a uniform row does.
func (b *Builder) Apply(fn Fn, in ...Value) Value {
	if fn == kernel.Cube {
		return b.Apply(kernel.Mul, b.Apply(kernel.Square, in[0]), in[0])
	}
	perRow, cols := false, 1
	for _, v := range in {
		_, c := b.Shape(v)
		perRow, cols = perRow || v.perRow, max(cols, c)
	}
	if !perRow {
		views := make([]view, len(in))
		for i, v := range in {
			views[i] = v.view
		}
		return b.uniformValue(b.mapViews(fn, views...))
	}
	args := make([]list, len(in))
	for i, v := range in {
		args[i] = b.RowValue(v, cols).list
	}
	return rowValue(b.apply(fn, args))
}

func rowValue(l list) Value { return Value{perRow: true, list: l} }

func (b *Builder) uniformValue(v view) Value { return Value{view: v, sum: b.matrices[v.matrix].sum} }

// apply returns fn of per-row values, columns of like operands together.
func (b *Builder) apply(fn Fn, args []list) list {
	if fn == kernel.Where && args[1] == args[2] {
		return args[1]
	}
	cols := len(b.refs[args[0]])
	first, alike := b.sorts(args, 0), true
	for j := 1; j < cols && alike; j++ {
		alike = b.sorts(args, j) == first
	}
	if alike {
		return b.applyAlike(fn, args, first)
	}
	groups, order := map[[3]int32][]int{}, [][3]int32{}
	for j := range cols {
		key := b.sorts(args, j)
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], j)
	}
	out := b.make(cols)
	for _, key := range order {
		part := make([]list, len(args))
		for i, a := range args {
			part[i] = b.pick(a, groups[key])
		}
		result := b.refs[b.applyAlike(fn, part, key)]
		for k, j := range groups[key] {
			out[j] = result[k]
		}
	}
	return b.intern(out)
}

// sorts returns what column j of each operand refers to.
func (b *Builder) sorts(args []list, j int) (sorts [3]int32) {
	for i, a := range args {
		sorts[i] = sortOf(b.refs[a][j])
	}
	return sorts
}

// The sorts of references: columns, elements of uniform matrices, and each number by its index.
const (
	sortColumn  = -1
	sortUniform = -2
)

func sortOf(r ref) int32 {
	switch {
	case r.isColumn():
		return sortColumn
	case r.isUniform():
		return sortUniform
	}
	return r.at
}

// pick returns the columns of l at these places.
func (b *Builder) pick(l list, at []int) list {
	refs := b.make(len(at))
	for k, j := range at {
		refs[k] = b.refs[l][j]
	}
	return b.intern(refs)
}

// applyAlike returns fn of per-row values in each of which all columns are of one sort.
func (b *Builder) applyAlike(fn Fn, args []list, sorts [3]int32) list {
	cols := len(b.refs[args[0]])
	in := make([]operand, len(args))
	columns := false
	for i, a := range args {
		switch sorts[i] {
		case sortColumn:
			in[i], columns = columnsOf(a), true
		case sortUniform:
			in[i] = operand{kernel.Uniform, int32(a)}
		default:
			in[i] = operand{kernel.Const, sorts[i]}
		}
	}
	if fn == kernel.Where && in[0].kind == kernel.Const {
		if b.numbers[in[0].id] != 0 {
			return args[1]
		}
		return args[2]
	}
	if !columns {
		views := make([]view, len(args))
		for i, a := range args {
			views[i] = b.viewOf(b.refs[a])
		}
		return b.listOf(b.mapViews(fn, views...))
	}
	switch fn.Operands() {
	case 1:
		return b.applyUnary(fn, args[0], cols)
	case 2:
		return b.applyBinary(fn, in[0], in[1], cols)
	}
	return b.emit(form{code: opChoose, in: [operands]operand{in[0], in[1], in[2]}}, cols)
}

func (b *Builder) applyUnary(fn Fn, x list, cols int) list {
	in := columnsOf(x)
	switch fn {
	case kernel.Neg:
		return b.emit(form{code: opAffine, in: [operands]operand{in}, alpha: -1}, cols)
	case kernel.Square:
		return b.emit(form{code: opAffine, in: [operands]operand{in, in}, alpha: 1}, cols)
	}
	return b.emit(form{code: opUnary, fn: uint8(fn), in: [operands]operand{in}}, cols)
}

// applyBinary returns fn of two operands, one of them columns at least.
func (b *Builder) applyBinary(fn Fn, x, y operand, cols int) list {
	c, number := 0.0, false
	if y.kind == kernel.Const {
		c, number = b.numbers[y.id], true
	} else if x.kind == kernel.Const && (fn == kernel.Add || fn == kernel.Mul) {
		x, y, c, number = y, x, b.numbers[x.id], true
	}
	if number && isIdentity(fn, c) {
		return x.list()
	}
	if (fn == kernel.Add || fn == kernel.Mul) && y.isColumn() && (!x.isColumn() || x.id > y.id) {
		x, y = y, x
	}
	switch {
	case fn == kernel.Mul && number:
		return b.emit(form{code: opAffine, in: [operands]operand{x}, alpha: c}, cols)
	case fn == kernel.Mul:
		return b.emit(form{code: opAffine, in: [operands]operand{x, y}, alpha: 1}, cols)
	case fn == kernel.Add:
		return b.emit(form{code: opAffine, in: [operands]operand{x, {}, y}, alpha: 1, beta: 1}, cols)
	case fn == kernel.Sub && !x.isColumn():
		return b.emit(form{code: opAffine, in: [operands]operand{y, {}, x}, alpha: -1, beta: 1}, cols)
	case fn == kernel.Sub:
		return b.emit(form{code: opAffine, in: [operands]operand{x, {}, y}, alpha: 1, beta: -1}, cols)
	case fn == kernel.Div && x.kind == kernel.Const && b.numbers[x.id] == 1:
		return b.applyUnary(kernel.Recip, y.list(), cols)
	case fn == kernel.Pow && number && c == 2:
		return b.applyUnary(kernel.Square, x.list(), cols)
	case fn == kernel.Pow && number && c == 3:
		return b.applyBinary(kernel.Mul, columnsOf(b.applyUnary(kernel.Square, x.list(), cols)), x, cols)
	case fn == kernel.Pow && number && c == -1:
		return b.applyUnary(kernel.Recip, x.list(), cols)
	}
	return b.emit(form{code: opBinary, fn: uint8(fn), in: [operands]operand{x, y}}, cols)
}
