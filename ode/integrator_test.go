package ode_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/diff/fd"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

func TestClosedForms(t *testing.T) {
	diagonal := func(rates ...float64) func(_, y *graph.Node) *graph.Node {
		return func(_, y *graph.Node) *graph.Node {
			parts := make([]*graph.Node, len(rates))
			for i, r := range rates {
				parts[i] = graph.Scale(graph.SliceCols(y, i, i+1), r)
			}
			return graph.Concat(parts...)
		}
	}
	for _, c := range []struct {
		name   string
		width  int
		f      func(t, y *graph.Node) *graph.Node
		t0, t1 float64
		y0     [][]float64
		want   func(t float64, y0 []float64) []float64
	}{
		{"decay", 2, func(_, y *graph.Node) *graph.Node { return graph.Neg(y) }, 0, 1, [][]float64{{1, 2}, {3, 4}},
			func(t float64, y []float64) []float64 { return []float64{y[0] * math.Exp(-t), y[1] * math.Exp(-t)} }},
		{"rest", 3, func(_, y *graph.Node) *graph.Node { return graph.Fill(y, 0) }, 0, 1, [][]float64{{1, 2, 3}},
			func(_ float64, y []float64) []float64 { return y }},
		{"rates", 2, diagonal(-0.5, -1), 0, 1, [][]float64{{1, 2}},
			func(t float64, y []float64) []float64 { return []float64{y[0] * math.Exp(-t/2), y[1] * math.Exp(-t)} }},
		{"riccati", 1, func(t, y *graph.Node) *graph.Node {
			return graph.Shift(graph.Square(graph.Sub(y, t)), 1)
		}, 0, 1, [][]float64{{0.5}}, func(t float64, y []float64) []float64 { return []float64{1/(1/y[0]-t) + t} }},
		{"y cos t", 1, func(t, y *graph.Node) *graph.Node { return graph.Mul(y, graph.Cos(t)) }, 0, 5, [][]float64{{1}},
			func(t float64, _ []float64) []float64 { return []float64{math.Exp(math.Sin(t))} }},
		{"logistic", 1, func(_, y *graph.Node) *graph.Node {
			return graph.Mul(graph.Scale(y, 0.25), graph.Shift(graph.Scale(y, -1./20), 1))
		}, 0, 20, [][]float64{{1}}, func(t float64, _ []float64) []float64 { return []float64{20 / (1 + 19*math.Exp(-t/4))} }},
		{"time alone", 1, func(t, _ *graph.Node) *graph.Node { return t }, 1, 2, [][]float64{{0}, {-3}},
			func(t float64, y []float64) []float64 { return []float64{y[0] + (t*t-1)/2} }},
	} {
		p := scalar(c.width, c.f)
		var want [][]float64
		for _, y := range c.y0 {
			want = append(want, c.want(c.t1, y))
		}
		// 200 steps of at most 0.1: h⁴ for order 4 and h⁵ for order 5 times derivatives of order 1.
		for _, m := range []*ode.Tableau{ode.RK4, ode.Dopri5, ode.Tsit5} {
			t.Run(c.name+"/"+m.Name, func(t *testing.T) {
				s := ode.Solver{Method: m, Steps: 200}
				there := solve[float64](t, p, s, c.t0, c.t1, c.y0...)
				inDelta(t, want, there, 1e-5, "there")
				inDelta(t, c.y0, solve[float64](t, p, s, c.t1, c.t0, there...), 1e-5, "and back")
			})
		}
		t.Run(c.name+"/float32", func(t *testing.T) {
			got := solve[float32](t, p, ode.Solver{Steps: 100}, c.t0, c.t1, c.y0...)
			for i := range want {
				for j := range want[i] { // a hundred roundings of 6e-8, amplified by up to e
					assert.InDelta(t, want[i][j], got[i][j], 2e-5*max(1, math.Abs(want[i][j])))
				}
			}
		})
	}
}

