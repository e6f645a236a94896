package graph_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

// valuesTolerance is the rounding of a few operations of order one.
var valuesTolerance = map[tensor.Dtype]float64{tensor.Float64: 1e-14, tensor.Float32: 1e-6}

// unaryValue is a function of one operand in closed form, at -2, -0.5, 0.25, 1, 1.5 and 2 or at in.
type unaryValue struct {
	name string
	op   func(*graph.Node) *graph.Node
	want func(float64) float64
	in   []float64
}

var unaryValues = []unaryValue{
	{"Neg", graph.Neg, func(x float64) float64 { return -x }, nil},
	{"Recip", graph.Recip, func(x float64) float64 { return 1 / x }, nil},
	{"InvSqrt", graph.InvSqrt, func(x float64) float64 { return 1 / math.Sqrt(x) }, []float64{0.25, 2, 3, 0.5, 1, 7}},
	{"Log2", graph.Log2, math.Log2, []float64{0.25, 2, 3, 0.5, 1, 7}},
	{"Erf", graph.Erf, math.Erf, []float64{0, -0.5, 3, 0.5, -1, 7}},
	{"Floor", graph.Floor, math.Floor, []float64{0, -0.5, 3, 0.5, -1, 7.9}},
	{"Ceil", graph.Ceil, math.Ceil, []float64{0, -0.5, 3, 0.5, -1, 7.9}},
	{"Square", graph.Square, func(x float64) float64 { return x * x }, nil},
	{"Cube", graph.Cube, func(x float64) float64 { return x * x * x }, nil},
	{"Sqrt", graph.Sqrt, math.Sqrt, []float64{0, 0.25, 2, 3, 0.5, 1}},
	{"Exp", graph.Exp, math.Exp, nil},
	{"Log", graph.Log, math.Log, []float64{0.1, 0.25, 2, 3, 0.5, 1}},
	{"Log1p", graph.Log1p, math.Log1p, []float64{-0.5, 0.25, 2, 3, 1e-3, 1}},
	{"Expm1", graph.Expm1, math.Expm1, nil},
	{"Sin", graph.Sin, math.Sin, nil},
	{"Cos", graph.Cos, math.Cos, nil},
	{"Abs", graph.Abs, math.Abs, nil},
	{"Sign", graph.Sign, func(x float64) float64 { return math.Copysign(1, x) }, nil},
	{"Tanh", graph.Tanh, math.Tanh, nil},
	{"Sigmoid", graph.Sigmoid, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, nil},
	{"Softplus", graph.Softplus, func(x float64) float64 { return math.Log1p(math.Exp(x)) }, nil},
	{"ReLU", graph.ReLU, func(x float64) float64 { return max(x, 0) }, nil},
	{"Scale", func(a *graph.Node) *graph.Node { return graph.Scale(a, -1.5) }, func(x float64) float64 { return -1.5 * x }, nil},
	{"Shift", func(a *graph.Node) *graph.Node { return graph.Shift(a, -1.5) }, func(x float64) float64 { return x - 1.5 }, nil},
	{"Pow", func(a *graph.Node) *graph.Node { return graph.Pow(a, 3) }, func(x float64) float64 { return x * x * x }, nil},
	{"Fill", func(a *graph.Node) *graph.Node { return graph.Fill(a, 0.1) }, func(x float64) float64 { return 0.1 }, nil},
	{"log of 1 + x", func(a *graph.Node) *graph.Node { return graph.Log(graph.Shift(graph.Square(a), 1)) },
		func(x float64) float64 { return math.Log(x*x + 1) }, nil},
	{"-(-x)", func(a *graph.Node) *graph.Node { return graph.Neg(graph.Neg(a)) }, func(x float64) float64 { return x }, nil},
}

func TestUnaryValues(t *testing.T) {
	for _, tt := range unaryValues {
		for dtype, tol := range valuesTolerance {
			for _, s := range []shape{{1, 6}, {6, 1}, {2, 3}} {
				t.Run(fmt.Sprint(tt.name, dtype, s), func(t *testing.T) {
					in := tt.in
					if in == nil {
						in = []float64{-2, -0.5, 0.25, 1, 1.5, 2}
					}
					e := newEvaluator(t, dtype, func(e *evaluator) []*graph.Node {
						return []*graph.Node{tt.op(e.input("a", s))}
					})
					got := e.run(map[string][]float64{"a": in})[0]
					for i := range in {
						assert.InDelta(t, tt.want(in[i]), got[i], tol*10, "at %v", in[i])
					}
				})
			}
		}
	}
}

