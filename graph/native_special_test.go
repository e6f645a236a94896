package graph_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/graph"
)

// Numbers that are not finite, zeros of both signs, denormal and large numbers give the same on both engines: NaN where
// there is NaN, the same infinities, and finite numbers as close as others. (No product overflows: where one does, a
// fused multiply-add may still be finite.)
func TestNativeSpecialNumbers(t *testing.T) {
	special := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), 5e-324, -1e-310, 1e100, -1e100, 800, -800, 1, -1}
	n := len(special) * len(special)
	for _, test := range operatorPrograms {
		if test.name == "gorgonia softmax" || test.name == "gorgonia min max" {
			continue // Gorgonia's spreads NaN to other rows; it loses a NaN in the second operand
		}
		t.Run(test.name, func(t *testing.T) {
			write := func(g *graph.Graph) {
				g.Output("v", test.write(g, g.Rows("x", 3), g.Rows("y", 3), g.Uniform("w", 3, 3)))
			}
			native, tape := loaded[float64](t, graph.Native, n, write), loaded[float64](t, graph.Tape, n, write)
			for _, m := range []*graph.Machine[float64]{native, tape} {
				for _, x := range m.In("x") {
					for i := range x {
						x[i] = special[i/len(special)]
					}
				}
				for _, y := range m.In("y") {
					for i := range y {
						y[i] = special[i%len(special)]
					}
				}
				require.NoError(t, m.Run(n))
			}
			for j, want := range tape.Out("v") {
				for i, w := range want {
					requireClose(t, []float64{w}, native.Out("v")[j][i:i+1], 1e-13, "column %d of x = %v, y = %v", j, native.In("x")[0][i], native.In("y")[0][i])
				}
			}
		})
	}
}

// Where two numbers nearly cancel their difference is exact, and stays so under a factor: 7·(x - 1) for x = 1 + ε.
func TestScaledDifferenceIsExact(t *testing.T) {
	const eps = 1. / (1 << 23) // the spacing of float32 above 1
	for name, difference := range map[string]func(x *graph.Node) *graph.Node{
		"shift": func(x *graph.Node) *graph.Node { return graph.Shift(x, -1) },
		"sub":   func(x *graph.Node) *graph.Node { return graph.Sub(x, graph.Fill(x, 1)) },
		"rest":  func(x *graph.Node) *graph.Node { return graph.Neg(graph.Shift(graph.Neg(x), 1)) },
	} {
		program, err := graph.Compile[float32](func(g *graph.Graph) {
			g.Output("y", graph.Scale(difference(g.Rows("x", 1)), 7.1))
		})
		require.NoError(t, err)
		m, err := program.NewMachine(1)
		require.NoError(t, err)
		m.In("x")[0][0] = 1 + eps
		require.NoError(t, m.Run(1))
		assert.InEpsilon(t, 7.1*eps, m.Out("y")[0][0], 1e-6, name)
	}
}