// Integrating y' = -y from 4 to 0.3 is integrating y' = y from -4 to -0.3.
func TestReverseTime(t *testing.T) {
	s := ode.Solver{Steps: 7}
	back := solve[float64](t, scalar(1, func(_, y *graph.Node) *graph.Node { return graph.Neg(y) }), s, 4, 0.3, []float64{1.5})
	there := solve[float64](t, scalar(1, func(_, y *graph.Node) *graph.Node { return y }), s, -4, -0.3, []float64{1.5})
	inDelta(t, there, back, 1e-12, "the same arithmetic but for signs")
}

// Ten Euler steps of y' = y are y ↦ 1.1¹⁰ y, with that derivative.
func TestEulerByHand(t *testing.T) {
	it, err := ode.NewIntegrator[float64](
		scalar(1, func(_, y *graph.Node) *graph.Node { return y }), ode.Solver{Method: ode.Euler, Steps: 10})
	require.NoError(t, err)
	w, err := it.NewWorker(1)
	require.NoError(t, err)
	w.State(0)[0][0] = 1
	var log ode.Record[float64]
	require.NoError(t, w.Solve(t.Context(), 1, 0, 1, &log))
	want := math.Pow(1.1, 10)
	assert.InDelta(t, want, w.State(0)[0][0], 1e-14)
	assert.Equal(t, 10, w.Stats()[0].Evaluations)
	g, err := w.Cotangent(0)
	require.NoError(t, err)
	g[0][0] = 1
	require.NoError(t, w.Back(t.Context(), &log))
	assert.InDelta(t, want, g[0][0], 1e-14)
}

// driven is a nonlinear problem with everything a problem may have: two components, time, parameters of which one is
// not used, and an input per row.
//
//	z' = tanh(z·W + t·b + push),   l' = t Σ z²
var driven = ode.Problem{Widths: []int{2, 1}, Field: func(g *graph.Graph) ode.Field {
	w, b := g.Uniform("w", 2, 2), g.Uniform("b", 1, 2)
	g.Uniform("idle", 1, 1)
	push := g.Rows("push", 2)
	return func(t *graph.Node, y ode.State) ode.State {
		return ode.State{
			graph.Tanh(graph.Add(graph.Add(graph.MatMul(y[0], w), graph.MatMul(t, b)), push)),
			graph.Mul(t, graph.SumCols(graph.Square(y[0]))),
		}
	}
}}

var drivenInputs = struct {
	w, b, push, z, l, gz, gl []float64 // three rows
}{
	w: []float64{0.4, -0.7, 0.3, 0.5}, b: []float64{0.2, -0.6},
	push: []float64{0.1, 0.2, -0.5, 0.3, 0, 0.7},
	z:    []float64{0.5, -1, 1.2, 0.3, -0.4, 0.8}, l: []float64{0, 1, -2},
	gz: []float64{1, -0.5, 0.25, 2, -1, 0.5}, gl: []float64{0.5, -1, 0.3},
}

func table(v []float64, width int) [][]float64 {
	var out [][]float64
	for ; len(v) > 0; v = v[width:] {
		out = append(out, v[:width])
	}
	return out
}

func flatten(rows [][]float64) []float64 {
	var out []float64
	for _, r := range rows {
		out = append(out, r...)
	}
	return out
}

// solveDriven returns the final state.
func solveDriven(t *testing.T, w *ode.Worker[float64], weights, bias, push, z []float64, t0, t1 float64, log *ode.Record[float64]) (z1, l1 []float64) {
	t.Helper()
	require.NoError(t, w.Bind("w", weights))
	require.NoError(t, w.Bind("b", bias))
	require.NoError(t, w.Bind("idle", []float64{7}))
	start(w.Rows("push"), table(push, 2)...)
	start(w.State(0), table(z, 2)...)
	start(w.State(1), table(drivenInputs.l, 1)...)
	require.NoError(t, w.Solve(t.Context(), 3, t0, t1, log))
	return flatten(read(w.State(0), 3)), flatten(read(w.State(1), 3))
}

