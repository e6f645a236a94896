package graph_test

import (
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

var errOwn = errors.New("own trouble")

func TestBuildErrors(t *testing.T) {
	build := func(rows int, f func(g *graph.Graph)) error {
		_, err := graph.Build(tensor.Float64, rows, f)
		return err
	}
	x := func(g *graph.Graph) *graph.Node { return g.Rows("x", 2) }
	u := func(g *graph.Graph) *graph.Node { return g.Uniform("u", 3, 4) }
	tests := []struct {
		name string
		f    func(g *graph.Graph)
		want string
	}{
		{"Add", func(g *graph.Graph) { graph.Add(x(g), g.Rows("y", 3)) },
			"graph: Add (rows, 2), (rows, 3): column counts differ and neither is 1 (at SITE)"},
		{"Mul rows", func(g *graph.Graph) { graph.Mul(x(g), u(g)) },
			"graph: Mul (rows, 2), (3, 4): row counts differ and neither is 1 (at SITE)"},
		{"MatMul", func(g *graph.Graph) { graph.MatMul(x(g), u(g)) },
			"graph: MatMul (rows, 2), (3, 4): the inner lengths 2 and 3 differ (at SITE)"},
		{"nil", func(g *graph.Graph) { graph.Tanh(nil) }, "graph: Tanh: operand 1 is nil (at SITE)"},
		{"vector", func(g *graph.Graph) { graph.Tanh(gorgonia.Must(gorgonia.Sum(x(g), 1))) },
			"graph: Tanh (rows): operand 1 has 1 axes, want a matrix of 2 (at SITE)"},
		{"SliceCols", func(g *graph.Graph) { graph.SliceCols(x(g), 1, 3) },
			"SliceCols (rows, 2): .*the range [1:3] is empty or outside the 2 columns (at SITE)"},
		{"RepeatRowsLike", func(g *graph.Graph) { graph.RepeatRowsLike(x(g), x(g)) },
			"RepeatRowsLike (rows, 2), (rows, 2): .* rows to repeat, want 1 (at SITE)"},
		{"Concat of nothing", func(g *graph.Graph) { graph.Concat() }, "graph: Concat: nothing to concatenate (at SITE)"},
		{"Concat", func(g *graph.Graph) { graph.Concat(x(g), u(g)) }, "Concat (rows, 2), (3, 4): .* differ (at SITE)"},
		{"Where", func(g *graph.Graph) { graph.Where(x(g), u(g), u(g)) }, "Where (rows, 2), (3, 4): row counts differ and neither is 1 (at SITE)"},
		{"other graph", func(g *graph.Graph) {
			var other *graph.Node
			_, err := graph.Build(tensor.Float64, 1, func(h *graph.Graph) { other = h.Rows("x", 2) })
			require.NoError(t, err)
			graph.Add(x(g), other)
		}, "graph: Add (rows, 2), (1, 2): the operands belong to different graphs (at SITE)"},
		{"input shape", func(g *graph.Graph) { g.Rows("x", 0) }, `graph: Input: "x" has shape (999983, 0), want at least (1, 1) (at SITE)`},
		{"input name", func(g *graph.Graph) { g.Rows("", 1) }, "graph: Input: an input has no name, want one (at SITE)"},
		{"input twice", func(g *graph.Graph) { x(g); g.Uniform("x", 2, 2) },
			`graph: Input: "x" is declared twice, as x per row (rows, 2) and as x uniform (2, 2) (at SITE)`},
		{"output twice", func(g *graph.Graph) { g.Output("x", x(g)); g.Output("x", x(g)) }, `graph: Output: "x" is named twice (at SITE)`},
		{"output nil", func(g *graph.Graph) { g.Output("dx", nil) }, `graph: Output: "dx" is not a node of this graph (at SITE)`},
		{"open group", func(g *graph.Graph) { g.Group("block"); g.Group("layer") }, `graph: Group: group "block/layer" is still open (at SITE)`},
		{"seed", func(g *graph.Graph) { graph.VJP([]*graph.Node{x(g)}, []*graph.Node{u(g)}, []*graph.Node{x(g)}) },
			"graph: VJP (rows, 2), (3, 4): the seed's shape is not its output's (at SITE)"},
		{"tangent", func(g *graph.Graph) { graph.JVP([]*graph.Node{x(g)}, []*graph.Node{x(g)}, []*graph.Node{u(g)}) },
			"graph: JVP (rows, 2), (3, 4): the tangent's shape is not its node's (at SITE)"},
		{"counts", func(g *graph.Graph) { graph.VJP([]*graph.Node{x(g)}, nil, nil) }, "graph: VJP: 1 outputs and 0 seeds (at SITE)"},
		{"nil output", func(g *graph.Graph) { graph.Grad(graph.Tanh(x(g)), nil) }, "graph: VJP: node 1 to differentiate by is nil (at SITE)"},
		{"softmax", func(g *graph.Graph) { graph.Grad(gorgonia.Must(gorgonia.SoftMax(u(g), 0)), u(g)) },
			"graph: VJP (3, 4): softmax along axis 0: derivatives are right only along the columns of a matrix (at SITE)"},
		{"gradient of a gradient that Gorgonia wrote", func(g *graph.Graph) {
			y := gorgonia.Must(gorgonia.SoftMax(u(g), 1))
			d, err := y.Op().(gorgonia.SDOp).SymDiff(gorgonia.Nodes{u(g)}, y, y)
			require.NoError(t, err)
			graph.Grad(d[0], u(g))
		}, "graph: VJP .*: no derivative of SoftmaxDiff.* is known to be right (at SITE)"},
		{"convolution", func(g *graph.Graph) {
			im := gorgonia.NewTensor(g.Expr(), tensor.Float64, 4, gorgonia.WithShape(1, 1, 4, 4), gorgonia.WithName("im"))
			graph.Grad(gorgonia.Must(gorgonia.Im2Col(im, shape{2, 2}, shape{0, 0}, shape{1, 1}, shape{1, 1})), im)
		}, "graph: VJP (1, 1, 4, 4): no derivative of im2col.* is known to be right (at SITE)"},
		{"tangent of a convolution", func(g *graph.Graph) {
			im := gorgonia.NewTensor(g.Expr(), tensor.Float64, 4, gorgonia.WithShape(1, 1, 4, 4), gorgonia.WithName("im"))
			y := gorgonia.Must(gorgonia.Im2Col(im, shape{2, 2}, shape{0, 0}, shape{1, 1}, shape{1, 1}))
			graph.JVP([]*graph.Node{y}, []*graph.Node{im}, []*graph.Node{im})
		}, "graph: JVP (1, 1, 4, 4): no tangent rule for im2col.* (at SITE)"},
		{"Gorgonia's error", func(g *graph.Graph) { gorgonia.Must(gorgonia.Add(x(g), u(g))) },
			"graph: graph_test.* panicked: .*Shape mismatch.* (at SITE)"},
		{"Gorgonia's panic", func(g *graph.Graph) { gorgonia.Must(gorgonia.Sum(x(g), -1)) },
			"graph: graph_test.* panicked: .* (at SITE)"},
		{"Fail", func(*graph.Graph) { graph.Fail("nn: linear: %w", errOwn) }, "graph: nn: linear: own trouble (at SITE)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := build(graph.SymbolicRows, tt.f)
			require.Error(t, err)
			pattern := regexp.QuoteMeta(tt.want)
			for from, to := range map[string]string{`SITE`: `graph/error_test.go:\d+`, `\.\*`: `.*`} {
				pattern = regexp.MustCompile(regexp.QuoteMeta(from)).ReplaceAllLiteralString(pattern, to)
			}
			assert.Regexp(t, "(?s)^"+pattern+"$|(?s): "+pattern+"$", err.Error())
			var be *graph.BuildError
			assert.ErrorAs(t, err, &be)
		})
	}

	t.Run("the line of the call", func(t *testing.T) {
		var line int
		err := build(3, func(g *graph.Graph) {
			a := x(g)
			_, _, line, _ = runtime.Caller(0)
			graph.MatMul(a, a)
		})
		assert.ErrorContains(t, err, fmt.Sprintf("(at graph/error_test.go:%d)", line+1))
	})
	t.Run("wrapped", func(t *testing.T) {
		assert.ErrorIs(t, build(1, func(*graph.Graph) { graph.Fail("%w", errOwn) }), errOwn)
	})
	t.Run("element type", func(t *testing.T) {
		_, err := graph.Build(tensor.Int, 1, func(*graph.Graph) {})
		assert.EqualError(t, err, "graph: build with element type int: want float32 or float64")
	})
	t.Run("rows", func(t *testing.T) {
		assert.EqualError(t, build(0, func(*graph.Graph) {}), "graph: build with 0 rows: want at least 1")
	})
}
