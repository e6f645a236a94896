package graph_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/graph"
)

// buildNet is a net of two layers with its value, the derivative along a direction, the gradients of its parameters
// and of its input: what a flow is made of.
func buildNet(g *graph.Graph) {
	x, seed, eps := g.Rows("x", 2), g.Rows("seed", 2), g.Rows("eps", 2)
	w1, b1, w2 := g.Uniform("w1", 2, 3), g.Uniform("b1", 1, 3), g.Uniform("w2", 3, 2)
	y := graph.MatMul(graph.Tanh(graph.Add(graph.MatMul(x, w1), b1)), w2)
	jvp := graph.JVP([]*graph.Node{y}, []*graph.Node{x}, []*graph.Node{eps})[0]
	g.Output("y", y)
	g.Output("divergence", graph.SumCols(graph.Mul(jvp, eps)))
	grads := graph.VJP([]*graph.Node{y, jvp}, []*graph.Node{seed, eps}, []*graph.Node{x, w1, b1, w2})
	for i, name := range []string{"dx", "dw1", "db1", "dw2"} {
		g.Output(name, grads[i])
	}
}

var netShapes = map[string]shape{"x": {R, 2}, "seed": {R, 2}, "eps": {R, 2}, "w1": {2, 3}, "b1": {1, 3}, "w2": {3, 2}}

// netValues returns the numbers of an input, row-major, the same for every call.
func netValues(name string, rows int) []float64 {
	n := netShapes[name][0] * netShapes[name][1]
	if netShapes[name][0] == R {
		n = rows * netShapes[name][1]
	}
	return draw(seeded("net", name), n, -1, 1)
}

// bindNet gives a machine the numbers of all inputs and returns those of the uniform ones.
func bindNet[T graph.Float](t testing.TB, m *graph.Machine[T], rows int) map[string][]T {
	t.Helper()
	bound := map[string][]T{}
	for name, s := range netShapes {
		values := netValues(name, rows)
		if s[0] == R {
			for i, v := range values {
				m.In(name)[i%s[1]][i/s[1]] = T(v)
			}
			continue
		}
		for _, v := range values {
			bound[name] = append(bound[name], T(v))
		}
		require.NoError(t, m.Bind(name, bound[name]))
	}
	return bound
}

// netResults copies all outputs, rows first where there are rows.
func netResults[T graph.Float](m *graph.Machine[T], rows int) [][]T {
	var out [][]T
	for _, name := range []string{"y", "divergence", "dx"} {
		for _, c := range m.Out(name) {
			out = append(out, append([]T(nil), c[:rows]...))
		}
	}
	for _, name := range []string{"dw1", "db1", "dw2"} {
		out = append(out, append([]T(nil), m.Sum(name)...))
	}
	return out
}