// The integrator's solution is that of the graph of the whole integration, and so is its gradient, which finite
// differences confirm.
func TestIntegratorIsUnroll(t *testing.T) {
	const steps = 5
	d := drivenInputs
	for i, span := range []struct {
		name   string
		t0, t1 float64
	}{{"forward", 0.5, 2}, {"backward", 2, 0.5}} {
		for j, m := range ode.Methods() {
			if testing.Short() && (i+j)%2 != 0 {
				continue // each method in one direction
			}
			t.Run(span.name+"/"+m.Name, func(t *testing.T) {
				it, err := ode.NewIntegrator[float64](driven, ode.Solver{Method: m, Steps: steps})
				require.NoError(t, err)
				assert.Equal(t, []string{"w", "b", "idle"}, it.Params())
				w, err := it.NewWorker(4)
				require.NoError(t, err)
				assert.Nil(t, w.Grad("w"), "before any gradient")
				var log ode.Record[float64]
				z1, l1 := solveDriven(t, w, d.w, d.b, d.push, d.z, span.t0, span.t1, &log)
				gz, err := w.Cotangent(0)
				require.NoError(t, err)
				gl, err := w.Cotangent(1)
				require.NoError(t, err)
				start(gz, table(d.gz, 2)...)
				start(gl, table(d.gl, 1)...)
				require.NoError(t, w.Back(t.Context(), &log))

				whole := evaluate(t, unrollDriven(m, steps), map[string][][]float64{
					"t0": {{span.t0}, {span.t0}, {span.t0}}, "t1": {{span.t1}, {span.t1}, {span.t1}},
					"y0": table(d.z, 2), "y1": table(d.l, 1), "push": table(d.push, 2),
					"gy0": table(d.gz, 2), "gy1": table(d.gl, 1),
				}, map[string][]float64{"w": d.w, "b": d.b})
				const roundOff = 1e-13 // a few hundred operations on numbers of order 1
				assert.InDeltaSlice(t, flatten(whole["y0"]), z1, roundOff, "z")
				assert.InDeltaSlice(t, flatten(whole["y1"]), l1, roundOff, "l")
				assert.InDeltaSlice(t, flatten(whole["grad y0"]), flatten(read(gz, 3)), roundOff, "gradient by z")
				assert.InDeltaSlice(t, d.gl, flatten(read(gl, 3)), roundOff, "gradient by l, which nothing depends on")
				assert.InDeltaSlice(t, whole["grad w"][0], w.Grad("w"), roundOff, "gradient by w")
				assert.InDeltaSlice(t, whole["grad b"][0], w.Grad("b"), roundOff, "gradient by b")
				assert.Nil(t, w.Grad("idle"), "gradient by what the field does not use")
				assert.Nil(t, w.Grad("unknown"))
				byWeights, byState := append([]float64(nil), w.Grad("w")...), flatten(read(gz, 3))

				objective := func(weights, z []float64) float64 {
					z1, l1 := solveDriven(t, w, weights, d.b, d.push, z, span.t0, span.t1, nil)
					var s float64
					for i := range z1 {
						s += d.gz[i] * z1[i]
					}
					for i := range l1 {
						s += d.gl[i] * l1[i]
					}
					return s
				}
				// Central differences of step 1e-5 err by 1e-10 of truncation and 1e-10 of rounding.
				central := &fd.Settings{Formula: fd.Central, Step: 1e-5}
				assert.InDeltaSlice(t, fd.Gradient(nil, func(v []float64) float64 { return objective(v, d.z) }, d.w, central),
					byWeights, 5e-9, "finite differences by w")
				assert.InDeltaSlice(t, fd.Gradient(nil, func(v []float64) float64 { return objective(d.w, v) }, d.z, central),
					byState, 5e-9, "finite differences by z")
			})
		}
	}
}

