package graph

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
)

// Twice as many evaluations with their derivatives, each of the one before, take twice the memory to build: a
// derivative walks no further back than to what it is taken by.
func TestBuildingIsLinear(t *testing.T) {
	build := func(steps int, derive func(f, z *Node) *Node) float64 {
		return testing.AllocsPerRun(1, func() {
			_, err := Build(tensor.Float64, SymbolicRows, func(g *Graph) {
				z, w := g.Rows("z", 2), g.Uniform("w", 2, 2)
				for range steps {
					f := Tanh(MatMul(z, w))
					z = Add(f, derive(f, z))
				}
				g.Output("z", z)
			})
			require.NoError(t, err)
		})
	}
	for name, derive := range map[string]func(f, z *Node) *Node{
		"JVP": func(f, z *Node) *Node { return JVP([]*Node{f}, []*Node{z}, []*Node{z})[0] },
		"VJP": func(f, z *Node) *Node { return VJP([]*Node{f}, []*Node{f}, []*Node{z})[0] },
	} {
		one, two := build(100, derive), build(200, derive)
		assert.InDelta(t, 2, two/one, 0.2, "%s: %v and %v allocations", name, one, two)
	}
}

// Gorgonia looks for the place of every new node among all of them, unless it knows it.
func TestGorgoniaKnowsPlaces(t *testing.T) {
	g, err := Build(tensor.Float64, 2, func(g *Graph) {
		x := g.Rows("x", 2)
		for range 5000 {
			x = Sin(x)
		}
		g.Output("x", x)
	})
	require.NoError(t, err)
	places := *byIDOf.of(g.expr)
	for i, n := range g.expr.AllNodes() {
		require.Equal(t, i, places[n.ID()])
		require.Same(t, n, g.expr.Node(n.ID()))
	}
	_, ok := places[int64(len(g.expr.AllNodes()))]
	assert.True(t, ok, "the next node's place")
	assert.Nil(t, g.expr.Node(int64(len(g.expr.AllNodes()))), "it is not there yet")
}

// Gorgonia compares the types of operators in a time that grows with the square of their operands: wide rows of many
// parts are put together in several steps.
func TestConcatOfManyParts(t *testing.T) {
	const parts = 5000
	p, err := Compile[float64](func(g *Graph) {
		x := g.Rows("x", 1)
		all := make([]*Node, parts)
		for i := range all {
			all[i] = Shift(x, float64(i))
		}
		all[7] = FillCols(g.Uniform("u", 1, 1), 7, 1)
		g.Output("y", Concat(all...))
		for _, n := range g.expr.AllNodes() {
			assert.LessOrEqual(t, len(inputs(n)), mostParts)
		}
	})
	require.NoError(t, err)
	m, err := p.NewMachine(1)
	require.NoError(t, err)
	require.NoError(t, m.Bind("u", []float64{0}))
	m.In("x")[0][0] = 0
	require.NoError(t, m.Run(1))
	for i, column := range m.Out("y") {
		require.Equal(t, float64(i), column[0])
	}
}