// Every way in which two operands of two axes meet: each axis equal, or 1 on either side.
func TestBroadcastValues(t *testing.T) {
	ops := []struct {
		name string
		op   func(a, b *graph.Node) *graph.Node
		want func(a, b float64) float64
	}{
		{"Add", graph.Add, func(a, b float64) float64 { return a + b }},
		{"Sub", graph.Sub, func(a, b float64) float64 { return a - b }},
		{"Mul", graph.Mul, func(a, b float64) float64 { return a * b }},
		{"Div", graph.Div, func(a, b float64) float64 { return a / b }},
		{"Gt", graph.Gt, func(a, b float64) float64 { return indicator(a > b) }},
		{"Ge", graph.Ge, func(a, b float64) float64 { return indicator(a >= b) }},
		{"Lt", graph.Lt, func(a, b float64) float64 { return indicator(a < b) }},
		{"Le", graph.Le, func(a, b float64) float64 { return indicator(a <= b) }},
		{"Eq", graph.Eq, func(a, b float64) float64 { return indicator(a == b) }},
		{"Ne", graph.Ne, func(a, b float64) float64 { return indicator(a != b) }},
		{"Max", graph.Max, math.Max},
		{"Min", graph.Min, math.Min},
		{"Where", func(a, b *graph.Node) *graph.Node { return graph.Where(graph.Gt(a, b), a, b) }, math.Max},
	}
	for _, op := range ops {
		for _, sa := range []shape{{2, 3}, {1, 3}, {2, 1}, {1, 1}} {
			for _, sb := range []shape{{2, 3}, {1, 3}, {2, 1}, {1, 1}} {
				checkBroadcast(t, op.name, op.op, op.want, sa, sb)
			}
		}
	}
}

func checkBroadcast(t *testing.T, name string, op func(a, b *graph.Node) *graph.Node, want func(a, b float64) float64, sa, sb shape) {
	t.Helper()
	for dtype, tol := range valuesTolerance {
		e := newEvaluator(t, dtype, func(e *evaluator) []*graph.Node {
			return []*graph.Node{op(e.input("a", sa), e.input("b", sb))}
		})
		rng := seeded(name, sa, sb)
		a, b := draw(rng, sa.TotalSize(), -2, 2), draw(rng, sb.TotalSize(), 0.5, 2)
		got := e.run(map[string][]float64{"a": a, "b": b})[0]
		rows, cols := max(sa[0], sb[0]), max(sa[1], sb[1])
		if !assert.Equal(t, shape{rows, cols}, e.outs[0].Shape()) {
			return
		}
		for i := range rows {
			for j := range cols {
				x, y := a[i%sa[0]*sa[1]+j%sa[1]], b[i%sb[0]*sb[1]+j%sb[1]]
				assert.InDelta(t, want(x, y), got[i*cols+j], tol*10, "%s %v %v %v at (%d, %d)", name, dtype, sa, sb, i, j)
			}
		}
	}
}