// unrollDriven writes the whole integration and its gradient.
func unrollDriven(m *ode.Tableau, steps int) func(*graph.Graph) {
	return func(g *graph.Graph) {
		f := driven.Field(g)
		y := ode.State{g.Rows("y0", 2), g.Rows("y1", 1)}
		end := m.Unroll(g, f, g.Rows("t0", 1), g.Rows("t1", 1), y, steps)
		g.Output("y0", end[0])
		g.Output("y1", end[1])
		w, b := g.Uniform("w", 2, 2), g.Uniform("b", 1, 2)
		grads := graph.VJP(end, ode.State{g.Rows("gy0", 2), g.Rows("gy1", 1)}, []*graph.Node{y[0], w, b})
		for i, name := range []string{"y0", "w", "b"} {
			g.Output("grad "+name, grads[i])
		}
	}
}

// Gradients add up over solves until they are reset; a parameter bound before or after the first Back is seen by it.
func TestGradientsAddUp(t *testing.T) {
	d := drivenInputs
	it, err := ode.NewIntegrator[float64](driven, ode.Solver{Steps: 2})
	require.NoError(t, err)
	w, err := it.NewWorker(3)
	require.NoError(t, err)
	var log ode.Record[float64]
	once := func(weights []float64) {
		solveDriven(t, w, weights, d.b, d.push, d.z, 0, 1, &log)
		gz, err := w.Cotangent(0)
		require.NoError(t, err)
		start(gz, table(d.gz, 2)...)
		require.NoError(t, w.Back(t.Context(), &log))
	}
	w.ResetGrads() // before there are any
	once(d.w)
	first := append([]float64(nil), w.Grad("w")...)
	w.ResetGrads()
	once(d.w)
	once(d.w)
	for i := range first {
		assert.InDelta(t, 2*first[i], w.Grad("w")[i], 1e-14)
	}
	w.ResetGrads()
	once([]float64{0, 0, 0, 0})
	assert.NotEqual(t, first, w.Grad("w"), "new weights")
}

func TestZeroLength(t *testing.T) {
	it, err := ode.NewIntegrator[float64](driven, ode.Solver{})
	require.NoError(t, err)
	w, err := it.NewWorker(3)
	require.NoError(t, err)
	d := drivenInputs
	log := new(ode.Record[float64])
	solveDriven(t, w, d.w, d.b, d.push, d.z, 0, 1, log) // leaves something in the record
	z1, l1 := solveDriven(t, w, d.w, d.b, d.push, d.z, 1.5, 1.5, log)
	assert.Equal(t, d.z, z1)
	assert.Equal(t, d.l, l1)
	gz, err := w.Cotangent(0)
	require.NoError(t, err)
	start(gz, table(d.gz, 2)...)
	require.NoError(t, w.Back(t.Context(), log))
	assert.Equal(t, d.gz, flatten(read(gz, 3)))
	assert.Equal(t, []float64{0, 0}, w.Grad("b"))
}

// Not a number stays in its row, which is named, and out of all gradients.
func TestRowsDontMix(t *testing.T) {
	s := ode.Solver{Steps: 4}
	want := solve[float64](t, riccati, s, 0, 1, []float64{0.25}, []float64{0.5})
	w := worker[float64](t, riccati, s, []float64{0.25}, []float64{math.NaN()}, []float64{0.5})
	var log ode.Record[float64]
	var failed *ode.SolveError
	require.ErrorAs(t, w.Solve(t.Context(), 3, 0, 1, &log), &failed)
	require.Len(t, failed.Rows, 1)
	assert.Equal(t, 1, failed.Rows[0].Row)
	got := read(w.State(0), 3)
	assert.Equal(t, want[0], got[0])
	assert.True(t, math.IsNaN(got[1][0]))
	assert.Equal(t, want[1], got[2])
	g, err := w.Cotangent(0)
	require.NoError(t, err)
	copy(g[0], ones(3))
	require.NoError(t, w.Back(t.Context(), &log))
	assert.Zero(t, g[0][1])
	assert.Positive(t, g[0][0])
}

