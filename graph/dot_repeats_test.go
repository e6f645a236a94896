package graph_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

func TestRepeats(t *testing.T) {
	g, err := graph.Build(tensor.Float64, 4, func(g *graph.Graph) {
		grouped := func(name string, x *graph.Node) *graph.Node {
			defer g.Group(name)()
			return graph.Tanh(x)
		}
		x := g.Rows("x", 2)
		for step := range 2 {
			leave := g.Group(fmt.Sprint("step ", step+1))
			for stage := range 11 {
				done := g.Group(fmt.Sprint("stage ", stage+1))
				x = grouped("layer0", x)
				if stage > 0 { // the first uses no trace
					x = grouped("trace", grouped("layer1", x))
				} else {
					grouped("trace", graph.Exp(x))
				}
				done()
			}
			leave()
		}
		g.Output("y", grouped("next stage 1", x))
	})
	require.NoError(t, err)
	want := []string{"step 2", "step 1/stage 1"}
	for stage := 3; stage <= 11; stage++ {
		want = append(want, fmt.Sprint("step 1/stage ", stage))
	}
	repeats := graph.Repeats(g)
	assert.Equal(t, want, repeats, "layers differ, and so does what is done for the next step")

	var b bytes.Buffer
	require.NoError(t, graph.DOT(&b, g, graph.DOTOptions{Collapse: repeats}))
	assert.Equal(t, 1+1+3+1, strings.Count(b.String(), "subgraph"), "step 1, its stage 2 with what is in it, next stage 1, and its layer")

	empty, err := graph.Build(tensor.Float64, 4, func(g *graph.Graph) { g.Output("x", g.Rows("x", 1)) })
	require.NoError(t, err)
	assert.Empty(t, graph.Repeats(empty))
}
