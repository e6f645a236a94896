package graph_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/graph"
)

// x ⊙ Detach(x) has the value x² and the derivative x: what is detached counts as constant.
func TestDetach(t *testing.T) {
	for _, e := range []graph.Engine{graph.Native, graph.Tape} {
		p, err := graph.CompileFor[float64](e, func(g *graph.Graph) {
			x, v := g.Rows("x", 1), g.Rows("v", 1)
			y := graph.Mul(x, graph.Detach(x))
			g.Output("y", y)
			g.Output("vjp", graph.VJP([]*graph.Node{y}, []*graph.Node{v}, []*graph.Node{x})[0])
			g.Output("jvp", graph.JVP([]*graph.Node{y}, []*graph.Node{x}, []*graph.Node{v})[0])
			assert.Nil(t, graph.VJP([]*graph.Node{graph.Detach(x)}, []*graph.Node{v}, []*graph.Node{x})[0])
		})
		require.NoError(t, err)
		m, err := p.NewMachine(1)
		require.NoError(t, err)
		m.In("x")[0][0], m.In("v")[0][0] = 3, 2
		require.NoError(t, m.Run(1))
		assert.Equal(t, []float64{9, 6, 6}, []float64{m.Out("y")[0][0], m.Out("vjp")[0][0], m.Out("jvp")[0][0]}, e.String())
	}
}
