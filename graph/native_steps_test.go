package graph_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/graph"
)

// Factors that would leave the range of the element type if they were multiplied before the values are, differences
// that are exact, and slopes that are small: what a graph says step by step holds on every kernel set.
func TestNativeKeepsTheStepsOfAGraph(t *testing.T) {
	t.Run("float32", testSteps[float32])
	t.Run("float64", testSteps[float64])
}

func testSteps[T graph.Float](t *testing.T) {
	big, inf := 1e20, math.Inf(1)
	if _, double := any(T(0)).(float64); double {
		big = 1e200
	}
	small := 1 / big
	for _, test := range []struct {
		name  string
		write func(x *graph.Node) *graph.Node
		in    []float64
		want  []float64
	}{
		{"square of a multiple", func(x *graph.Node) *graph.Node { return graph.Square(graph.Scale(x, big)) },
			[]float64{0, small, 10 * small}, []float64{0, 1, 100}},
		{"multiples of a multiple", func(x *graph.Node) *graph.Node { return graph.Scale(graph.Scale(x, big), big) },
			[]float64{0, 4 * small}, []float64{0, 4 * big}},
		{"a small multiple of a small multiple", func(x *graph.Node) *graph.Node { return graph.Scale(graph.Scale(x, small), small) },
			[]float64{0, big}, []float64{0, small}},
		{"a step of a stiff field", func(x *graph.Node) *graph.Node {
			return graph.Scale(graph.Add(x, graph.Scale(graph.Scale(x, big/2), small/10)), big)
		}, []float64{1}, []float64{1.05 * big}},
		{"product of multiples", func(x *graph.Node) *graph.Node { return graph.Mul(graph.Scale(x, big), graph.Scale(x, big)) },
			[]float64{0, small, -3 * small}, []float64{0, 1, 9}},
		{"multiple of a sum", func(x *graph.Node) *graph.Node { return graph.Scale(graph.Add(graph.Scale(x, big), graph.Neg(x)), big) },
			[]float64{0, small}, []float64{0, big}},
		{"difference of equals", func(x *graph.Node) *graph.Node { y := graph.Scale(x, 3); return graph.Sub(y, y) },
			[]float64{.1, .7, 1e10}, []float64{0, 0, 0}},
		{"difference of equal multiples", func(x *graph.Node) *graph.Node {
			y := graph.Scale(x, 3)
			return graph.Sub(graph.Scale(y, .1), graph.Scale(graph.Scale(x, 3), .1))
		}, []float64{.1, .7, 1e10}, []float64{0, 0, 0}},
		{"quotient by a difference of equals", func(x *graph.Node) *graph.Node { y := graph.Scale(x, 3); return graph.Div(y, graph.Sub(y, y)) },
			[]float64{.1, .7}, []float64{inf, inf}},
		{"difference of equal squares", func(x *graph.Node) *graph.Node {
			return graph.Sqrt(graph.Sub(graph.Square(x), graph.Square(graph.Neg(graph.Neg(graph.Abs(x))))))
		}, []float64{.1, .7, 1.1}, []float64{0, 0, 0}},
		{"inverse of a sum with 0", func(x *graph.Node) *graph.Node { return graph.Recip(graph.Shift(x, 0)) },
			[]float64{math.Copysign(0, -1), 0}, []float64{inf, inf}},
	} {
		for _, kernels := range kernelSets {
			t.Run(test.name+"/"+kernels, func(t *testing.T) {
				t.Setenv("FFJORD_KERNELS", kernels)
				p, err := graph.Compile[T](func(g *graph.Graph) { g.Output("y", test.write(g.Rows("x", 1))) })
				require.NoError(t, err)
				m, err := p.NewMachine(len(test.in))
				if err != nil {
					t.Skip(err)
				}
				for i, x := range test.in {
					m.In("x")[0][i] = T(x)
				}
				require.NoError(t, m.Run(len(test.in)))
				for i, want := range test.want {
					got := float64(m.Out("y")[0][i])
					if want == 0 || math.IsInf(want, 0) {
						require.Equal(t, want, got, "of %v", test.in[i])
					} else {
						require.InEpsilon(t, want, got, 1e-6, "of %v", test.in[i])
					}
				}
			})
		}
	}
}

// kernelSets are the names of all; a processor may lack some.
var kernelSets = []string{"go", "avx2", "avx512"}

// The gradient of σ is σ(x)·σ(-x) also where σ(x) rounds to 1: 1 - σ(x) would be 0 there.
func TestNativeSlopeOfSigmoidDoesNotVanish(t *testing.T) {
	for _, kernels := range kernelSets {
		t.Setenv("FFJORD_KERNELS", kernels)
		p, err := graph.Compile[float32](func(g *graph.Graph) {
			x := g.Rows("x", 1)
			y := graph.Sigmoid(x)
			g.Output("y", y)
			g.Output("slope", graph.Grad(y, x)[0])
		})
		require.NoError(t, err)
		m, err := p.NewMachine(3)
		if err != nil {
			continue
		}
		copy(m.In("x")[0], []float32{20, 40, -60})
		require.NoError(t, m.Run(3))
		for i, want := range []float64{math.Exp(-20), math.Exp(-40), math.Exp(-60)} {
			require.InEpsilon(t, want, m.Out("slope")[0][i], 1e-6, kernels)
		}
	}
}