func indicator(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func TestStructureValues(t *testing.T) {
	a := []float64{1, 2, 3, 4, 5, 6} // (2, 3)
	b := []float64{7, 8, 9, 10, 11, 12}
	tests := []struct {
		name string
		f    func(a, b *graph.Node) *graph.Node
		rows int
		want []float64
	}{
		{"MatMul", func(a, b *graph.Node) *graph.Node { return graph.MatMul(a, graph.Transpose(b)) }, 2, []float64{50, 68, 122, 167}},
		{"Transpose", func(a, b *graph.Node) *graph.Node { return graph.Transpose(a) }, 3, []float64{1, 4, 2, 5, 3, 6}},
		{"RepeatRowsLike", func(a, b *graph.Node) *graph.Node { return graph.RepeatRowsLike(graph.SumRows(a), b) }, 2, []float64{5, 7, 9, 5, 7, 9}},
		{"RepeatCols", func(a, b *graph.Node) *graph.Node { return graph.RepeatCols(graph.SumCols(a), 2) }, 2, []float64{6, 6, 15, 15}},
		{"SumRows", func(a, b *graph.Node) *graph.Node { return graph.SumRows(a) }, 1, []float64{5, 7, 9}},
		{"SumCols", func(a, b *graph.Node) *graph.Node { return graph.SumCols(a) }, 2, []float64{6, 15}},
		{"SliceCols", func(a, b *graph.Node) *graph.Node { return graph.SliceCols(a, 1, 3) }, 2, []float64{2, 3, 5, 6}},
		{"SliceRows", func(a, b *graph.Node) *graph.Node { return graph.SliceRows(a, 1, 2) }, 1, []float64{4, 5, 6}},
		{"PadCols", func(a, b *graph.Node) *graph.Node { return graph.PadCols(graph.SliceCols(a, 0, 1), 1, 3) }, 2,
			[]float64{0, 1, 0, 0, 4, 0}},
		{"Concat", func(a, b *graph.Node) *graph.Node { return graph.Concat(graph.SliceCols(a, 0, 1), graph.SumRows(b), a) }, 2,
			[]float64{1, 17, 19, 21, 1, 2, 3, 4, 17, 19, 21, 4, 5, 6}},
		{"Concat of one", func(a, b *graph.Node) *graph.Node { return graph.Concat(a) }, 2, a},
		{"FillCols", func(a, b *graph.Node) *graph.Node { return graph.FillCols(a, 3, 2) }, 2, []float64{3, 3, 3, 3}},
		{"of transposes", func(a, b *graph.Node) *graph.Node {
			return graph.Concat(graph.Transpose(a), graph.Add(graph.Transpose(a), graph.Transpose(b)))
		}, 3, []float64{1, 4, 8, 14, 2, 5, 10, 16, 3, 6, 12, 18}},
	}
	for _, tt := range tests {
		for dtype := range valuesTolerance {
			t.Run(fmt.Sprint(tt.name, dtype), func(t *testing.T) {
				e := newEvaluator(t, dtype, func(e *evaluator) []*graph.Node {
					return []*graph.Node{tt.f(e.input("a", shape{2, 3}), e.input("b", shape{2, 3}))}
				})
				got := e.run(map[string][]float64{"a": a, "b": b})[0]
				assert.Equal(t, tt.want, got)
				assert.Equal(t, tt.rows, e.outs[0].Shape()[0])
			})
		}
	}
}

func TestNaN(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	tests := []struct {
		name       string
		f          func(a, b *graph.Node) *graph.Node
		a, b, want float64
	}{
		{"Max left", graph.Max, nan, 1, nan},
		{"Max right", graph.Max, 1, nan, nan},
		{"Max of infinities", graph.Max, -inf, inf, inf},
		{"Max of equal infinities", graph.Max, inf, inf, inf},
		{"Min left", graph.Min, nan, 1, nan},
		{"Min right", graph.Min, 1, nan, nan},
		{"Min of infinities", graph.Min, -inf, inf, -inf},
		{"ReLU", func(a, b *graph.Node) *graph.Node { return graph.ReLU(a) }, nan, 0, nan},
		{"ReLU of -∞", func(a, b *graph.Node) *graph.Node { return graph.ReLU(a) }, -inf, 0, 0},
		{"ReLU of ∞", func(a, b *graph.Node) *graph.Node { return graph.ReLU(a) }, inf, 0, inf},
		{"Where not taken", func(a, b *graph.Node) *graph.Node { return graph.Where(b, b, a) }, nan, 1, 1},
		{"Where taken", func(a, b *graph.Node) *graph.Node { return graph.Where(b, a, b) }, nan, 1, nan},
		{"gradient of what is not taken", func(a, b *graph.Node) *graph.Node {
			return graph.Grad(graph.Where(b, graph.Mul(b, b), graph.Log(a)), b)[0]
		}, nan, 1, 2},
		{"Gt", graph.Gt, nan, 1, 0},
		{"Ge", graph.Ge, nan, 1, 0},
		{"Softplus of much", func(a, b *graph.Node) *graph.Node { return graph.Softplus(a) }, 1000, 0, 1000},
		{"Softplus of little", func(a, b *graph.Node) *graph.Node { return graph.Softplus(a) }, -1000, 0, 0},
		{"Log of 0", func(a, b *graph.Node) *graph.Node { return graph.Log(a) }, 0, 0, -inf},
		{"Div by 0", graph.Div, 1, 0, inf},
	}
	for _, tt := range tests {
		for dtype := range valuesTolerance {
			t.Run(fmt.Sprint(tt.name, dtype), func(t *testing.T) {
				e := newEvaluator(t, dtype, func(e *evaluator) []*graph.Node {
					return []*graph.Node{tt.f(e.input("a", shape{1, 1}), e.input("b", shape{1, 1}))}
				})
				got := e.run(map[string][]float64{"a": {tt.a}, "b": {tt.b}})[0][0]
				if math.IsNaN(tt.want) {
					assert.True(t, math.IsNaN(got), "got %v", got)
				} else {
					assert.Equal(t, tt.want, got)
				}
			})
		}
	}
}
