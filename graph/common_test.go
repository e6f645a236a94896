package graph_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

// gated is tanh(x·W) ⊙ σ(t·a) with its gradients, for a time t that rows have in common or each of its own.
func gated(common bool) func(g *graph.Graph) {
	return func(g *graph.Graph) {
		declare := g.Rows
		if common {
			declare = g.Common
		}
		x, t := g.Rows("x", 2), declare("t", 1)
		w, a := g.Uniform("w", 2, 3), g.Uniform("a", 1, 3)
		y := graph.Mul(graph.Tanh(graph.MatMul(x, w)), graph.Sigmoid(graph.MatMul(t, a)))
		g.Output("y", y)
		wrt := []*graph.Node{x, t, w, a}
		for i, grad := range graph.VJP([]*graph.Node{y}, []*graph.Node{g.Rows("g", 3)}, wrt) {
			g.Output("grad "+wrt[i].Name(), grad)
		}
	}
}

// A time that all rows have in common gives the bits that it gives as every row's own, and on the TapeMachine the same
// within rounding.
func TestCommon(t *testing.T) {
	machine := func(e graph.Engine, common bool) *graph.Machine[float64] {
		p, err := graph.CompileFor[float64](e, gated(common))
		require.NoError(t, err)
		m, err := p.NewMachine(5)
		require.NoError(t, err)
		require.NoError(t, m.Bind("w", []float64{.3, -1.2, .7, 1.1, .4, -.6}))
		require.NoError(t, m.Bind("a", []float64{.5, -2, 1.5}))
		return m
	}
	machines := []*graph.Machine[float64]{machine(graph.Native, false), machine(graph.Native, true), machine(graph.Tape, true)}
	const rows = 4
	for _, m := range machines {
		for _, time := range []float64{.25, -1} { // sums are over both runs
			for name, cols := range map[string]int{"x": 2, "g": 3, "t": 1} {
				for j := range cols {
					for i, column := 0, m.In(name)[j]; i < min(rows, len(column)); i++ {
						if column[i] = time; name != "t" {
							column[i] = float64(i) - .7*float64(j) + time
						}
					}
				}
			}
			require.NoError(t, m.Run(rows))
		}
	}
	require.Len(t, machines[1].In("t")[0], 1)
	for _, name := range []string{"y", "grad x", "grad t"} {
		for j, want := range machines[0].Out(name) {
			require.Equal(t, want[:rows], machines[1].Out(name)[j][:rows], name)
			require.InDeltaSlice(t, want[:rows], machines[2].Out(name)[j][:rows], 1e-14, name) // roundings of numbers near 1
		}
	}
	for _, name := range []string{"grad w", "grad a"} {
		require.Equal(t, machines[0].Sum(name), machines[1].Sum(name), name)
		require.InDeltaSlice(t, machines[0].Sum(name), machines[2].Sum(name), 1e-14, name)
	}
}

func TestCommonIsNotRows(t *testing.T) {
	_, err := graph.Build(tensor.Float32, 3, func(g *graph.Graph) {
		g.Common("t", 1)
		g.Rows("t", 1)
	})
	require.ErrorContains(t, err, `"t" is declared twice, as t common to all rows (rows, 1) and as t per row (rows, 1)`)
}
