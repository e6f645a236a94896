package graph_test

import (
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

type shape = tensor.Shape

func apply1(f func(a *graph.Node) *graph.Node) func(x []*graph.Node) *graph.Node {
	return func(x []*graph.Node) *graph.Node { return f(x[0]) }
}

func apply2(f func(a, b *graph.Node) *graph.Node) func(x []*graph.Node) *graph.Node {
	return func(x []*graph.Node) *graph.Node { return f(x[0], x[1]) }
}

// Shapes of one matrix of rows, of two alike, and of the ways in which one is repeated for the other.
var (
	matrix      = []shape{{R, 2}}
	column      = []shape{{R, 1}}
	alike       = []shape{{R, 2}, {R, 2}}
	withRow     = []shape{{R, 2}, {1, 2}}
	rowFirst    = []shape{{1, 2}, {R, 2}}
	withColumn  = []shape{{R, 2}, {R, 1}}
	columnFirst = []shape{{R, 1}, {R, 2}}
	withOne     = []shape{{R, 2}, {1, 1}}
	crossed     = []shape{{R, 1}, {1, 3}}
)

// ownOperators has one line for every differentiable operator of the package and every way of repeating operands.
// Domains keep away from kinks, poles and zero.
var ownOperators = []operator{
	{"Add", alike, -1, 1, apply2(graph.Add)},
	{"Add/row", withRow, -1, 1, apply2(graph.Add)},
	{"Add/crossed", crossed, -1, 1, apply2(graph.Add)},
	{"Add/itself", matrix, -1, 1, func(x []*graph.Node) *graph.Node { return graph.Add(x[0], x[0]) }},
	{"Sub", alike, -1, 1, apply2(graph.Sub)},
	{"Sub/row first", rowFirst, -1, 1, apply2(graph.Sub)},
	{"Sub/column", withColumn, -1, 1, apply2(graph.Sub)},
	{"Mul", alike, -1, 1, apply2(graph.Mul)},
	{"Mul/column first", columnFirst, -1, 1, apply2(graph.Mul)},
	{"Mul/one", withOne, -1, 1, apply2(graph.Mul)},
	{"Mul/itself", matrix, -1, 1, func(x []*graph.Node) *graph.Node { return graph.Mul(x[0], x[0]) }},
	{"Div", alike, 0.5, 2, apply2(graph.Div)},
	{"Div/row", withRow, 0.5, 2, apply2(graph.Div)},
	{"Div/row first", rowFirst, 0.5, 2, apply2(graph.Div)},
	{"Max", alike, -1, 1, apply2(graph.Max)},
	{"Max/row", withRow, -1, 1, apply2(graph.Max)},
	{"Min", alike, -1, 1, apply2(graph.Min)},
	{"Min/crossed", crossed, -1, 1, apply2(graph.Min)},
	{"Scale", matrix, -1, 1, func(x []*graph.Node) *graph.Node { return graph.Scale(x[0], 2.5) }},
	{"Shift", matrix, -1, 1, func(x []*graph.Node) *graph.Node { return graph.Shift(x[0], 2.5) }},
	{"Pow/2.5", matrix, 0.5, 2, func(x []*graph.Node) *graph.Node { return graph.Pow(x[0], 2.5) }},
	{"Pow/3 of negatives", matrix, -2, -0.5, func(x []*graph.Node) *graph.Node { return graph.Pow(x[0], 3) }},
	{"Pow/1", matrix, -1, 1, func(x []*graph.Node) *graph.Node { return graph.Pow(x[0], 1) }},
	{"Neg", matrix, -1, 1, apply1(graph.Neg)},
	{"Recip", matrix, 0.5, 2, apply1(graph.Recip)},
	{"InvSqrt", matrix, 0.5, 2, apply1(graph.InvSqrt)},
	{"Log2", matrix, 0.5, 2, apply1(graph.Log2)},
	{"Erf", matrix, -1, 1, apply1(graph.Erf)},
	{"Floor", matrix, 0.1, 0.9, func(x []*graph.Node) *graph.Node { return graph.Mul(graph.Floor(x[0]), x[0]) }},
	{"Ceil", matrix, 0.1, 0.9, func(x []*graph.Node) *graph.Node { return graph.Mul(graph.Ceil(x[0]), x[0]) }},
	{"Square", matrix, -1, 1, apply1(graph.Square)},
	{"Cube", matrix, -1, 1, apply1(graph.Cube)},
	{"Sqrt", matrix, 0.5, 2, apply1(graph.Sqrt)},
	{"Exp", matrix, -1, 1, apply1(graph.Exp)},
	{"Log", matrix, 0.5, 2, apply1(graph.Log)},
	{"Log1p", matrix, -0.5, 1, apply1(graph.Log1p)},
	{"Expm1", matrix, -1, 1, apply1(graph.Expm1)},
	{"Sin", matrix, -1, 1, apply1(graph.Sin)},
	{"Cos", matrix, -1, 1, apply1(graph.Cos)},
	{"Abs", matrix, 0.1, 1, apply1(graph.Abs)},
	{"Abs of negatives", matrix, -1, -0.1, apply1(graph.Abs)},
	{"Tanh", matrix, -1, 1, apply1(graph.Tanh)},
	{"Tanh/column", column, -1, 1, apply1(graph.Tanh)},
	{"Sigmoid", matrix, -1, 1, apply1(graph.Sigmoid)},
	{"Softplus", matrix, -1, 1, apply1(graph.Softplus)},
	{"ReLU", matrix, 0.1, 1, apply1(graph.ReLU)},
	{"ReLU of negatives", matrix, -1, -0.1, apply1(graph.ReLU)},
	{"Gt", alike, -1, 1, apply2(graph.Gt)},
	{"Ge", alike, -1, 1, apply2(graph.Ge)},
	{"Lt", alike, -1, 1, apply2(graph.Lt)},
	{"Le", alike, -1, 1, apply2(graph.Le)},
	{"Eq", alike, -1, 1, apply2(graph.Eq)},
	{"Ne", alike, -1, 1, apply2(graph.Ne)},
	{"Sign", matrix, 0.1, 1, func(x []*graph.Node) *graph.Node { return graph.Mul(graph.Sign(x[0]), x[0]) }},
	{"Where", []shape{{R, 2}, {R, 2}, {1, 2}}, -1, 1, func(x []*graph.Node) *graph.Node {
		return graph.Where(graph.Gt(x[0], graph.Fill(x[0], 0)), x[1], x[2])
	}},
	{"MatMul", []shape{{R, 2}, {2, 3}}, -1, 1, apply2(graph.MatMul)},
	{"MatMul/to a column", []shape{{R, 2}, {2, 1}}, -1, 1, apply2(graph.MatMul)},
	{"MatMul/from a column", []shape{{R, 1}, {1, 3}}, -1, 1, apply2(graph.MatMul)},
	{"MatMul/with its transpose", matrix, -1, 1, func(x []*graph.Node) *graph.Node { return graph.MatMul(x[0], graph.Transpose(x[0])) }},
	{"Transpose", matrix, -1, 1, apply1(graph.Transpose)},
	{"RepeatRowsLike", []shape{{1, 2}, {R, 3}}, -1, 1, apply2(graph.RepeatRowsLike)},
	{"RepeatCols", column, -1, 1, func(x []*graph.Node) *graph.Node { return graph.RepeatCols(x[0], 3) }},
	{"SumRows", matrix, -1, 1, apply1(graph.SumRows)},
	{"SumCols", matrix, -1, 1, apply1(graph.SumCols)},
	{"SliceCols", []shape{{R, 4}}, -1, 1, func(x []*graph.Node) *graph.Node { return graph.SliceCols(x[0], 1, 3) }},
	{"SliceRows", []shape{{4, 2}}, -1, 1, func(x []*graph.Node) *graph.Node { return graph.SliceRows(x[0], 1, 3) }},
	{"PadCols", matrix, -1, 1, func(x []*graph.Node) *graph.Node { return graph.PadCols(x[0], 1, 4) }},
	{"Concat", []shape{{R, 2}, {1, 1}, {R, 3}}, -1, 1, func(x []*graph.Node) *graph.Node { return graph.Concat(x...) }},
	{"Concat/twice the same", matrix, -1, 1, func(x []*graph.Node) *graph.Node { return graph.Concat(x[0], x[0]) }},
	{"Fill", matrix, -1, 1, func(x []*graph.Node) *graph.Node { return graph.Mul(graph.Fill(x[0], 3), x[0]) }},
	{"FillCols", matrix, -1, 1, func(x []*graph.Node) *graph.Node { return graph.Mul(graph.FillCols(x[0], 3, 1), x[0]) }},
	{"a net", []shape{{R, 2}, {2, 3}, {1, 3}, {3, 2}}, -1, 1, func(x []*graph.Node) *graph.Node {
		return graph.MatMul(graph.Tanh(graph.Add(graph.MatMul(x[0], x[1]), x[2])), x[3])
	}},
	{"log of 1 + σ", matrix, -1, 1, func(x []*graph.Node) *graph.Node {
		return graph.Log(graph.Shift(graph.Sigmoid(x[0]), 1))
	}},
	{"log of σ", matrix, -1, 1, func(x []*graph.Node) *graph.Node { return graph.Log(graph.Sigmoid(x[0])) }},
	{"1 - σ", matrix, -1, 1, func(x []*graph.Node) *graph.Node {
		return graph.Square(graph.Shift(graph.Neg(graph.Sigmoid(x[0])), 1))
	}},
	{"log1p of exp", matrix, -1, 1, func(x []*graph.Node) *graph.Node { return graph.Log1p(graph.Exp(x[0])) }},
	{"-(-x)", matrix, -1, 1, func(x []*graph.Node) *graph.Node { return graph.Mul(graph.Neg(graph.Neg(x[0])), x[0]) }},
}
