package graph

import (
	"fmt"

	"github.com/go-ffjord/ffjord/internal/kernel"
)

// unslice puts b in the range of v into zeros of the shape of x, the gradient of Gorgonia's Slice.
func (l *lowering) unslice(v View, in []value) (value, error) {
	x, b := in[0], in[1]
	if v.Step != 1 {
		return b, ErrNotNative
	}
	if !b.PerRow() { // the slice may have lost an axis of length 1
		rows, cols := l.Shape(x)
		if v.Axis == 1 || dims(v.Inputs[0]) == 1 {
			cols = v.To - v.From
		} else {
			rows = v.To - v.From
		}
		b = l.Reshape(b, rows, cols)
	}
	total := v.Inputs[0].Shape()[v.Axis]
	if v.From == 0 && v.To == total {
		return b, nil
	}
	return l.along(v, b, func(b value) value { return l.Pad(b, v.From, total) })
}

// sum is Gorgonia's sum over axes. A vector per row has its only axis along the rows, any other one along the columns.
func (l *lowering) sum(v View, in []value) (value, error) {
	x := in[0]
	for _, axis := range v.Axes {
		switch {
		case axis == 0 && (x.PerRow() || dims(v.Inputs[0]) == 2):
			x = l.SumRows(x)
		case axis == 0 && dims(v.Inputs[0]) == 1 || axis == 1 && dims(v.Inputs[0]) == 2:
			x = l.SumCols(x)
		default:
			return x, ErrNotNative
		}
	}
	return x, nil
}

// softmax is eˣ/Σeˣ along the columns, or its logarithm, without overflow.
func (l *lowering) softmax(v View, in []value) (value, error) {
	if dims(v.Node) != 2 || v.Axis == 0 {
		return value{}, ErrNotNative
	}
	x := in[0]
	_, cols := l.Shape(x)
	x = l.Apply(kernel.Sub, x, l.RepeatCols(l.MaxCols(x), cols))
	exp := l.Apply(kernel.Exp, x)
	sum := l.SumCols(exp)
	if v.Kind == OpLogSoftmax {
		return l.Apply(kernel.Sub, x, l.RepeatCols(l.Apply(kernel.Log, sum), cols)), nil
	}
	return l.Apply(kernel.Div, exp, l.RepeatCols(sum, cols)), nil
}

// softmaxGrad is y ⊙ (g - Σ y⊙g) of a softmax y along the columns, or g - eʸ Σ g of its logarithm.
func (l *lowering) softmaxGrad(v View, in []value) (value, error) {
	if dims(v.Node) != 2 || v.Axis == 0 {
		return value{}, ErrNotNative
	}
	y, g := in[1], in[2]
	_, cols := l.Shape(y)
	if v.Kind == OpLogSoftmaxGrad {
		return l.Apply(kernel.Sub, g, l.Apply(kernel.Mul, l.Apply(kernel.Exp, y), l.RepeatCols(l.SumCols(g), cols))), nil
	}
	sum := l.SumCols(l.Apply(kernel.Mul, y, g))
	return l.Apply(kernel.Mul, y, l.Apply(kernel.Sub, g, l.RepeatCols(sum, cols))), nil
}

// size is a length as a number. That of the rows is only known where the graph is for one row count.
func (l *lowering) size(v View, _ []value) (value, error) {
	n := 1
	if s := v.Inputs[0].Shape(); len(s) > v.Axis {
		n = s[v.Axis]
	}
	return l.Number(float64(n)), nil
}

// repeat is Gorgonia's Repeat: a number or row for all rows, or every column several times.
func (l *lowering) repeat(v View, in []value) (value, error) {
	x := in[0]
	s := v.Node.Shape()
	rows, cols := l.Shape(x)
	switch {
	case l.kind(v.Node) == PerRow && !x.PerRow():
		if rows != 1 {
			return x, fmt.Errorf("%d rows to repeat, want 1: %w", rows, ErrNotNative)
		}
		if dims(v.Node) == 1 {
			return l.RowValue(x, 1), nil
		}
		return l.RowValue(x, s[1]), nil
	case dims(v.Node) == 2 && v.Axis == 1:
		return l.RepeatCols(x, s[1]/cols), nil
	case x.PerRow():
		return x, ErrNotNative
	case dims(v.Node) == 1:
		return l.RepeatCols(x, s[0]/cols), nil
	case rows == 1:
		return l.Stretch(x, s[0], s[1]), nil
	}
	return l.Transpose(l.RepeatCols(l.Transpose(x), s[0]/rows)), nil
}
