package graph_test

import (
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

// TestPlainOperators checks the derivatives of nodes that were made with Gorgonia's own functions.
func TestPlainOperators(t *testing.T) { checkOperators(t, plainOperators) }

var (
	scalarIn   = []shape{{}}
	vector     = []shape{{3}}
	cube       = []shape{{2, R, 3}}
	matVector  = []shape{{R, 3}, {3}}
	squareOnes = []shape{{2, 3}, {2, 3}}
)

func must1(f func(*graph.Node) (*graph.Node, error)) func(x []*graph.Node) *graph.Node {
	return func(x []*graph.Node) *graph.Node { return gorgonia.Must(f(x[0])) }
}

func must2(f func(a, b *graph.Node) (*graph.Node, error)) func(x []*graph.Node) *graph.Node {
	return func(x []*graph.Node) *graph.Node { return gorgonia.Must(f(x[0], x[1])) }
}

func along(f func(*graph.Node, ...int) (*graph.Node, error), axes ...int) func(x []*graph.Node) *graph.Node {
	return func(x []*graph.Node) *graph.Node { return gorgonia.Must(f(x[0], axes...)) }
}

type broadcaster = func(a, b *graph.Node, left, right []byte) (*graph.Node, error)

func spread(f broadcaster, left, right []byte) func(x []*graph.Node) *graph.Node {
	return func(x []*graph.Node) *graph.Node { return gorgonia.Must(f(x[0], x[1], left, right)) }
}

// taken cuts ranges out of a copy of x: a slice of an input would meet no other operator.
func taken(ranges ...[2]int) func(x []*graph.Node) *graph.Node {
	return func(x []*graph.Node) *graph.Node {
		n := gorgonia.Must(gorgonia.Square(x[0]))
		for axis, r := range ranges {
			if r[1] == 0 {
				continue
			}
			cut := make([]tensor.Slice, axis+1)
			cut[axis] = gorgonia.S(r[0], r[1])
			n = gorgonia.Must(gorgonia.Slice(n, cut...))
		}
		return n
	}
}

var plainOperators = []operator{
	{"Add/scalar first", []shape{{}, {R, 2}}, -1, 1, must2(gorgonia.Add)},
	{"Add/scalar second", []shape{{R, 2}, {}}, -1, 1, must2(gorgonia.Add)},
	{"Add/scalars", []shape{{}, {}}, -1, 1, must2(gorgonia.Add)},
	{"Sub/scalar first", []shape{{}, {R, 2}}, -1, 1, must2(gorgonia.Sub)},
	{"Sub/scalar second", []shape{{R, 2}, {}}, -1, 1, must2(gorgonia.Sub)},
	{"HadamardProd/scalar first", []shape{{}, {R, 2}}, -1, 1, must2(gorgonia.HadamardProd)},
	{"HadamardProd/scalar second", []shape{{R, 2}, {}}, -1, 1, must2(gorgonia.HadamardProd)},
	{"HadamardProd/scalar and vector", []shape{{}, {3}}, -1, 1, must2(gorgonia.HadamardProd)},
	{"HadamardProd/scalars", []shape{{}, {}}, -1, 1, must2(gorgonia.HadamardProd)},
	{"HadamardProd/cubes", []shape{{2, R, 3}, {2, R, 3}}, -1, 1, must2(gorgonia.HadamardProd)},
	{"HadamardDiv/scalar first", []shape{{}, {R, 2}}, 0.5, 2, must2(gorgonia.HadamardDiv)},
	{"HadamardDiv/scalar second", []shape{{R, 2}, {}}, 0.5, 2, must2(gorgonia.HadamardDiv)},
	{"HadamardDiv/vectors", []shape{{3}, {3}}, 0.5, 2, must2(gorgonia.HadamardDiv)},
	{"Pow", []shape{{R, 2}, {R, 2}}, 0.5, 2, must2(gorgonia.Pow)},
	{"Pow/scalar exponent", []shape{{R, 2}, {}}, 0.5, 2, must2(gorgonia.Pow)},
	{"Pow/scalar base", []shape{{}, {R, 2}}, 0.5, 2, must2(gorgonia.Pow)},
	{"Pow/scalars", []shape{{}, {}}, 0.5, 2, must2(gorgonia.Pow)},

	{"Tanh/scalar", scalarIn, -1, 1, must1(gorgonia.Tanh)},
	{"Tanh/vector", vector, -1, 1, must1(gorgonia.Tanh)},
	{"Tanh/cube", cube, -1, 1, must1(gorgonia.Tanh)},
	{"Sigmoid/vector", vector, -1, 1, must1(gorgonia.Sigmoid)},
	{"Sigmoid/scalar", scalarIn, -1, 1, must1(gorgonia.Sigmoid)},
	{"Softplus/vector", vector, -1, 1, must1(gorgonia.Softplus)},
	{"Exp/scalar", scalarIn, -1, 1, must1(gorgonia.Exp)},
	{"Log/vector", vector, 0.5, 2, must1(gorgonia.Log)},
	{"Log2", matrix, 0.5, 2, must1(gorgonia.Log2)},
	{"Log2/vector", vector, 0.5, 2, must1(gorgonia.Log2)},
	{"Log1p/scalar", scalarIn, -0.5, 1, must1(gorgonia.Log1p)},
	{"Expm1/vector", vector, -1, 1, must1(gorgonia.Expm1)},
	{"Sqrt/vector", vector, 0.5, 2, must1(gorgonia.Sqrt)},
	{"InverseSqrt", matrix, 0.5, 2, must1(gorgonia.InverseSqrt)},
	{"InverseSqrt/scalar", scalarIn, 0.5, 2, must1(gorgonia.InverseSqrt)},
	{"Inverse/vector", vector, 0.5, 2, must1(gorgonia.Inverse)},
	{"Square/scalar", scalarIn, -1, 1, must1(gorgonia.Square)},
	{"Cube/vector", vector, -1, 1, must1(gorgonia.Cube)},
	{"Sin/scalar", scalarIn, -1, 1, must1(gorgonia.Sin)},
	{"Cos/vector", vector, -1, 1, must1(gorgonia.Cos)},
	{"Abs/vector", vector, 0.1, 1, must1(gorgonia.Abs)},
	{"Neg/vector", vector, -1, 1, must1(gorgonia.Neg)},
	{"Rectify", matrix, 0.1, 1, must1(gorgonia.Rectify)},
	{"LeakyRelu", matrix, -1, -0.1, func(x []*graph.Node) *graph.Node { return gorgonia.Must(gorgonia.LeakyRelu(x[0], 0.1)) }},
	{"Mish", matrix, -1, 1, must1(gorgonia.Mish)},
	{"MaxBetween", alike, -1, 1, must2(gorgonia.MaxBetween)},
	{"MinBetween", alike, -1, 1, must2(gorgonia.MinBetween)},
	{"MaxBetween/vectors", []shape{{3}, {3}}, -1, 1, must2(gorgonia.MaxBetween)},

	{"BroadcastAdd/row", withRow, -1, 1, spread(gorgonia.BroadcastAdd, nil, []byte{0})},
	{"BroadcastAdd/vector of a row", []shape{{R, 2}, {2}}, -1, 1, spread(gorgonia.BroadcastAdd, nil, []byte{0})},
	{"BroadcastSub/column", withColumn, -1, 1, spread(gorgonia.BroadcastSub, nil, []byte{1})},
	{"BroadcastSub/vector of a column", []shape{{R, 2}, {R}}, -1, 1, spread(gorgonia.BroadcastSub, nil, []byte{1})},
	{"BroadcastHadamardProd/row first", rowFirst, -1, 1, spread(gorgonia.BroadcastHadamardProd, []byte{0}, nil)},
	{"BroadcastHadamardProd/crossed", crossed, -1, 1, spread(gorgonia.BroadcastHadamardProd, []byte{1}, []byte{0})},
	{"BroadcastHadamardDiv/column", withColumn, 0.5, 2, spread(gorgonia.BroadcastHadamardDiv, nil, []byte{1})},

	{"Sum", matrix, -1, 1, along(gorgonia.Sum)},
	{"Sum/rows", matrix, -1, 1, along(gorgonia.Sum, 0)},
	{"Sum/columns", matrix, -1, 1, along(gorgonia.Sum, 1)},
	{"Sum/both", matrix, -1, 1, along(gorgonia.Sum, 0, 1)},
	{"Sum/vector", vector, -1, 1, along(gorgonia.Sum)},
	{"Sum/cube, middle", cube, -1, 1, along(gorgonia.Sum, 1)},
	{"Sum/cube, outer", cube, -1, 1, along(gorgonia.Sum, 0, 2)},
	{"Sum/of squares", matrix, -1, 1, func(x []*graph.Node) *graph.Node {
		return gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.Square(x[0]))))
	}},
	{"Mean", matrix, -1, 1, along(gorgonia.Mean)},
	{"Mean/rows", matrix, -1, 1, along(gorgonia.Mean, 0)},
	{"Mean/columns", matrix, -1, 1, along(gorgonia.Mean, 1)},
	{"Max", matrix, -1, 1, along(gorgonia.Max)},
	{"Max/rows", matrix, -1, 1, along(gorgonia.Max, 0)},
	{"Max/columns", matrix, -1, 1, along(gorgonia.Max, 1)},
	{"Max/of cubes", matrix, -1, 1, func(x []*graph.Node) *graph.Node {
		return gorgonia.Must(gorgonia.Max(gorgonia.Must(gorgonia.Cube(x[0])), 1))
	}},
	{"Norm/1", matrix, 0.1, 1, func(x []*graph.Node) *graph.Node { return gorgonia.Must(gorgonia.Norm(x[0], 1, 1)) }},
	{"Norm/2", matrix, 0.1, 1, func(x []*graph.Node) *graph.Node { return gorgonia.Must(gorgonia.Norm(x[0], 1, 2)) }},

	{"Reshape", []shape{{R, 4}}, -1, 1, func(x []*graph.Node) *graph.Node {
		s := x[0].Shape()
		return gorgonia.Must(gorgonia.Reshape(gorgonia.Must(gorgonia.Square(x[0])), shape{s[0] * 2, 2}))
	}},
	{"Reshape/to three axes", []shape{{R, 4}}, -1, 1, func(x []*graph.Node) *graph.Node {
		s := x[0].Shape()
		return gorgonia.Must(gorgonia.Reshape(gorgonia.Must(gorgonia.Square(x[0])), shape{s[0], 2, 2}))
	}},
	{"Transpose", matrix, -1, 1, func(x []*graph.Node) *graph.Node {
		return gorgonia.Must(gorgonia.Transpose(gorgonia.Must(gorgonia.Square(x[0])), 1, 0))
	}},
	{"Transpose/three axes", cube, -1, 1, func(x []*graph.Node) *graph.Node {
		return gorgonia.Must(gorgonia.Transpose(gorgonia.Must(gorgonia.Square(x[0])), 2, 0, 1))
	}},
	{"Slice/columns", []shape{{R, 4}}, -1, 1, taken([2]int{}, [2]int{1, 3})},
	{"Slice/rows", []shape{{4, 2}}, -1, 1, taken([2]int{1, 3})},
	{"Slice/both", []shape{{4, 4}}, -1, 1, taken([2]int{1, 3}, [2]int{1, 4})},
	{"Slice/one column", []shape{{3, 4}}, -1, 1, taken([2]int{}, [2]int{2, 3})},
	{"Slice/vector", []shape{{5}}, -1, 1, taken([2]int{1, 4})},
	{"Concat/columns", []shape{{R, 2}, {R, 1}, {R, 3}}, -1, 1, func(x []*graph.Node) *graph.Node { return gorgonia.Must(gorgonia.Concat(1, x...)) }},
	{"Concat/rows", []shape{{R, 2}, {2, 2}}, -1, 1, func(x []*graph.Node) *graph.Node { return gorgonia.Must(gorgonia.Concat(0, x...)) }},
	{"Concat/of tanh", alike, -1, 1, func(x []*graph.Node) *graph.Node {
		return gorgonia.Must(gorgonia.Tanh(gorgonia.Must(gorgonia.Concat(1, x...))))
	}},

	{"Mul/matrix and vector", matVector, -1, 1, must2(gorgonia.Mul)},
	{"Mul/vector and matrix", []shape{{3}, {3, 2}}, -1, 1, must2(gorgonia.Mul)},
	{"Mul/vectors", []shape{{3}, {3}}, -1, 1, must2(gorgonia.Mul)},
	{"Mul/tanh of matrix and vector", matVector, -1, 1, func(x []*graph.Node) *graph.Node {
		return gorgonia.Must(gorgonia.Tanh(gorgonia.Must(gorgonia.Mul(x[0], x[1]))))
	}},
	{"OuterProd", []shape{{3}, {4}}, -1, 1, must2(gorgonia.OuterProd)},
	{"OuterProd/square", []shape{{3}, {3}}, -1, 1, must2(gorgonia.OuterProd)},
	{"BatchedMatMul", []shape{{2, R, 3}, {2, 3, 2}}, -1, 1, func(x []*graph.Node) *graph.Node { return gorgonia.Must(gorgonia.BatchedMatMul(x[0], x[1])) }},
	{"BatchedMatMul/both transposed", []shape{{2, 3, R}, {2, 2, 3}}, -1, 1, func(x []*graph.Node) *graph.Node {
		return gorgonia.Must(gorgonia.BatchedMatMul(x[0], x[1], true, true))
	}},
	{"Tensordot", squareOnes, -1, 1, func(x []*graph.Node) *graph.Node {
		return gorgonia.Must(gorgonia.Tensordot([]int{1}, []int{1}, x[0], x[1]))
	}},
	{"SoftMax", []shape{{R, 3}}, -1, 1, func(x []*graph.Node) *graph.Node { return gorgonia.Must(gorgonia.SoftMax(x[0], 1)) }},
	{"SoftMax/of tanh", []shape{{R, 3}}, -1, 1, func(x []*graph.Node) *graph.Node {
		return gorgonia.Must(gorgonia.SoftMax(gorgonia.Must(gorgonia.Tanh(x[0])), 1))
	}},
	{"LogSoftMax", []shape{{R, 3}}, -1, 1, func(x []*graph.Node) *graph.Node { return gorgonia.Must(gorgonia.LogSoftMax(x[0], 1)) }},
}
