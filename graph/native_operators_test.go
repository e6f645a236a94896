package graph_test

import (
	"testing"

	"gorgonia.org/gorgonia"

	"github.com/go-ffjord/ffjord/graph"
)

// operatorPrograms are small programs that hold every operator, per row and uniform. Each gives one node.
var operatorPrograms = []struct {
	name  string
	write func(g *graph.Graph, x, y, w *graph.Node) *graph.Node // x (rows, 3), y (rows, 3), w uniform (3, 3)
}{
	{"add", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node { return graph.Add(x, y) }},
	{"sub", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node { return graph.Sub(x, y) }},
	{"mul", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node { return graph.Mul(x, y) }},
	{"div", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node { return graph.Div(x, positive(y)) }},
	{"gt", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node { return graph.Mul(graph.Gt(x, y), x) }},
	{"ge", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node { return graph.Mul(graph.Ge(x, y), y) }},
	{"lt", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node { return graph.Mul(graph.Lt(x, y), x) }},
	{"le", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node { return graph.Mul(graph.Le(x, y), x) }},
	{"eq", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node { return graph.Mul(graph.Eq(x, y), x) }},
	{"ne", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node { return graph.Mul(graph.Ne(x, y), x) }},
	{"max", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node { return graph.Max(x, y) }},
	{"min", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node { return graph.Min(x, y) }},
	{"row", func(_ *graph.Graph, x, _, w *graph.Node) *graph.Node { return graph.Mul(x, graph.SliceRows(w, 1, 2)) }},
	{"row - x", func(_ *graph.Graph, x, _, w *graph.Node) *graph.Node { return graph.Sub(graph.SliceRows(w, 0, 1), x) }},
	{"x - row", func(_ *graph.Graph, x, _, w *graph.Node) *graph.Node { return graph.Sub(x, graph.SliceRows(w, 0, 1)) }},
	{"x / row", func(_ *graph.Graph, x, _, w *graph.Node) *graph.Node {
		return graph.Div(x, positive(graph.SliceRows(w, 0, 1)))
	}},
	{"row / x", func(_ *graph.Graph, x, _, w *graph.Node) *graph.Node {
		return graph.Div(graph.SliceRows(w, 0, 1), positive(x))
	}},
	{"column", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node { return graph.Add(x, graph.SliceCols(y, 1, 2)) }},
	{"number", func(_ *graph.Graph, x, _, w *graph.Node) *graph.Node {
		return graph.Add(x, graph.SliceCols(graph.SliceRows(w, 0, 1), 2, 3))
	}},
	{"scale shift", func(_ *graph.Graph, x, _, _ *graph.Node) *graph.Node { return graph.Shift(graph.Scale(x, -1.5), 0.25) }},
	{"powers", func(_ *graph.Graph, x, _, _ *graph.Node) *graph.Node {
		p := positive(x)
		return graph.Concat(graph.Pow(x, 2), graph.Pow(x, 3), graph.Pow(p, -1), graph.Pow(p, 0.5), graph.Pow(p, 1.7), graph.Pow(p, 1))
	}},
	{"neg", func(_ *graph.Graph, x, _, _ *graph.Node) *graph.Node { return graph.Neg(x) }},
	{"recip", func(_ *graph.Graph, x, _, _ *graph.Node) *graph.Node { return graph.Recip(positive(x)) }},
	{"invSqrt log2", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node {
		return graph.Sub(graph.InvSqrt(positive(x)), graph.Log2(positive(y)))
	}},
	{"erf", func(_ *graph.Graph, x, _, _ *graph.Node) *graph.Node { return graph.Erf(x) }},
	{"floor ceil", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node { return graph.Mul(graph.Floor(x), graph.Ceil(y)) }},
	{"square cube", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node {
		return graph.Sub(graph.Square(x), graph.Cube(y))
	}},
	{"sqrt", func(_ *graph.Graph, x, _, _ *graph.Node) *graph.Node { return graph.Sqrt(positive(x)) }},
	{"exp log", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node {
		return graph.Add(graph.Exp(x), graph.Log(positive(y)))
	}},
	{"log1p expm1", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node {
		return graph.Add(graph.Expm1(x), graph.Log1p(positive(y)))
	}},
	{"sin cos", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node { return graph.Mul(graph.Sin(x), graph.Cos(y)) }},
	{"abs sign", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node { return graph.Mul(graph.Abs(x), graph.Sign(y)) }},
	{"tanh", func(_ *graph.Graph, x, _, _ *graph.Node) *graph.Node { return graph.Tanh(x) }},
	{"sigmoid softplus", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node {
		return graph.Mul(graph.Sigmoid(x), graph.Softplus(y))
	}},
	{"relu", func(_ *graph.Graph, x, _, _ *graph.Node) *graph.Node { return graph.ReLU(x) }},
	{"where", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node {
		return graph.Where(graph.Gt(x, graph.Fill(x, 0.3)), graph.Square(y), graph.Neg(x))
	}},
	{"where number", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node {
		return graph.Where(graph.PadCols(graph.FillCols(x, 1, 2), 1, 3), y, x)
	}},
	{"matmul", func(_ *graph.Graph, x, _, w *graph.Node) *graph.Node { return graph.MatMul(x, w) }},
	{"matmul transpose", func(_ *graph.Graph, x, _, w *graph.Node) *graph.Node { return graph.MatMul(x, graph.Transpose(w)) }},
	{"matmul of uniform", func(_ *graph.Graph, x, _, w *graph.Node) *graph.Node {
		return graph.MatMul(x, graph.MatMul(w, graph.Tanh(w)))
	}},
	{"matmul of ones", func(_ *graph.Graph, x, _, w *graph.Node) *graph.Node { return graph.MatMul(x, graph.Fill(w, 1)) }},
	{"matmul of twos", func(_ *graph.Graph, x, _, w *graph.Node) *graph.Node { return graph.MatMul(x, graph.Fill(w, 2)) }},
	{"matmul of a selection", func(_ *graph.Graph, x, _, w *graph.Node) *graph.Node {
		one := graph.Fill(graph.SliceCols(graph.SliceRows(w, 0, 1), 0, 1), 1)
		row := graph.PadCols(one, 1, 3)
		return graph.MatMul(x, graph.Transpose(graph.Concat(graph.Transpose(row), graph.Transpose(row), graph.Transpose(row))))
	}},
	{"matmul of pads", func(_ *graph.Graph, x, y, w *graph.Node) *graph.Node {
		return graph.Concat(graph.MatMul(graph.PadCols(graph.SliceCols(x, 0, 1), 1, 3), w),
			graph.MatMul(graph.Concat(graph.SliceCols(x, 0, 1), graph.FillCols(x, 2, 1), graph.SliceCols(y, 2, 3)), w),
			graph.MatMul(graph.Concat(graph.FillCols(x, 2, 1), graph.SliceCols(x, 1, 2), graph.SliceRows(graph.SliceCols(w, 0, 1), 0, 1)), w))
	}},
	{"bias", func(_ *graph.Graph, x, _, w *graph.Node) *graph.Node {
		return graph.Tanh(graph.Add(graph.MatMul(x, w), graph.SliceRows(w, 2, 3)))
	}},
	{"product and sum", func(_ *graph.Graph, x, y, w *graph.Node) *graph.Node {
		return graph.Add(graph.Mul(graph.MatMul(x, w), y), x)
	}},
	{"sum of products", func(_ *graph.Graph, x, y, w *graph.Node) *graph.Node {
		return graph.Add(graph.MatMul(x, w), graph.MatMul(y, graph.Transpose(w)))
	}},
	{"repeat", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node {
		return graph.Mul(graph.RepeatCols(graph.SliceCols(x, 1, 2), 3), y)
	}},
	{"sum columns", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node { return graph.SumCols(graph.Concat(x, y)) }},
	{"sum few columns", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node { return graph.SumCols(graph.Mul(x, y)) }},
	{"sum equal columns", func(_ *graph.Graph, x, _, _ *graph.Node) *graph.Node {
		return graph.SumCols(graph.RepeatCols(graph.SliceCols(x, 0, 1), 4))
	}},
	{"sum mixed columns", func(_ *graph.Graph, x, _, w *graph.Node) *graph.Node {
		return graph.Concat(graph.SumCols(graph.Concat(x, graph.SliceRows(w, 1, 2), graph.FillCols(x, 0.5, 1))),
			graph.SumCols(graph.RepeatRowsLike(graph.SliceRows(w, 1, 2), x)), graph.SumCols(graph.Fill(x, 0)))
	}},
	{"cut pad", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node {
		return graph.Add(graph.PadCols(graph.SliceCols(x, 1, 3), 0, 3), graph.PadCols(graph.SliceCols(y, 0, 2), 1, 3))
	}},
	{"uniform structure", func(_ *graph.Graph, x, _, w *graph.Node) *graph.Node {
		a := graph.Concat(graph.SliceRows(w, 0, 2), graph.SumCols(graph.SliceRows(w, 1, 3)))     // (2, 4)
		b := graph.PadCols(graph.Transpose(graph.RepeatCols(graph.SliceCols(w, 0, 1), 2)), 1, 4) // (2, 4)
		return graph.MatMul(graph.SliceCols(x, 0, 2), graph.Add(graph.Mul(a, graph.Exp(b)), graph.RepeatRowsLike(graph.SumRows(b), a)))
	}},
	{"constant row", func(_ *graph.Graph, x, _, w *graph.Node) *graph.Node {
		return graph.RepeatRowsLike(graph.SliceRows(w, 1, 2), x)
	}},
	{"gorgonia broadcast", func(_ *graph.Graph, x, _, w *graph.Node) *graph.Node {
		return gorgonia.Must(gorgonia.BroadcastAdd(x, graph.SliceRows(w, 1, 2), nil, []byte{0}))
	}},
	{"gorgonia broadcast column", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node {
		return gorgonia.Must(gorgonia.BroadcastHadamardProd(x, graph.SliceCols(y, 1, 2), nil, []byte{1}))
	}},
	{"gorgonia sum", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node {
		s := gorgonia.Must(gorgonia.Sum(x, 1))
		return graph.Mul(y, gorgonia.Must(gorgonia.BroadcastAdd(graph.Fill(y, 0), s, nil, []byte{1})))
	}},
	{"gorgonia concat and slice", func(_ *graph.Graph, x, y, w *graph.Node) *graph.Node {
		c := gorgonia.Must(gorgonia.Concat(1, x, y))
		return graph.MatMul(gorgonia.Must(gorgonia.Slice(c, nil, gorgonia.S(2, 5))), gorgonia.Must(gorgonia.Transpose(w)))
	}},
	{"gorgonia softmax", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node {
		return graph.Concat(gorgonia.Must(gorgonia.SoftMax(x, 1)), gorgonia.Must(gorgonia.LogSoftMax(y, 1)))
	}},
	{"gorgonia mean", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node {
		return gorgonia.Must(gorgonia.BroadcastAdd(y, gorgonia.Must(gorgonia.Mean(x, 1)), nil, []byte{1}))
	}},
	{"gorgonia min max", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node {
		return graph.Sub(gorgonia.Must(gorgonia.MaxBetween(x, y)), gorgonia.Must(gorgonia.MinBetween(x, y)))
	}},
	{"gorgonia functions", func(_ *graph.Graph, x, y, _ *graph.Node) *graph.Node {
		p := positive(x)
		return graph.Concat(gorgonia.Must(gorgonia.InverseSqrt(p)), gorgonia.Must(gorgonia.Log2(p)), gorgonia.Must(gorgonia.Floor(y)),
			gorgonia.Must(gorgonia.Ceil(y)), gorgonia.Must(gorgonia.Lt(x, y, true)), gorgonia.Must(gorgonia.Ne(x, y, true)))
	}},
}

