package graph

import (
	"fmt"
	"slices"

	"github.com/go-ffjord/ffjord/internal/engine"
)

// translate gives the native engine the operator of v. Its operands have been checked by rowKind.
func (l *lowering) translate(v View, in []engine.Value) (engine.Value, error) {
	if err := l.checkRows(v); err != nil {
		return engine.Value{}, err
	}
	if fn, ok := nativeFns[v.Kind]; ok {
		if i := slices.IndexFunc(v.Inputs, func(n *Node) bool { return dims(n) != 0 && !slices.Equal(n.Shape(), v.Node.Shape()) }); i >= 0 {
			return engine.Value{}, fmt.Errorf("operand %d has not the shape of the result %s: %w", i+1, shapeString(v.Node.Shape()), ErrNotNative)
		}
		return l.Apply(fn, in...), nil
	}
	perRow := l.kinds[v.Node] == PerRow
	switch v.Kind {
	case OpConstant:
		return l.constant(v)
	case OpMatMul:
		return l.product(v, in[0], in[1]), nil
	case OpRepeatRows:
		if perRow {
			_, cols := l.Shape(in[0])
			return l.RowValue(in[0], cols), nil
		}
		return l.Stretch(in[0], v.Node.Shape()[0], v.Node.Shape()[1]), nil
	case OpRepeatCols:
		return l.RepeatCols(in[0], v.Total), nil
	case OpSumRows:
		return l.SumRows(in[0]), nil
	case OpSumCols:
		return l.SumCols(in[0]), nil
	case OpFill:
		if perRow {
			return l.Fill(v.Value, v.Total), nil
		}
		return l.Stretch(l.Number(v.Value), v.Node.Shape()[0], v.Total), nil
	case OpCut, OpSlice:
		return l.along(v, in[0], func(x engine.Value) engine.Value { return l.Cut(x, v.From, v.To, v.Step) })
	case OpPad:
		return l.along(v, in[0], func(x engine.Value) engine.Value { return l.Pad(x, v.From, v.Total) })
	case OpSliceIncr:
		return l.unslice(v, in[0], in[1])
	case OpJoin, OpConcat:
		return l.join(v, in)
	case OpTranspose, OpPermute:
		if perRow || dims(v.Node) != 2 || v.Kind == OpPermute && !slices.Equal(v.Axes, []int{1, 0}) {
			return engine.Value{}, ErrNotNative
		}
		return l.Transpose(in[0]), nil
	case OpReshape, OpDetach:
		return in[0], nil
	case OpSum:
		return l.sum(v, in[0])
	case OpMaxAlong:
		if len(v.Axes) != 1 || v.Axes[0] != 1 || dims(v.Inputs[0]) != 2 {
			return engine.Value{}, ErrNotNative
		}
		return l.MaxCols(in[0]), nil
	case OpSoftmax, OpLogSoftmax:
		if dims(v.Node) != 2 || v.Axis == 0 {
			return engine.Value{}, ErrNotNative
		}
		return l.softmax(in[0], v.Kind == OpLogSoftmax), nil
	case OpSoftmaxGrad, OpLogSoftmaxGrad:
		if dims(v.Node) != 2 || v.Axis == 0 {
			return engine.Value{}, ErrNotNative
		}
		return l.softmaxGrad(in[1], in[2], v.Kind == OpLogSoftmaxGrad), nil
	case OpSize:
		return l.size(v)
	case OpRepeat:
		return l.repeat(v, in[0])
	}
	return engine.Value{}, ErrNotNative
}

// checkRows refuses a matrix or vector without rows beside values per row, which a graph for one row count may hold.
func (l *lowering) checkRows(v View) error {
	if l.kinds[v.Node] != PerRow || v.Kind == OpMatMul || v.Kind == OpRepeatRows || v.Kind == OpRepeat {
		return nil
	}
	for i, n := range v.Inputs {
		if l.kinds[n] != PerRow && dims(n) != 0 {
			return fmt.Errorf("operand %d has no row for each sample; name the input that it comes from among the inputs of rows", i+1)
		}
	}
	return nil
}

func (l *lowering) constant(v View) (engine.Value, error) {
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
		return engine.Value{}, ErrNotNative
	}
	s := v.Node.Shape()
	if len(s) > 2 || s.TotalSize() != len(data) {
		return engine.Value{}, ErrNotNative
	}
	return l.Constant(s.TotalSize()/s[len(s)-1], s[len(s)-1], data), nil
}

// product is a·b with the transposes of v.
func (l *lowering) product(v View, a, b engine.Value) engine.Value {
	if a.PerRow() && b.PerRow() {
		return l.MatMulRows(a, b)
	}
	if v.TransA {
		a = l.Transpose(a)
	}
	if v.TransB {
		b = l.Transpose(b)
	}
	return l.MatMul(a, b)
}

// along applies f to the columns of x, or to the rows of a matrix in place of them.
func (l *lowering) along(v View, x engine.Value, f func(engine.Value) engine.Value) (engine.Value, error) {
	switch n := v.Inputs[0].Shape(); {
	case v.Kind == OpSlice && v.From == 0 && v.To == n[v.Axis] && v.Step == 1:
		return x, nil
	case x.PerRow() && v.Axis == 0:
		return x, fmt.Errorf("rows have no position: %w", ErrNotNative)
	case v.Axis == 1 || dims(v.Inputs[0]) == 1:
		return f(x), nil
	}
	return l.Transpose(f(l.Transpose(x))), nil
}

// join puts values side by side, or matrices one under the other.
func (l *lowering) join(v View, in []engine.Value) (engine.Value, error) {
	if v.Axis == 1 || dims(v.Node) == 1 {
		return l.Join(in...), nil
	}
	turned := make([]engine.Value, len(in))
	for i, x := range in {
		if x.PerRow() {
			return x, fmt.Errorf("rows have no position: %w", ErrNotNative)
		}
		turned[i] = l.Transpose(x)
	}
	return l.Transpose(l.Join(turned...)), nil
}