// The compiled graphs are there to look at, of a grid and of steps by tolerance.
func TestIntegratorShowsItsGraphs(t *testing.T) {
	for _, s := range []ode.Solver{{}, {Steps: 3}} {
		it, err := ode.NewIntegrator[float32](driven, s)
		require.NoError(t, err)
		back, err := it.BackGraph()
		require.NoError(t, err)
		assert.Greater(t, len(back.Outputs()), 2)
		assert.NotEmpty(t, it.Graph().Outputs())
		assert.Equal(t, s.Steps == 0, it.Solver().Adaptive())
		assert.NotNil(t, it.Solver().Method)
	}
}

func TestIntegratorErrors(t *testing.T) {
	f := func(_, y *graph.Node) *graph.Node { return y }
	for _, c := range []struct {
		name    string
		problem ode.Problem
		solver  ode.Solver
		want    string
	}{
		{"steps", scalar(1, f), ode.Solver{Steps: -1}, "ode: -1 steps: want at least 1"},
		{"implicit", scalar(1, f), ode.Solver{Method: &ode.Tableau{Name: "be", C: []float64{1}, A: [][]float64{{1}}, B: []float64{1}}},
			`method "be": A[0] has 1 numbers; want at most 0`},
		{"no state", ode.Problem{Field: driven.Field}, ode.Solver{}, "Widths is empty: want a width"},
		{"no width", scalar(0, f), ode.Solver{}, "component 0 of the state has width 0"},
		{"no field", ode.Problem{Widths: []int{1}}, ode.Solver{}, "Field is nil: want the right-hand side"},
		{"width", scalar(2, func(_, y *graph.Node) *graph.Node { return graph.SumCols(y) }), ode.Solver{},
			"ode: a step of dopri5: graph: the field changes component 0 of the state from width 2 to 1"},
		{"name taken", ode.Problem{Widths: []int{1}, Field: func(g *graph.Graph) ode.Field {
			h := g.Uniform("h", 1, 1)
			return func(_ *graph.Node, y ode.State) ode.State { return ode.State{graph.Mul(y[0], h)} }
		}}, ode.Solver{}, `"h" is declared twice`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ode.NewIntegrator[float64](c.problem, c.solver)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestWorkerErrors(t *testing.T) {
	it, err := ode.NewIntegrator[float64](driven, ode.Solver{Steps: 3})
	require.NoError(t, err)
	_, err = it.NewWorker(0)
	assert.ErrorContains(t, err, "0 rows")
	w, err := it.NewWorker(2)
	require.NoError(t, err)
	ctx := t.Context()
	assert.ErrorContains(t, w.Solve(ctx, 1, 0, 1, nil), "has no value", "parameters are not bound")
	assert.ErrorContains(t, w.Bind("v", nil), `"v"`)
	assert.ErrorContains(t, w.Bind("w", []float64{1}), "(2, 2), got 1")
	assert.ErrorContains(t, w.Bind("push", []float64{1, 2}), `"push"`)
	require.NoError(t, w.Bind("w", make([]float64, 4)))
	require.NoError(t, w.Bind("b", make([]float64, 2)))
	for _, n := range []int{-1, 0, 3} {
		assert.ErrorContains(t, w.Solve(ctx, n, 0, 1, nil), "want 1 to 2, as many as the worker takes")
	}
	assert.ErrorContains(t, w.Solve(ctx, 1, math.NaN(), 1, nil), "from t = NaN to 1: want finite times")
	assert.ErrorContains(t, w.Solve(ctx, 1, 0, math.Inf(-1), nil), "want finite times")
	assert.Panics(t, func() { w.Rows("wind") })

	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	var log ode.Record[float64]
	err = w.Solve(cancelled, 1, 0.5, 2, &log)
	assert.ErrorIs(t, err, context.Canceled)
	assert.ErrorContains(t, err, "ode: step 1 of 3, at t = 0.5")
	assert.ErrorContains(t, w.Back(ctx, &log), "not one of a whole solve")
	require.NoError(t, w.Solve(ctx, 2, 0.5, 2, &log))
	assert.ErrorIs(t, w.Back(cancelled, &log), context.Canceled)
	small, err := it.NewWorker(1)
	require.NoError(t, err)
	assert.ErrorContains(t, small.Back(ctx, &log), "at most 1 rows")
}
