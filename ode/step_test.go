package ode_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// Each row has a time and a step of its own, a backward one and an empty one among them.
func TestStepPerRow(t *testing.T) {
	ts, hs := []float64{0.5, -1, 2, 1}, []float64{0.01, 0.02, -0.01, 0}
	const c = 3.5
	in := map[string][][]float64{}
	var want [][]float64
	for i := range ts {
		in["t"] = append(in["t"], []float64{ts[i]})
		in["h"] = append(in["h"], []float64{hs[i]})
		in["y"] = append(in["y"], []float64{riccatiAt(ts[i], c)})
		want = append(want, []float64{riccatiAt(ts[i]+hs[i], c)})
	}
	for _, m := range ode.Methods() {
		t.Run(m.Name, func(t *testing.T) {
			step := func(g *graph.Graph) {
				y1, _ := m.Step(g, riccati.Field(g), g.Rows("t", 1), g.Rows("h", 1), ode.State{g.Rows("y", 1)})
				g.Output("y1", y1[0])
			}
			got := evaluate(t, step, in, nil)["y1"]
			// The local error is a small multiple of h^(order+1); |h| is at most 0.02 and derivatives are below 10.
			inDelta(t, want, got, 10*math.Pow(0.02, float64(m.Order)+1)+1e-14, m.Name)
			assert.Equal(t, want[3], got[3], "a step of zero")
			for i := range ts {
				alone := evaluate(t, step, map[string][][]float64{"t": {{ts[i]}}, "h": {{hs[i]}}, "y": {in["y"][i]}}, nil)["y1"]
				assert.Equal(t, alone[0], got[i], "row %d alone", i)
			}
		})
	}
}

// A tuple state: a' = a ⊙ (½, 1) and b' = b ⊙ (1.5, 0.734), and l' the sum of a's derivative, so that l stays Δ Σa.
func TestTupleState(t *testing.T) {
	p := ode.Problem{Widths: []int{2, 2, 1}, Field: func(g *graph.Graph) ode.Field {
		ra, rb := g.Uniform("ra", 1, 2), g.Uniform("rb", 1, 2)
		return func(_ *graph.Node, y ode.State) ode.State {
			a := graph.Mul(y[0], ra)
			return ode.State{a, graph.Mul(y[1], rb), graph.SumCols(a)}
		}
	}}
	it, err := ode.NewIntegrator[float64](p, ode.Solver{Method: ode.Dopri5, Steps: 16})
	require.NoError(t, err)
	w, err := it.NewWorker(2)
	require.NoError(t, err)
	require.NoError(t, w.Bind("ra", []float64{0.5, 1}))
	require.NoError(t, w.Bind("rb", []float64{1.5, 0.734}))
	start(w.State(0), []float64{1, 2}, []float64{-1, 0.5})
	start(w.State(1), []float64{5.23, 0.2354}, []float64{0, 1})
	require.NoError(t, w.Solve(t.Context(), 2, 0, 0.2, nil))
	e := func(rate float64) float64 { return math.Exp(0.2 * rate) }
	inDelta(t, [][]float64{{e(0.5), 2 * e(1)}, {-e(0.5), 0.5 * e(1)}}, read(w.State(0), 2), 1e-11, "a")
	inDelta(t, [][]float64{{5.23 * e(1.5), 0.2354 * e(0.734)}, {0, e(0.734)}}, read(w.State(1), 2), 1e-11, "b")
	inDelta(t, [][]float64{{e(0.5) + 2*e(1) - 3}, {0.5 - e(0.5) + 0.5*e(1)}}, read(w.State(2), 2), 1e-11, "l")
}

func TestStepErrors(t *testing.T) {
	type args struct {
		m     *ode.Tableau
		field ode.Field
		n     int
	}
	same := func(_ *graph.Node, y ode.State) ode.State { return y }
	for _, c := range []struct {
		name string
		args args
		want string
	}{
		{"width", args{ode.Euler, func(_ *graph.Node, y ode.State) ode.State {
			return ode.State{graph.RepeatCols(graph.SumCols(y[0]), 3)}
		}, 1}, "component 0 of the state from width 2 to 3"},
		{"components", args{ode.Euler, func(_ *graph.Node, y ode.State) ode.State {
			return ode.State{y[0], y[0]}
		}, 1}, "2 components for a state of 1"},
		{"nothing", args{ode.Euler, func(*graph.Node, ode.State) ode.State {
			return ode.State{nil}
		}, 1}, "component 0 of the state from width 2 to nothing"},
		{"element type", args{ode.Euler, func(_ *graph.Node, y ode.State) ode.State {
			return ode.State{gorgonia.NewMatrix(y[0].Graph(), tensor.Float32,
				gorgonia.WithShape(y[0].Shape()...), gorgonia.WithName("narrow"))}
		}, 1}, "component 0 of the state from float64 to float32"},
		{"no steps", args{ode.Euler, same, 0}, "0 steps"},
		{"implicit", args{&ode.Tableau{Name: "backward euler", C: []float64{1}, A: [][]float64{{1}}, B: []float64{1}}, same, 1},
			`"backward euler": A[0] has 1 numbers; want at most 0, one for each stage before`},
		{"ragged", args{&ode.Tableau{Name: "half", C: []float64{0, 1}, A: [][]float64{{}}, B: []float64{1}}, same, 1},
			`method "half": C has 2 rows, and B 1; want one for each stage`},
		{"empty", args{&ode.Tableau{}, same, 1}, "has no weights B; want one for each stage"},
		{"not finite", args{&ode.Tableau{Name: "bad", C: []float64{0}, A: [][]float64{{}}, B: []float64{math.NaN()}}, same, 1},
			`method "bad": a weight is NaN`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := graph.Build(tensor.Float64, 3, func(g *graph.Graph) {
				y := c.args.m.Unroll(g, c.args.field, g.Rows("t0", 1), g.Rows("t1", 1), ode.State{g.Rows("y", 2)}, c.args.n)
				g.Output("y", y[0])
			})
			require.ErrorContains(t, err, c.want)
			assert.Contains(t, err.Error(), "graph: ")
			assert.Contains(t, err.Error(), "step_test.go:", "the caller's place")
		})
	}
}
