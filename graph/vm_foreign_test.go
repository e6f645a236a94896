package graph_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

// foreignGraph is a graph of Gorgonia's own functions with inputs of given numbers.
type foreignGraph struct {
	*gorgonia.ExprGraph
	t *testing.T
}

func (g foreignGraph) input(name string, s shape, values ...float64) *gorgonia.Node {
	return gorgonia.NewTensor(g.ExprGraph, tensor.Float64, len(s), gorgonia.WithShape(s...), gorgonia.WithName(name),
		gorgonia.WithValue(tensor.New(tensor.WithShape(s...), tensor.WithBacking(values))))
}

func (g foreignGraph) run(rows, outputs gorgonia.Nodes) {
	g.t.Helper()
	vm, err := graph.NewVM(g.ExprGraph, graph.VMOptions{Rows: rows, Outputs: outputs})
	require.NoError(g.t, err)
	require.NoError(g.t, vm.RunAll())
}

// gorgonia.Log takes 1 + x out of the graph, after which the numbers of nodes are those of others.
func TestVMOfAGraphThatLostANode(t *testing.T) {
	g := foreignGraph{gorgonia.NewGraph(), t}
	xs, ys := []float64{.2, .9, .4}, []float64{1, 0, 1}
	x, y := g.input("x", shape{3, 1}, xs...), g.input("y", shape{3, 1}, ys...)
	must := gorgonia.Must
	first := must(gorgonia.Log1p(must(gorgonia.Neg(x))))
	loss := must(gorgonia.BinaryXent(x, y))
	square := must(gorgonia.Square(loss))
	g.run(gorgonia.Nodes{x, y}, gorgonia.Nodes{first, loss, square})
	for i := range xs {
		want := -(ys[i]*math.Log(xs[i]) + (1-ys[i])*math.Log(1-xs[i]))
		assert.InDelta(t, math.Log(1-xs[i]), first.Value().Data().([]float64)[i], 1e-15)
		assert.InDelta(t, want, loss.Value().Data().([]float64)[i], 1e-15)
		assert.InDelta(t, want*want, square.Value().Data().([]float64)[i], 1e-14)
	}
}

// Inputs of one name, or of none, are told apart as the TapeMachine does: by their shapes.
func TestVMOfInputsWithoutNames(t *testing.T) {
	for _, name := range []string{"", "w"} {
		g := foreignGraph{gorgonia.NewGraph(), t}
		x, w, b := g.input(name, shape{3, 2}, 1, 2, 3, 4, 5, 6), g.input(name, shape{2, 1}, 10, 1), g.input(name, shape{1, 1}, .5)
		out := gorgonia.Must(gorgonia.BroadcastAdd(gorgonia.Must(gorgonia.Mul(x, w)), b, nil, []byte{0}))
		g.run(gorgonia.Nodes{x}, nil)
		assert.Equal(t, []float64{12.5, 34.5, 56.5}, out.Value().Data())
	}
	g := foreignGraph{gorgonia.NewGraph(), t}
	x := gorgonia.NewTensor(g.ExprGraph, tensor.Float64, 3, gorgonia.WithShape(2, 2, 2))
	_, err := graph.NewVM(g.ExprGraph, graph.VMOptions{Outputs: gorgonia.Nodes{gorgonia.Must(gorgonia.Tanh(x))}})
	require.ErrorContains(t, err, "input without a name (2, 2, 2)")
}

// The gradients of softmax and of its logarithm that gorgonia.Grad writes are Gorgonia's own operators.
func TestVMOfSoftmaxGradients(t *testing.T) {
	for name, f := range map[string]func(x *gorgonia.Node, axes ...int) (*gorgonia.Node, error){
		"softmax": gorgonia.SoftMax, "log softmax": gorgonia.LogSoftMax,
		"log of softmax": func(x *gorgonia.Node, axes ...int) (*gorgonia.Node, error) {
			return gorgonia.Log(gorgonia.Must(gorgonia.SoftMax(x, axes...)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			build := func() (foreignGraph, *gorgonia.Node, *gorgonia.Node) {
				g := foreignGraph{gorgonia.NewGraph(), t}
				x, w := g.input("x", shape{2, 3}, .1, -.4, .9, 2, .3, -1), g.input("w", shape{3, 3}, .5, .1, -.2, .7, -.9, .4, .8, .3, 1)
				p := gorgonia.Must(f(gorgonia.Must(gorgonia.Mul(x, w)), 1))
				cost := gorgonia.Must(gorgonia.Sum(gorgonia.Must(gorgonia.HadamardProd(p, gorgonia.Must(gorgonia.Square(x))))))
				_, err := gorgonia.Grad(cost, w)
				require.NoError(t, err)
				return g, x, w
			}
			native, x, got := build()
			tape, _, want := build()
			vm, err := graph.NewVM(native.ExprGraph, graph.VMOptions{Rows: gorgonia.Nodes{x}})
			require.NoError(t, err)
			require.NoError(t, vm.RunAll())
			require.NoError(t, gorgonia.NewTapeMachine(tape.ExprGraph).RunAll())
			a, err := got.Grad()
			require.NoError(t, err)
			b, err := want.Grad()
			require.NoError(t, err)
			compareValues(t, b, a)
		})
	}
}

// What the engine does not know is named as its author names it.
func TestVMNamesUnknownOperators(t *testing.T) {
	g := foreignGraph{gorgonia.NewGraph(), t}
	x := g.input("x", shape{2, 3}, .1, -.4, .9, 2, .3, -1)
	h := gorgonia.Must(gorgonia.Tanh(x))
	_, err := graph.NewVM(g.ExprGraph, graph.VMOptions{Rows: gorgonia.Nodes{x}, Outputs: gorgonia.Nodes{gorgonia.Must(gorgonia.Sparsemax(h, 1))}})
	require.ErrorContains(t, err, "graph: Sparsemax")
	_, err = graph.NewVM(g.ExprGraph, graph.VMOptions{Rows: gorgonia.Nodes{x}, Outputs: gorgonia.Nodes{gorgonia.Must(gorgonia.Dropout(h, .5))}})
	require.ErrorContains(t, err, "graph: Dropout")
}
