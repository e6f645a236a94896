package graph_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

func TestTopo(t *testing.T) {
	_, err := graph.Build(tensor.Float64, 2, func(g *graph.Graph) {
		x, y := g.Rows("x", 2), g.Rows("y", 2)
		sum := graph.Add(y, x)
		square := graph.Mul(sum, sum)
		aside := graph.Tanh(x)
		assert.True(t, slices.Equal([]*graph.Node{y, x, sum, square}, graph.Topo(square)), "inputs in their order, each node once")
		assert.True(t, slices.Equal([]*graph.Node{x, aside, y, sum, square}, graph.Topo(aside, square, sum)))
		assert.True(t, slices.Equal([]*graph.Node{sum, sum}, graph.Children(square)))
		assert.Empty(t, graph.Children(x))
		assert.Empty(t, graph.Topo())
	})
	require.NoError(t, err)
}

// A chain of thousands of nodes, there and back.
func TestDeepChain(t *testing.T) {
	const depth = 5000
	_, err := graph.Build(tensor.Float64, 2, func(g *graph.Graph) {
		x := g.Rows("x", 1)
		y := x
		for range depth {
			y = graph.Sin(y)
		}
		assert.Len(t, graph.Topo(y), depth+1)
		assert.NotNil(t, graph.Grad(y, x)[0])
	})
	require.NoError(t, err)
}
