package graph_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

func TestKinds(t *testing.T) {
	must := gorgonia.Must
	tests := []struct {
		name string
		f    func(x, y, u *graph.Node) *graph.Node // x, y (rows, 3) per row; u (3, 3) uniform
		want graph.RowKind
		err  string
	}{
		{"per row", func(x, y, u *graph.Node) *graph.Node { return graph.Add(x, y) }, graph.PerRow, ""},
		{"uniform", func(x, y, u *graph.Node) *graph.Node { return graph.MatMul(u, graph.Tanh(u)) }, graph.Uniform, ""},
		{"product with a parameter", func(x, y, u *graph.Node) *graph.Node { return graph.MatMul(x, u) }, graph.PerRow, ""},
		{"repeated row", func(x, y, u *graph.Node) *graph.Node { return graph.Mul(x, graph.SumRows(u)) }, graph.PerRow, ""},
		{"sum of columns", func(x, y, u *graph.Node) *graph.Node { return graph.SumCols(x) }, graph.PerRow, ""},
		{"sum of rows", func(x, y, u *graph.Node) *graph.Node { return graph.SumRows(x) }, graph.RowSum, ""},
		{"sum of a uniform's rows", func(x, y, u *graph.Node) *graph.Node { return graph.SumRows(u) }, graph.Uniform, ""},
		{"parameter's gradient", func(x, y, u *graph.Node) *graph.Node { return graph.Grad(graph.MatMul(x, u), u)[0] }, graph.RowSum, ""},
		{"sum times uniform", func(x, y, u *graph.Node) *graph.Node { return graph.MatMul(graph.SumRows(x), u) }, graph.RowSum, ""},
		{"sum of sums", func(x, y, u *graph.Node) *graph.Node { return graph.Add(graph.SumRows(x), graph.SumRows(y)) }, graph.RowSum, ""},
		{"scaled sum", func(x, y, u *graph.Node) *graph.Node { return graph.Scale(graph.Neg(graph.SumRows(x)), 2) }, graph.RowSum, ""},
		{"part of a sum", func(x, y, u *graph.Node) *graph.Node { return graph.SliceCols(graph.SumRows(x), 0, 1) }, graph.RowSum, ""},
		{"shape of a sum", func(x, y, u *graph.Node) *graph.Node { return graph.Fill(graph.SumRows(x), 1) }, graph.Uniform, ""},
		{"plain sum of all", func(x, y, u *graph.Node) *graph.Node { return must(gorgonia.Sum(x)) }, graph.RowSum, ""},
		{"plain sum of columns", func(x, y, u *graph.Node) *graph.Node { return must(gorgonia.Sum(x, 1)) }, graph.PerRow, ""},
		{"plain maximum of columns", func(x, y, u *graph.Node) *graph.Node { return must(gorgonia.Max(x, 1)) }, graph.PerRow, ""},
		{"plain softmax", func(x, y, u *graph.Node) *graph.Node { return must(gorgonia.SoftMax(x, 1)) }, graph.PerRow, ""},
		{"plain mean of columns", func(x, y, u *graph.Node) *graph.Node { return must(gorgonia.Mean(x, 1)) }, graph.PerRow, ""},
		{"plain columns", func(x, y, u *graph.Node) *graph.Node { return must(gorgonia.Slice(x, nil, gorgonia.S(0, 2))) }, graph.PerRow, ""},
		{"gradient of plain columns", func(x, y, u *graph.Node) *graph.Node {
			return graph.Grad(must(gorgonia.Slice(x, nil, gorgonia.S(0, 2))), x)[0]
		}, graph.PerRow, ""},
		{"plain concat", func(x, y, u *graph.Node) *graph.Node { return must(gorgonia.Concat(1, x, y)) }, graph.PerRow, ""},

		{"rows with rows", func(x, y, u *graph.Node) *graph.Node { return graph.MatMul(x, graph.Transpose(y)) }, 0,
			"graph: transpose of y (rows, 3) (per row): rows would mix"},
		{"sum back into rows", func(x, y, u *graph.Node) *graph.Node { return graph.Sub(x, graph.SumRows(x)) }, 0,
			"graph: repeatRowsLike of sumRows (1, 3) (sum over rows), x (rows, 3) (per row): a sum over rows goes back into the rows, " +
				"which would make every row depend on the others"},
		{"square of a sum", func(x, y, u *graph.Node) *graph.Node { return graph.Square(graph.SumRows(x)) }, 0,
			"graph: square of sumRows (1, 3) (sum over rows): not linear in a sum over rows, so that it can't be added up over parts of the rows"},
		{"sum plus uniform", func(x, y, u *graph.Node) *graph.Node { return graph.Add(graph.SumRows(x), graph.SumRows(u)) }, 0,
			"not linear in a sum over rows"},
		{"product of sums", func(x, y, u *graph.Node) *graph.Node { return graph.Mul(graph.SumRows(x), graph.SumRows(y)) }, 0,
			"not linear in a sum over rows"},
		{"uniform over a sum", func(x, y, u *graph.Node) *graph.Node { return graph.Div(graph.SumRows(u), graph.SumRows(x)) }, 0,
			"not linear in a sum over rows"},
		{"a row by position", func(x, y, u *graph.Node) *graph.Node { return graph.SliceRows(x, 0, 1) }, 0, "rows have no position"},
		{"plain mean of rows", func(x, y, u *graph.Node) *graph.Node { return must(gorgonia.Mean(x, 0)) }, 0,
			"the number of rows is not known to a program"},
		{"plain maximum of rows", func(x, y, u *graph.Node) *graph.Node { return must(gorgonia.Max(x, 0)) }, 0, "rows would mix"},
		{"plain softmax of rows", func(x, y, u *graph.Node) *graph.Node { return must(gorgonia.SoftMax(x, 0)) }, 0, "rows would mix"},
		{"plain row", func(x, y, u *graph.Node) *graph.Node { return must(gorgonia.Slice(x, gorgonia.S(0, 2))) }, 0,
			"rows have no position"},
		{"plain concat of rows", func(x, y, u *graph.Node) *graph.Node { return must(gorgonia.Concat(0, x, y)) }, 0,
			"the result has no axis of rows"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out *graph.Node
			g, err := graph.Build(tensor.Float64, graph.SymbolicRows, func(g *graph.Graph) {
				out = tt.f(g.Rows("x", 3), g.Rows("y", 3), g.Uniform("u", 3, 3))
				g.Output("out", out)
			})
			require.NoError(t, err)
			kinds, err := g.Kinds()
			if tt.err != "" {
				require.ErrorContains(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.want, kinds[out])
		})
	}
	t.Run("an undeclared input", func(t *testing.T) {
		g, err := graph.Build(tensor.Float64, graph.SymbolicRows, func(g *graph.Graph) {
			z := gorgonia.NewMatrix(g.Expr(), tensor.Float64, gorgonia.WithShape(2, 2), gorgonia.WithName("z"))
			g.Output("out", graph.Tanh(z))
		})
		require.NoError(t, err)
		_, err = g.Kinds()
		require.ErrorContains(t, err, `input "z" was not declared with Rows or Uniform`)
	})
}
