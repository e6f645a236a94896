package graph

import (
	"fmt"
	"slices"
)

// translate gives the native engine the operator of v. Its operands have been checked by rowKind.
func (l *lowering) translate(v View, in []value) (value, error) {
	if err := l.checkRows(v); err != nil {
		return value{}, err
	}
	o := operators[v.Kind]
	switch {
	case o.operands > 0:
		if i := slices.IndexFunc(v.Inputs, func(n *Node) bool { return dims(n) != 0 && !slices.Equal(extents(n), extents(v.Node)) }); i >= 0 {
			return value{}, fmt.Errorf("operand %d has not the shape of the result %s: %w", i+1, shapeString(extents(v.Node)), ErrNotNative)
		}
		return l.Apply(o.fn, in...), nil
	case o.lower != nil:
		return o.lower(l, v, in)
	}
	return value{}, ErrNotNative
}

func (l *lowering) perRow(v View) bool { return l.kind(v.Node) == PerRow }

func (l *lowering) repeatRowsLike(v View, in []value) (value, error) {
	if l.perRow(v) {
		_, cols := l.Shape(in[0])
		return l.RowValue(in[0], cols), nil
	}
	return l.Stretch(in[0], extents(v.Node)[0], extents(v.Node)[1]), nil
}

func (l *lowering) repeatCols(v View, in []value) (value, error) {
	return l.RepeatCols(in[0], v.Total), nil
}

func (l *lowering) sumRows(_ View, in []value) (value, error) { return l.SumRows(in[0]), nil }

func (l *lowering) sumCols(_ View, in []value) (value, error) { return l.SumCols(in[0]), nil }

func (l *lowering) fill(v View, _ []value) (value, error) {
	if l.perRow(v) {
		return l.Fill(v.Value, v.Total), nil
	}
	return l.Stretch(l.Number(v.Value), extents(v.Node)[0], v.Total), nil
}

// same is for what changes no element.
func (l *lowering) same(_ View, in []value) (value, error) { return in[0], nil }

func (l *lowering) slice(v View, in []value) (value, error) {
	return l.along(v, in[0], func(x value) value { return l.Slice(x, v.From, v.To, v.Step) })
}

func (l *lowering) pad(v View, in []value) (value, error) {
	return l.along(v, in[0], func(x value) value { return l.Pad(x, v.From, v.Total) })
}

func (l *lowering) transpose(v View, in []value) (value, error) {
	if l.perRow(v) || dims(v.Node) != 2 || v.Kind == OpPermute && !slices.Equal(v.Axes, []int{1, 0}) {
		return value{}, ErrNotNative
	}
	return l.Transpose(in[0]), nil
}

func (l *lowering) maxAlong(v View, in []value) (value, error) {
	if len(v.Axes) != 1 || v.Axes[0] != 1 || dims(v.Inputs[0]) != 2 {
		return value{}, ErrNotNative
	}
	return l.MaxCols(in[0]), nil
}

// checkRows refuses a matrix or vector without rows beside values per row, which a graph for one row count may hold.
func (l *lowering) checkRows(v View) error {
	if l.kind(v.Node) != PerRow || v.Kind == OpMatMul || v.Kind == OpRepeatRowsLike || v.Kind == OpRepeat {
		return nil
	}
	for i, n := range v.Inputs {
		if l.kind(n) != PerRow && dims(n) != 0 {
			return fmt.Errorf("operand %d has no row for each sample; name the input that it comes from among the inputs of rows", i+1)
		}
	}
	return nil
}

func (l *lowering) constant(v View, _ []value) (value, error) {
	if v.Scalar {
		return l.Number(v.Value), nil
	}
	var data []float64
	switch d := v.Node.Value().Data().(type) {
	case []float64:
		data = slices.Clone(d)
	case []float32:
		for _, x := range d {
			data = append(data, float64(x))
		}
	default:
		return value{}, ErrNotNative
	}
	s := extents(v.Node)
	if len(s) > 2 || s.TotalSize() != len(data) {
		return value{}, ErrNotNative
	}
	return l.Constant(s.TotalSize()/s[len(s)-1], s[len(s)-1], data), nil
}

// product is a·b with the transposes of v.
func (l *lowering) product(v View, in []value) (value, error) {
	a, b := in[0], in[1]
	if a.PerRow() && b.PerRow() {
		return l.MatMulRows(a, b), nil
	}
	if v.TransA {
		a = l.Transpose(a)
	}
	if v.TransB {
		b = l.Transpose(b)
	}
	return l.MatMul(a, b), nil
}

// along applies f to the columns of x, or to the rows of a matrix in place of them.
func (l *lowering) along(v View, x value, f func(value) value) (value, error) {
	switch {
	case v.Kind == OpSlice && v.wholeAxis():
		return x, nil
	case x.PerRow() && v.Axis == 0:
		return x, fmt.Errorf("rows have no position: %w", ErrNotNative)
	case v.Axis == 1 || dims(v.Inputs[0]) == 1:
		return f(x), nil
	}
	return l.Transpose(f(l.Transpose(x))), nil
}

// concat puts values side by side, or matrices one under the other.
func (l *lowering) concat(v View, in []value) (value, error) {
	if v.Axis == 1 || dims(v.Node) == 1 {
		return l.Concat(in...), nil
	}
	turned := make([]value, len(in))
	for i, x := range in {
		if x.PerRow() {
			return x, fmt.Errorf("rows have no position: %w", ErrNotNative)
		}
		turned[i] = l.Transpose(x)
	}
	return l.Transpose(l.Concat(turned...)), nil
}