// positive returns |x| + ½.
func positive(x *graph.Node) *graph.Node { return graph.Shift(graph.Abs(x), 0.5) }

// allRows are the row counts around the width of a vector and the length of a tile.
var allRows = []int{1, 2, 15, 16, 17, 101, 128, 300}

func TestNativeOperators(t *testing.T) {
	for _, test := range operatorPrograms {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			t.Run("float64", func(t *testing.T) { operatorOnEngines[float64](t, test.write) })
			t.Run("float32", func(t *testing.T) { operatorOnEngines[float32](t, test.write) })
		})
	}
}

// operatorOnEngines compares an operator's value, its sum over rows, its gradients, its tangent, and the gradients of
// that.
func operatorOnEngines[T graph.Float](t *testing.T, write func(g *graph.Graph, x, y, w *graph.Node) *graph.Node) {
	requireEngines[T](t, 1, allRows, func(g *graph.Graph) {
		x, y, w := g.Rows("x", 3), g.Rows("y", 3), g.Uniform("w", 3, 3)
		v := write(g, x, y, w)
		g.Output("v", v)
		g.Output("sum", graph.SumRows(v))
		wrt := []*graph.Node{x, y, w}
		seed := g.Rows("seed", v.Shape()[1])
		gradients(g, "", v, seed, wrt)
		if t := graph.JVP([]*graph.Node{v}, []*graph.Node{x, y}, []*graph.Node{g.Rows("dx", 3), g.Rows("dy", 3)})[0]; t != nil {
			g.Output("tangent", t)
			gradients(g, " of tangent", t, seed, wrt)
		}
	})
}

func gradients(g *graph.Graph, suffix string, v, seed *graph.Node, wrt []*graph.Node) {
	for i, d := range graph.VJP([]*graph.Node{v}, []*graph.Node{seed}, wrt) {
		if d != nil {
			g.Output([]string{"gx", "gy", "gw"}[i]+suffix, d)
		}
	}
}
