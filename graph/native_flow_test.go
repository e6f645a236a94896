package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/graph"
)

// flowStep is one step of a continuous normalizing flow by the classic Runge-Kutta method: the state z (rows, dim) and
// its log-density, carried by an MLP with tanh that sees as many columns of the time as z has.
type flowStep struct {
	dim    int
	hidden []int
	gated  bool // the layers' results are multiplied by gates of the time
}

func (f flowStep) field(g *graph.Graph, t, z *graph.Node) *graph.Node {
	x := graph.Concat(z, graph.RepeatCols(t, f.dim))
	widths := append(append([]int{2 * f.dim}, f.hidden...), f.dim)
	for i, w := range widths[1:] {
		x = graph.Add(graph.MatMul(x, g.Uniform(fmt.Sprint("W", i), widths[i], w)), g.Uniform(fmt.Sprint("b", i), 1, w))
		if f.gated {
			x = graph.Mul(x, graph.Sigmoid(graph.MatMul(t, g.Uniform(fmt.Sprint("G", i), 1, w))))
		}
		if i < len(f.hidden) {
			x = graph.Tanh(x)
		}
	}
	return x
}

// rate returns dz/dt and the exact trace of its Jacobian.
func (f flowStep) rate(g *graph.Graph, t, z *graph.Node) (dz, trace *graph.Node) {
	dz = f.field(g, t, z)
	for d := range f.dim {
		unit := graph.PadCols(graph.FillCols(z, 1, 1), d, f.dim)
		tangent := graph.JVP([]*graph.Node{dz}, []*graph.Node{z}, []*graph.Node{unit})[0]
		if part := graph.SliceCols(tangent, d, d+1); trace == nil {
			trace = part
		} else {
			trace = graph.Add(trace, part)
		}
	}
	return dz, trace
}

// step returns the state after a step of length h from t, and the change of the log-density.
func (f flowStep) step(g *graph.Graph) (z1, dlogp *graph.Node) {
	t, h, z := g.Rows("t", 1), g.Rows("h", 1), g.Rows("z", f.dim)
	half := graph.Scale(h, 0.5)
	mid, end := graph.Add(t, half), graph.Add(t, h)
	k1, l1 := f.rate(g, t, z)
	k2, l2 := f.rate(g, mid, graph.Add(z, graph.Mul(k1, half)))
	k3, l3 := f.rate(g, mid, graph.Add(z, graph.Mul(k2, half)))
	k4, l4 := f.rate(g, end, graph.Add(z, graph.Mul(k3, h)))
	mean := func(a, b, c, d *graph.Node) *graph.Node {
		return graph.Add(graph.Scale(graph.Add(a, d), 1./6), graph.Scale(graph.Add(b, c), 1./3))
	}
	return graph.Add(z, graph.Mul(mean(k1, k2, k3, k4), h)), graph.Mul(mean(l1, l2, l3, l4), h)
}

func (f flowStep) forward(g *graph.Graph) {
	z1, dlogp := f.step(g)
	g.Output("z1", z1)
	g.Output("dlogp", dlogp)
}

func (f flowStep) backward(g *graph.Graph) {
	z1, dlogp := f.step(g)
	seeds := []*graph.Node{g.Rows("cz", f.dim), g.Rows("cl", 1)}
	wrt, names := []*graph.Node{g.Rows("z", f.dim)}, []string{"z"}
	for _, in := range g.Inputs() {
		if !in.PerRow {
			wrt, names = append(wrt, in.Node), append(names, in.Name)
		}
	}
	for i, d := range graph.VJP([]*graph.Node{z1, dlogp}, seeds, wrt) {
		if d != nil {
			g.Output("grad "+names[i], d)
		}
	}
}

func TestNativeFlowStep(t *testing.T) {
	for _, test := range []struct {
		name string
		flowStep
		rows []int
	}{
		{"moons", flowStep{dim: 2, hidden: []int{8, 8}}, allRows},
		{"gated", flowStep{dim: 2, hidden: []int{8, 8}, gated: true}, []int{1, 17, 101}},
		{"one column", flowStep{dim: 1, hidden: []int{13}}, []int{1, 2, 33}},
		{"odd widths", flowStep{dim: 3, hidden: []int{17, 33, 13}}, []int{1, 15, 101}},
		{"wide", flowStep{dim: 2, hidden: []int{43, 64}}, []int{16, 130}},
		{"no hidden layer", flowStep{dim: 2}, []int{3}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, write := range []func(*graph.Graph){test.forward, test.backward} {
				requireEngines[float64](t, 10, test.rows, write)
				requireEngines[float32](t, 10, test.rows, write)
			}
		})
	}
}

// What a lane holds depends on its own inputs alone: not on its place, its neighbours or how many there are.
func TestNativeLanesAreIndependent(t *testing.T) {
	f := flowStep{dim: 2, hidden: []int{8, 8}, gated: true}
	const lanes = 300
	all := loaded[float32](t, graph.Native, lanes, f.forward)
	require.NoError(t, all.Run(lanes))
	for _, n := range []int{1, 16, 17, 40} {
		for _, at := range []int{0, 5, 128, 255, lanes - n} {
			part := loaded[float32](t, graph.Native, 48, f.forward)
			for _, name := range []string{"t", "h", "z"} {
				for j, c := range part.In(name) {
					copy(c[:n], all.In(name)[j][at:])
				}
			}
			require.NoError(t, part.Run(n))
			for _, name := range []string{"z1", "dlogp"} {
				for j, c := range part.Out(name) {
					require.Equal(t, all.Out(name)[j][at:at+n], c[:n], "%s of %d rows from %d", name, n, at)
				}
			}
		}
	}
}

func TestNativeString(t *testing.T) {
	p, err := graph.Compile[float32](flowStep{dim: 2, hidden: []int{8, 8}}.backward)
	require.NoError(t, err)
	text := p.String()
	for _, want := range []string{"operations:", "tile:", "matmul", "tanh", "and its slope", "outer", "rowsum", "grad W0"} {
		require.Contains(t, text, want)
	}
	require.Less(t, strings.Count(text, "\n"), 300)
}
