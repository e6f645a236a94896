package graph_test

import (
	"hash"
	"slices"
	"testing"

	"github.com/chewxy/hm"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

func TestRead(t *testing.T) {
	must := gorgonia.Must
	_, err := graph.Build(tensor.Float64, 5, func(g *graph.Graph) {
		x, y, w := g.Rows("x", 4), g.Rows("y", 4), g.Uniform("w", 4, 3)
		s := gorgonia.NewScalar(g.Expr(), tensor.Float64, gorgonia.WithName("s"))
		v := gorgonia.NewVector(g.Expr(), tensor.Float64, gorgonia.WithShape(4), gorgonia.WithName("v"))
		c := gorgonia.NewTensor(g.Expr(), tensor.Float64, 3, gorgonia.WithShape(2, 3, 4), gorgonia.WithName("c"))
		e := gorgonia.NewTensor(g.Expr(), tensor.Float64, 3, gorgonia.WithShape(2, 5, 4), gorgonia.WithName("e"))
		im := gorgonia.NewTensor(g.Expr(), tensor.Float64, 4, gorgonia.WithShape(1, 1, 4, 4), gorgonia.WithName("im"))
		product := graph.MatMul(x, w)
		products := graph.VJP([]*graph.Node{product}, []*graph.Node{g.Rows("seed", 3)}, []*graph.Node{x, w})
		sum := must(gorgonia.Sum(x, 0))
		increment := graph.VJP([]*graph.Node{must(gorgonia.Slice(x, gorgonia.S(1, 3)))}, []*graph.Node{g.Uniform("seed2", 2, 4)}, []*graph.Node{x})

		tests := []struct {
			node *graph.Node
			want graph.View // but for Node, Name and Inputs
			in   []*graph.Node
		}{
			{node: x, want: graph.View{Kind: graph.OpInput}},
			{node: g.Expr().AddNode(gorgonia.NewConstant(2.5)), want: graph.View{Kind: graph.OpConstant, Value: 2.5, Scalar: true}},
			{node: must(gorgonia.Add(x, y)), want: graph.View{Kind: graph.OpAdd}, in: []*graph.Node{x, y}},
			{node: graph.Sub(x, y), want: graph.View{Kind: graph.OpSub}, in: []*graph.Node{x, y}},
			{node: graph.Mul(y, y), want: graph.View{Kind: graph.OpMul}, in: []*graph.Node{y, y}},
			{node: graph.Div(y, x), want: graph.View{Kind: graph.OpDiv}, in: []*graph.Node{y, x}},
			{node: must(gorgonia.Pow(x, s)), want: graph.View{Kind: graph.OpPow}, in: []*graph.Node{x, s}},
			{node: must(gorgonia.Lt(x, y, true)), want: graph.View{Kind: graph.OpLt}, in: []*graph.Node{x, y}},
			{node: graph.Gt(x, y), want: graph.View{Kind: graph.OpGt}, in: []*graph.Node{x, y}},
			{node: must(gorgonia.Lte(x, y, true)), want: graph.View{Kind: graph.OpLe}, in: []*graph.Node{x, y}},
			{node: graph.Ge(x, y), want: graph.View{Kind: graph.OpGe}, in: []*graph.Node{x, y}},
			{node: must(gorgonia.Eq(x, y, true)), want: graph.View{Kind: graph.OpEq}, in: []*graph.Node{x, y}},
			{node: must(gorgonia.Ne(x, y, true)), want: graph.View{Kind: graph.OpNe}, in: []*graph.Node{x, y}},
			{node: must(gorgonia.MinBetween(x, y)), want: graph.View{Kind: graph.OpMin}, in: []*graph.Node{x, y}},
			{node: must(gorgonia.MaxBetween(x, y)), want: graph.View{Kind: graph.OpMax}, in: []*graph.Node{x, y}},
			{node: graph.Abs(x), want: graph.View{Kind: graph.OpAbs}, in: []*graph.Node{x}},
			{node: must(gorgonia.Sign(x)), want: graph.View{Kind: graph.OpSign}, in: []*graph.Node{x}},
			{node: must(gorgonia.Ceil(x)), want: graph.View{Kind: graph.OpCeil}, in: []*graph.Node{x}},
			{node: must(gorgonia.Floor(x)), want: graph.View{Kind: graph.OpFloor}, in: []*graph.Node{x}},
			{node: graph.Sin(x), want: graph.View{Kind: graph.OpSin}, in: []*graph.Node{x}},
			{node: graph.Cos(x), want: graph.View{Kind: graph.OpCos}, in: []*graph.Node{x}},
			{node: graph.Exp(x), want: graph.View{Kind: graph.OpExp}, in: []*graph.Node{x}},
			{node: graph.Log(x), want: graph.View{Kind: graph.OpLog}, in: []*graph.Node{x}},
			{node: must(gorgonia.Log2(x)), want: graph.View{Kind: graph.OpLog2}, in: []*graph.Node{x}},
			{node: graph.Neg(x), want: graph.View{Kind: graph.OpNeg}, in: []*graph.Node{x}},
			{node: graph.Square(x), want: graph.View{Kind: graph.OpSquare}, in: []*graph.Node{x}},
			{node: graph.Sqrt(x), want: graph.View{Kind: graph.OpSqrt}, in: []*graph.Node{x}},
			{node: graph.Recip(x), want: graph.View{Kind: graph.OpRecip}, in: []*graph.Node{x}},
			{node: must(gorgonia.InverseSqrt(x)), want: graph.View{Kind: graph.OpInvSqrt}, in: []*graph.Node{x}},
			{node: graph.Cube(x), want: graph.View{Kind: graph.OpCube}, in: []*graph.Node{x}},
			{node: graph.Tanh(x), want: graph.View{Kind: graph.OpTanh}, in: []*graph.Node{x}},
			{node: graph.Sigmoid(x), want: graph.View{Kind: graph.OpSigmoid}, in: []*graph.Node{x}},
			{node: graph.Log1p(x), want: graph.View{Kind: graph.OpLog1p}, in: []*graph.Node{x}},
			{node: graph.Expm1(x), want: graph.View{Kind: graph.OpExpm1}, in: []*graph.Node{x}},
			{node: graph.Softplus(x), want: graph.View{Kind: graph.OpSoftplus}, in: []*graph.Node{x}},
			{node: graph.Where(x, y, x), want: graph.View{Kind: graph.OpWhere}, in: []*graph.Node{x, y, x}},

			{node: product, want: graph.View{Kind: graph.OpMatMul}, in: []*graph.Node{x, w}},
			{node: products[0], want: graph.View{Kind: graph.OpMatMul, TransB: true}},
			{node: products[1], want: graph.View{Kind: graph.OpMatMul, TransA: true}},
			{node: must(gorgonia.Mul(x, v)), want: graph.View{Kind: graph.OpMatVec}, in: []*graph.Node{x, v}},
			{node: must(gorgonia.Mul(v, w)), want: graph.View{Kind: graph.OpMatVec, TransA: true}, in: []*graph.Node{w, v}},
			{node: must(gorgonia.Mul(v, v)), want: graph.View{Kind: graph.OpDot}, in: []*graph.Node{v, v}},
			{node: must(gorgonia.OuterProd(v, v)), want: graph.View{Kind: graph.OpOuter}, in: []*graph.Node{v, v}},
			{node: must(gorgonia.BatchedMatMul(c, e, false, true)), want: graph.View{Kind: graph.OpBatchedMatMul, TransB: true}, in: []*graph.Node{c, e}},
			{node: must(gorgonia.Tensordot([]int{1}, []int{1}, x, y)), want: graph.View{Kind: graph.OpTensordot}, in: []*graph.Node{x, y}},

			{node: graph.RepeatRowsLike(g.Uniform("r", 1, 3), x), want: graph.View{Kind: graph.OpRepeatRowsLike}},
			{node: graph.RepeatCols(g.Rows("k", 1), 3), want: graph.View{Kind: graph.OpRepeatCols, Axis: 1, Total: 3}},
			{node: graph.SumRows(x), want: graph.View{Kind: graph.OpSumRows}, in: []*graph.Node{x}},
			{node: graph.SumCols(x), want: graph.View{Kind: graph.OpSumCols}, in: []*graph.Node{x}},
			{node: graph.SliceCols(x, 1, 3), want: graph.View{Kind: graph.OpSlice, Axis: 1, From: 1, To: 3, Step: 1}, in: []*graph.Node{x}},
			{node: graph.SliceRows(w, 1, 3), want: graph.View{Kind: graph.OpSlice, From: 1, To: 3, Step: 1}, in: []*graph.Node{w}},
			{node: graph.PadCols(x, 1, 7), want: graph.View{Kind: graph.OpPad, Axis: 1, From: 1, Total: 7}, in: []*graph.Node{x}},
			{node: graph.Concat(x, y), want: graph.View{Kind: graph.OpConcat, Axis: 1}, in: []*graph.Node{x, y}},
			{node: graph.FillCols(x, 2.5, 3), want: graph.View{Kind: graph.OpFill, Axis: 1, Total: 3, Value: 2.5}, in: []*graph.Node{x}},
			{node: graph.Transpose(w), want: graph.View{Kind: graph.OpTranspose}, in: []*graph.Node{w}},

			{node: sum, want: graph.View{Kind: graph.OpSum, Axes: []int{0}}, in: []*graph.Node{x}},
			{node: must(gorgonia.Max(c, 0, 2)), want: graph.View{Kind: graph.OpMaxAlong, Axes: []int{0, 2}}, in: []*graph.Node{c}},
			{node: graph.Grad(sum, x)[0], want: graph.View{Kind: graph.OpRepeat}},
			{node: must(gorgonia.SizeOf(1, x)), want: graph.View{Kind: graph.OpSize, Axis: 1}, in: []*graph.Node{x}},
			{node: must(gorgonia.Reshape(x, shape{4, 5})), want: graph.View{Kind: graph.OpReshape}, in: []*graph.Node{x}},
			{node: must(gorgonia.Transpose(c, 2, 0, 1)), want: graph.View{Kind: graph.OpPermute, Axes: []int{2, 0, 1}}, in: []*graph.Node{c}},
			{node: must(gorgonia.Slice(x, gorgonia.S(1, 3))), want: graph.View{Kind: graph.OpSlice, From: 1, To: 3, Step: 1}, in: []*graph.Node{x}},
			{node: must(gorgonia.Slice(x, gorgonia.S(2))), want: graph.View{Kind: graph.OpSlice, From: 2, To: 3, Step: 1}, in: []*graph.Node{x}},
			{node: must(gorgonia.Slice(x, nil)), want: graph.View{Kind: graph.OpSlice, To: 5, Step: 1}, in: []*graph.Node{x}},
			{node: increment[0], want: graph.View{Kind: graph.OpSliceIncr, From: 1, To: 3, Step: 1}},
			{node: must(gorgonia.Concat(1, x, y)), want: graph.View{Kind: graph.OpConcat, Axis: 1}, in: []*graph.Node{x, y}},
			{node: must(gorgonia.SoftMax(x, 1)), want: graph.View{Kind: graph.OpSoftmax, Axis: 1}, in: []*graph.Node{x}},
			{node: must(gorgonia.LogSoftMax(y, 1)), want: graph.View{Kind: graph.OpLogSoftmax, Axis: 1}, in: []*graph.Node{y}},
			{node: must(gorgonia.Im2Col(im, shape{2, 2}, shape{0, 0}, shape{1, 1}, shape{1, 1})), want: graph.View{Kind: graph.OpOther}, in: []*graph.Node{im}},
		}
		for _, tt := range tests {
			got, err := graph.Read(tt.node)
			require.NoError(t, err)
			if tt.in != nil {
				assert.True(t, slices.Equal(tt.in, got.Inputs), "inputs of %v", got.Name)
			}
			assert.True(t, got.Node == tt.node, "node of %v", got.Name)
			got.Node, got.Inputs, tt.want.Name = nil, nil, got.Name
			assert.Equal(t, tt.want, got)
		}
	})
	require.NoError(t, err)
}

// foreign is an operator that the package has never met.
type foreign struct{}

func (foreign) Arity() int { return 1 }
func (foreign) InferShape(in ...gorgonia.DimSizer) (tensor.Shape, error) {
	return in[0].(tensor.Shape), nil
}
func (foreign) Do(in ...gorgonia.Value) (gorgonia.Value, error) { return in[0], nil }
func (foreign) ReturnsPtr() bool                                { return false }
func (foreign) CallsExtern() bool                               { return false }
func (foreign) OverwritesInput() int                            { return -1 }
func (foreign) WriteHash(h hash.Hash)                           { h.Write([]byte("foreign")) }
func (foreign) Hashcode() uint32                                { return 7 }
func (foreign) String() string                                  { return "riddle" }
func (foreign) Type() hm.Type {
	a := hm.TypeVariable('a')
	return hm.NewFnType(a, a)
}

func TestUnknownOperator(t *testing.T) {
	build := func(then func(x, y *graph.Node)) error {
		_, err := graph.Build(tensor.Float64, 3, func(g *graph.Graph) {
			x := g.Rows("x", 2)
			y := gorgonia.Must(gorgonia.ApplyOp(foreign{}, x))
			then(x, y)
		})
		return err
	}
	want := &graph.UnknownOpError{Type: "graph_test.foreign", Name: "riddle"}
	require.NoError(t, build(func(_, y *graph.Node) {
		_, err := graph.Read(y)
		assert.Equal(t, want, err)
	}))
	var unknown *graph.UnknownOpError
	require.ErrorAs(t, build(func(x, y *graph.Node) { graph.Grad(y, x) }), &unknown)
	assert.Equal(t, want, unknown)
	require.ErrorAs(t, build(func(x, y *graph.Node) {
		graph.JVP([]*graph.Node{y}, []*graph.Node{x}, []*graph.Node{x})
	}), &unknown)
}
