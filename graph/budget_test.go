package graph_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

// chain is a graph of one input and n operators of so many columns.
func chain(n, cols int) func(g *graph.Graph) {
	return func(g *graph.Graph) {
		x := g.Rows("x", cols)
		for range n {
			x = graph.Sin(x)
		}
		g.Output("x", x)
	}
}

func TestBudget(t *testing.T) {
	build := func(b *graph.Budget, f func(g *graph.Graph)) (*graph.Graph, error) {
		return graph.Build(tensor.Float32, graph.SymbolicRows, func(g *graph.Graph) {
			if b != nil {
				g.SetBudget(b)
			}
			f(g)
		})
	}
	var over *graph.LimitError
	_, err := build(nil, func(g *graph.Graph) { g.Reserve("all", 1<<18+1, "") })
	require.ErrorAs(t, err, &over)
	assert.Equal(t, graph.LimitError{What: "all", Need: 1<<18 + 1, Limit: 1 << 18, Unit: "nodes", Raise: "Graph.SetBudget"}, *over)
	_, err = build(&graph.Budget{Nodes: 100}, chain(1<<18, 1))
	assert.Regexp(t, `^graph: the graph: needs at least 101 nodes, the limit is 100 nodes; raise it by Graph.SetBudget \(at .*\)$`, err.Error())

	g, err := build(&graph.Budget{Nodes: 11}, chain(10, 1))
	require.NoError(t, err)
	assert.Equal(t, 11, g.Size(), "to the node")
	_, err = build(&graph.Budget{Nodes: 10}, chain(10, 1))
	require.ErrorAs(t, err, &over)
	assert.Equal(t, int64(11), over.Need)

	g, err = build(nil, chain(10, 1280))
	require.NoError(t, err)
	assert.Equal(t, 110, g.Size(), "a wide node counts once for each 128 columns")
	_, err = build(nil, func(g *graph.Graph) { g.Rows("x", 1<<50) })
	assert.ErrorAs(t, err, &over, "without a node of that size")

	shared := &graph.Budget{Nodes: 30, Raise: "Flow.MaxNodes"}
	for range 2 {
		_, err = build(shared, chain(10, 1))
		require.NoError(t, err)
	}
	assert.Equal(t, 22, shared.Used())
	_, err = build(shared, chain(10, 1))
	require.ErrorAs(t, err, &over)
	assert.Equal(t, graph.LimitError{What: "the graph", Need: 9, Limit: 8, Unit: "nodes", Raise: "Flow.MaxNodes"}, *over)

	_, err = build(&graph.Budget{Nodes: 100}, func(g *graph.Graph) {
		x := g.Rows("x", 1)
		g.Reserve("the trace", 98, "estimate it")
		assert.Equal(t, 1, g.Size())
		graph.Sin(x)
		g.Reserve("the trace", 99, "estimate it")
	})
	require.ErrorAs(t, err, &over)
	assert.EqualError(t, over, "the trace: needs at least 99 nodes, the limit is 98 nodes; raise it by Graph.SetBudget, or estimate it")
	_, err = build(&graph.Budget{Nodes: 100}, func(g *graph.Graph) {
		g.Reserve("the trace", 50, "estimate it")
		chain(200, 1)(g)
	})
	require.ErrorAs(t, err, &over)
	assert.Equal(t, "Graph.SetBudget, or estimate it", over.Raise)
}

// A program that was within its budget runs for any number of rows: the TapeMachine has a graph for each.
func TestBudgetOfRows(t *testing.T) {
	p, err := graph.CompileFor[float32](graph.Tape, func(g *graph.Graph) {
		g.SetBudget(&graph.Budget{Nodes: 12})
		chain(10, 1)(g)
	})
	require.NoError(t, err)
	m, err := p.NewMachine(3)
	require.NoError(t, err)
	for rows := 1; rows <= 3; rows++ {
		require.NoError(t, m.Run(rows))
	}
}

// The budget counts what layers of one's own write with Gorgonia's functions, at the next operator or at the end.
func TestBudgetOfGorgoniasFunctions(t *testing.T) {
	_, err := graph.Build(tensor.Float32, graph.SymbolicRows, func(g *graph.Graph) {
		g.SetBudget(&graph.Budget{Nodes: 5})
		x := g.Rows("x", 1)
		for range 10 {
			x = gorgonia.Must(gorgonia.Sin(x))
		}
		g.Output("x", x)
	})
	var over *graph.LimitError
	assert.True(t, errors.As(err, &over), "%v", err)
}
