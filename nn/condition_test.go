package nn_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// One row of the condition stands for all rows.
func TestConditionOfOneRow(t *testing.T) {
	for _, c := range kinds {
		t.Run(c.name, func(t *testing.T) {
			p, l := newParams(), nn.MLP{Hidden: []int{3}, Time: c.timed}
			in := map[string][][]float64{"x": someRows, "t": column(someTimes), "c": {{0.5, -2}, {0.5, -2}, {0.5, -2}}}
			want := run(t, conditioned(l, p, in), p, "", in)
			prog, err := graph.Compile[float64](func(g *graph.Graph) {
				s := nn.NewScope(g, p, "", g.Rows("t", 1)).WithCond(g.Uniform("c", 1, 2))
				g.Output("y", l.Apply(s, g.Rows("x", 2)))
			})
			require.NoError(t, err)
			m, err := prog.NewMachine(3)
			require.NoError(t, err)
			require.NoError(t, m.Bind("c", []float64{0.5, -2}))
			for q := range p.All() {
				require.NoError(t, m.Bind(q.Name(), values(q)))
			}
			for i, row := range someRows {
				m.In("t")[0][i], m.In("x")[0][i], m.In("x")[1][i] = someTimes[i], row[0], row[1]
			}
			require.NoError(t, m.Run(3))
			for i := range want {
				// a condition that all rows share is multiplied once, apart, which changes the order of the sum
				assert.InDeltaSlice(t, want[i], []float64{m.Out("y")[0][i], m.Out("y")[1][i]}, 1e-14)
			}
		})
	}
}

func TestConditionReachesEveryLayer(t *testing.T) {
	var asked int
	look := layerFunc(func(s *nn.Scope, x *graph.Node) *graph.Node {
		require.True(t, s.HasCond())
		asked++
		return graph.Add(x, graph.SumCols(s.Cond()))
	})
	l := nn.Seq{look, nn.Residual{Body: look}, nn.Mixture{look, look}, nn.MLP{Act: look, Hidden: []int{2}}}
	in := map[string][][]float64{"x": someRows, "t": column(someTimes), "c": someConds}
	p := newParams()
	buildGraph(t, p, conditioned(l, p, in))
	assert.Equal(t, 5, asked)
}

func TestScopeWithConditionIsTheSameEvaluation(t *testing.T) {
	_, err := graph.Build(tensor.Float64, 4, func(g *graph.Graph) {
		plain := nn.NewScope(g, newParams(), "", nil)
		given := plain.WithCond(g.Rows("c", 1))
		assert.False(t, plain.HasCond(), "the scope that was there stays as it was")
		assert.True(t, given.HasCond())
		assert.False(t, given.WithCond(nil).HasCond())
		plain.Param("a", nil, 1, 1)
		given.Param("a", nil, 1, 1)
	})
	assert.ErrorContains(t, err, `parameter "a" is asked for twice`)
}
