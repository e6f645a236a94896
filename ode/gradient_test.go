package ode_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/mat"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// drivenAll is driven with all the gradients there are.
var drivenAll = ode.Problem{Widths: driven.Widths, Field: driven.Field, Inputs: []string{"push"}, Times: true}

// plainDriven is the right-hand side of driven in plain Go, of z and l.
func plainDriven(w, b, push []float64, t float64, y []float64) []float64 {
	out := make([]float64, 3)
	for j := range 2 {
		out[j] = math.Tanh(y[0]*w[j] + y[1]*w[2+j] + t*b[j] + push[j])
	}
	out[2] = t * (y[0]*y[0] + y[1]*y[1])
	return out
}

// plainSteps takes the given steps of a method in plain Go.
func plainSteps(m *ode.Tableau, f func(t float64, y []float64) []float64, ts, hs, y []float64) []float64 {
	for i := range ts {
		var k [][]float64
		at := func(weights []float64) []float64 {
			out := append([]float64(nil), y...)
			for j := range k {
				for c := range out {
					if j < len(weights) {
						out[c] += hs[i] * weights[j] * k[j][c]
					}
				}
			}
			return out
		}
		for s := range m.B {
			k = append(k, f(ts[i]+m.C[s]*hs[i], at(m.A[s])))
		}
		y = at(m.B)
	}
	return y
}

// Replay is the gradient of the discrete solution with its steps frozen: finite differences of the same steps, taken in
// plain Go, agree to 1e-8 in parameters, states, inputs and end times.
func TestReplayIsExact(t *testing.T) {
	const rows = 3
	d := drivenInputs
	for _, m := range adaptiveMethods() {
		for _, span := range []struct {
			name   string
			t0, t1 float64
			shared bool
		}{{"forward", 0.5, 2, false}, {"backward", 2, 0.5, false}, {"shared", 0.5, 2, true}} {
			t.Run(m.Name+"/"+span.name, func(t *testing.T) {
				it, err := ode.NewIntegrator[float64](drivenAll, ode.Solver{Method: m, RTol: 1e-4, ATol: 1e-5, Shared: span.shared})
				require.NoError(t, err)
				w, err := it.NewWorker(rows)
				require.NoError(t, err)
				var share, part [rows][]float64
				w.OnStep(func(e ode.StepEvent) {
					if e.Accepted {
						share[e.Row] = append(share[e.Row], (e.T-span.t0)/(span.t1-span.t0))
						part[e.Row] = append(part[e.Row], e.H/(span.t1-span.t0))
					}
				})
				var log ode.Record[float64]
				z1, l1 := solveDriven(t, w, d.w, d.b, d.push, d.z, span.t0, span.t1, &log)
				gz, err := w.Cotangent(0)
				require.NoError(t, err)
				gl, err := w.Cotangent(1)
				require.NoError(t, err)
				start(gz, table(d.gz, 2)...)
				start(gl, table(d.gl, 1)...)
				require.NoError(t, w.Back(t.Context(), &log))

				frozen := func(row int, weights, b, push, z []float64, t0, t1 float64) []float64 {
					var ts, hs []float64
					for i := range share[row] {
						ts = append(ts, t0+share[row][i]*(t1-t0))
						hs = append(hs, part[row][i]*(t1-t0))
					}
					return plainSteps(m, func(t float64, y []float64) []float64 { return plainDriven(weights, b, push, t, y) },
						ts, hs, []float64{z[0], z[1], d.l[row]})
				}
				loss := func(row int, y []float64) float64 {
					return d.gz[2*row]*y[0] + d.gz[2*row+1]*y[1] + d.gl[row]*y[2]
				}
				central := &fd.Settings{Formula: fd.Central, Step: 1e-5} // errs by 1e-10 of truncation and 1e-10 of rounding
				const tolerance = 1e-8
				gt0, gt1 := w.TimeGrads()
				for row := range rows {
					z, push := d.z[2*row:2*row+2], d.push[2*row:2*row+2]
					y := frozen(row, d.w, d.b, push, z, span.t0, span.t1)
					assert.InDeltaSlice(t, []float64{z1[2*row], z1[2*row+1], l1[row]}, y, 1e-12, "the same steps")
					assert.InDeltaSlice(t, fd.Gradient(nil, func(v []float64) float64 {
						return loss(row, frozen(row, d.w, d.b, push, v, span.t0, span.t1))
					}, z, central), read(gz, rows)[row], tolerance, "by the state")
					assert.InDeltaSlice(t, fd.Gradient(nil, func(v []float64) float64 {
						return loss(row, frozen(row, d.w, d.b, v, z, span.t0, span.t1))
					}, push, central), read(w.InputGrad("push"), rows)[row], tolerance, "by the input")
					assert.InDeltaSlice(t, fd.Gradient(nil, func(v []float64) float64 {
						return loss(row, frozen(row, d.w, d.b, push, z, v[0], v[1]))
					}, []float64{span.t0, span.t1}, central), []float64{gt0[row], gt1[row]}, tolerance, "by the end times")
				}
				sum := func(weights, b []float64) (s float64) {
					for row := range rows {
						s += loss(row, frozen(row, weights, b, d.push[2*row:2*row+2], d.z[2*row:2*row+2], span.t0, span.t1))
					}
					return s
				}
				assert.InDeltaSlice(t, fd.Gradient(nil, func(v []float64) float64 { return sum(v, d.b) }, d.w, central), w.Grad("w"), tolerance, "by w")
				assert.InDeltaSlice(t, fd.Gradient(nil, func(v []float64) float64 { return sum(d.w, v) }, d.b, central), w.Grad("b"), tolerance, "by b")
				assert.Nil(t, w.Grad("idle"))
			})
		}
	}
}

// gradients are all those of driven.
type gradients struct{ z, l, push, w, b, t0, t1 []float64 }

func drivenGradients(t *testing.T, s ode.Solver, t0, t1 float64) gradients {
	t.Helper()
	d := drivenInputs
	it, err := ode.NewIntegrator[float64](drivenAll, s)
	require.NoError(t, err)
	w, err := it.NewWorker(3)
	require.NoError(t, err)
	var log ode.Record[float64]
	solveDriven(t, w, d.w, d.b, d.push, d.z, t0, t1, &log)
	gz, err := w.Cotangent(0)
	require.NoError(t, err)
	gl, err := w.Cotangent(1)
	require.NoError(t, err)
	start(gz, table(d.gz, 2)...)
	start(gl, table(d.gl, 1)...)
	require.NoError(t, w.Back(t.Context(), &log))
	assert.Positive(t, w.Stats()[0].Backward)
	g := gradients{z: flatten(read(gz, 3)), l: flatten(read(gl, 3)), push: flatten(read(w.InputGrad("push"), 3)), w: w.Grad("w"), b: w.Grad("b")}
	g.t0, g.t1 = w.TimeGrads()
	return g
}

// distance returns the largest difference of any two gradients.
func (g gradients) distance(o gradients) float64 {
	worst := 0.0
	pairs := [][2][]float64{{g.z, o.z}, {g.l, o.l}, {g.push, o.push}, {g.w, o.w}, {g.b, o.b}, {g.t0, o.t0}, {g.t1, o.t1}}
	for _, p := range pairs {
		for i := range p[0] {
			worst = max(worst, math.Abs(p[0][i]-p[1][i]))
		}
	}
	return worst
}

// As tolerances fall, the adjoint, replay and the gradient of a fine grid meet.
func TestGradientsMeet(t *testing.T) {
	for _, span := range briefly([][2]float64{{2, 0.5}}, [][2]float64{{0.5, 2}, {2, 0.5}}) {
		grid := drivenGradients(t, ode.Solver{Method: ode.Dopri8, Steps: 100}, span[0], span[1])
		for _, m := range briefly([]*ode.Tableau{ode.Bosh3, ode.Tsit5, ode.Dop853}, adaptiveMethods()[1:]) {
			before := math.Inf(1)
			for _, tol := range briefly([]float64{1e-4, 1e-6}, []float64{1e-4, 1e-6, 1e-8}) {
				replay := drivenGradients(t, ode.Solver{Method: m, RTol: tol, ATol: tol}, span[0], span[1])
				adjoint := drivenGradients(t, ode.Solver{Method: m, RTol: tol, ATol: tol, Adjoint: &ode.Adjoint{}}, span[0], span[1])
				e := max(grid.distance(replay), grid.distance(adjoint), replay.distance(adjoint))
				assert.Less(t, e, 100*tol, "%s at %g", m.Name, tol)
				assert.Less(t, e, before, "%s at %g", m.Name, tol)
				before = e
			}
		}
	}
}

// The adjoint has tolerances of its own, and shared steps forward leave it its own steps.
func TestAdjointTolerances(t *testing.T) {
	exact := drivenGradients(t, ode.Solver{Method: ode.Dopri8, Steps: 100}, 0, 2)
	loose := drivenGradients(t, ode.Solver{RTol: 1e-9, ATol: 1e-9, Adjoint: &ode.Adjoint{RTol: 1e-2, ATol: 1e-2}}, 0, 2)
	tight := drivenGradients(t, ode.Solver{RTol: 1e-9, ATol: 1e-9, Adjoint: &ode.Adjoint{RTol: 1e-8, ATol: 1e-8}}, 0, 2)
	shared := drivenGradients(t, ode.Solver{RTol: 1e-9, ATol: 1e-9, Shared: true, Adjoint: &ode.Adjoint{RTol: 1e-8, ATol: 1e-8}}, 0, 2)
	assert.Less(t, exact.distance(tight), 1e-6)
	assert.Less(t, exact.distance(shared), 1e-6)
	assert.Greater(t, exact.distance(loose), 1e-6)
}

// solvers are the ways to a gradient.
func solvers(rtol, atol float64) map[string]ode.Solver {
	return map[string]ode.Solver{
		"replay":   {RTol: rtol, ATol: atol},
		"adjoint":  {RTol: rtol, ATol: atol, Adjoint: &ode.Adjoint{}},
		"grid":     {Method: ode.Dopri5, Steps: 200},
		"shared":   {RTol: rtol, ATol: atol, Shared: true},
		"unrolled": {Method: ode.Dopri8, Steps: briefly(10, 20), Unrolled: true},
	}
}

// dy(1)/dy(0) of y' = (y - t)² + 1 from y(0) = 1/2 is 1/(1 - 1/2)² = 4.
func TestGradientOfRiccati(t *testing.T) {
	for name, s := range solvers(1e-8, 1e-12) {
		w := worker[float64](t, riccati, s, []float64{0.5})
		var log ode.Record[float64]
		require.NoError(t, w.Solve(t.Context(), 1, 0, 1, &log))
		g, err := w.Cotangent(0)
		require.NoError(t, err)
		g[0][0] = 1
		require.NoError(t, w.Back(t.Context(), &log))
		assert.InDelta(t, 4, g[0][0], 1e-6, name)
	}
}

// scaled is y' = y ⊙ rates with the rates as parameter.
func scaled(width int) ode.Problem {
	return ode.Problem{Widths: []int{width}, Times: true, Field: func(g *graph.Graph) ode.Field {
		rates := g.Uniform("rates", 1, width)
		return func(_ *graph.Node, y ode.State) ode.State { return ode.State{graph.Mul(y[0], rates)} }
	}}
}

// The gradient of Σ y(t) by the rates is Σ y(0) t e^(rate t).
func TestGradientByRates(t *testing.T) {
	rates, y0 := []float64{-0.5, -1}, []float64{1, 2}
	for name, s := range solvers(1e-8, 1e-12) {
		w := worker[float64](t, scaled(2), s, y0)
		require.NoError(t, w.Bind("rates", rates))
		var log ode.Record[float64]
		require.NoError(t, w.Solve(t.Context(), 1, 0, 1, &log))
		g, err := w.Cotangent(0)
		require.NoError(t, err)
		g[0][0], g[1][0] = 1, 1
		require.NoError(t, w.Back(t.Context(), &log))
		assert.InDeltaSlice(t, []float64{math.Exp(-0.5), 2 * math.Exp(-1)}, w.Grad("rates"), 1e-6, name)
	}
}

// The same of a tuple with a parameter that two parts share, in float32.
func TestGradientByRatesInFloat32(t *testing.T) {
	const alpha, beta, x0, y0, span = 0.7, 2.2, 3.2, -4.2, 0.5
	p := ode.Problem{Widths: []int{1, 1}, Field: func(g *graph.Graph) ode.Field {
		a, b := g.Uniform("alpha", 1, 1), g.Uniform("beta", 1, 1)
		return func(_ *graph.Node, y ode.State) ode.State {
			return ode.State{graph.MatMul(y[0], a), graph.MatMul(y[1], graph.Add(a, b))}
		}
	}}
	byX, byY := x0*span*math.Exp(alpha*span), y0*span*math.Exp((alpha+beta)*span)
	for name, s := range solvers(1e-5, 1e-6) {
		w := worker[float32](t, p, s, []float64{x0})
		w.State(1)[0][0] = y0
		require.NoError(t, w.Bind("alpha", []float32{alpha}))
		require.NoError(t, w.Bind("beta", []float32{beta}))
		for _, c := range []struct{ gx, gy float32 }{{1, 0}, {0, 1}} {
			w.State(0)[0][0], w.State(1)[0][0] = x0, y0
			var log ode.Record[float32]
			require.NoError(t, w.Solve(t.Context(), 1, 0, span, &log))
			gx, err := w.Cotangent(0)
			require.NoError(t, err)
			gy, err := w.Cotangent(1)
			require.NoError(t, err)
			gx[0][0], gy[0][0] = c.gx, c.gy
			w.ResetGrads()
			require.NoError(t, w.Back(t.Context(), &log))
			tolerance := 1e-4 * (1 + math.Abs(byY)) // absolute and relative
			assert.InDelta(t, float64(c.gx)*byX+float64(c.gy)*byY, w.Grad("alpha")[0], tolerance, name)
			assert.InDelta(t, float64(c.gy)*byY, w.Grad("beta")[0], tolerance, name)
		}
	}
}

// solveChain solves from one time to the next, adds a cotangent to the state at each but the first, and returns the
// cotangent at the first; the gradients of parameters and times are the worker's. It is how a loss of many times is
// differentiated.
func solveChain(t *testing.T, w *ode.Worker[float64], times []float64, cotangents [][]float64) (gy []float64, gt []float64) {
	t.Helper()
	logs := make([]ode.Record[float64], len(times)-1)
	for i := range logs {
		require.NoError(t, w.Solve(t.Context(), 1, times[i], times[i+1], &logs[i]))
	}
	g, err := w.Cotangent(0)
	require.NoError(t, err)
	for c := range g {
		g[c][0] = 0
	}
	gt = make([]float64, len(times))
	for i := len(logs) - 1; i >= 0; i-- {
		for c := range g {
			g[c][0] += cotangents[i][c]
		}
		require.NoError(t, w.Back(t.Context(), &logs[i]))
		t0, t1 := w.TimeGrads()
		gt[i], gt[i+1] = gt[i]+t0[0], gt[i+1]+t1[0]
	}
	return read(g, 1)[0], gt
}

// A later time with a cotangent of zero disturbs nothing: the gradient of Σ y(1) by y(0) is the column sums of e^A.
func TestLaterTimeDoesNotDisturb(t *testing.T) {
	a := mat.NewDense(3, 3, []float64{-1, -2, -3, -4, -5, -6, -7, -8, -9})
	want := []float64{0.72983620, 0.19799474, -0.33384672}
	for name, s := range solvers(1e-8, 1e-12) {
		w := worker[float64](t, linear("", a, 0, 1).Problem, s, ones(3))
		g, _ := solveChain(t, w, []float64{0, 1, 2}, [][]float64{{1, 1, 1}, {0, 0, 0}})
		assert.InDeltaSlice(t, want, g, 1e-6, name)
	}
}

// The adjoint's gradients are replay's, with cotangents at ten times, to the bounds of torchdiffeq's tests.
func TestAdjointIsReplayAtTenTimes(t *testing.T) {
	bounds := map[string]float64{"fifth power": 1e-12, "rotation in ten dimensions": 1e-5, "sine": 5e-3, "fading": 1e-2}
	times := make([]float64, 10)
	for i := range times {
		times[i] = 1 + 7*float64(i)/9
	}
	for _, k := range closedForms()[7:] {
		p := k.Problem
		p.Times = true
		cot := normal(9, 9, len(k.y0[0]), 1)
		var cotangents [][]float64
		for i := range 9 {
			cotangents = append(cotangents, cot.RawRowView(i))
		}
		replay := worker[float64](t, p, ode.Solver{RTol: 1e-9, ATol: 1e-12}, k.y0...)
		adjoint := worker[float64](t, p, ode.Solver{RTol: 1e-9, ATol: 1e-12, Adjoint: &ode.Adjoint{}}, k.y0...)
		gy, gt := solveChain(t, replay, times, cotangents)
		ay, at := solveChain(t, adjoint, times, cotangents)
		assert.InDeltaSlice(t, gy, ay, max(bounds[k.name], 1e-9), k.name) // of a fifth power at rest the derivative is 0
		assert.InDeltaSlice(t, gt, at, max(bounds[k.name], 1e-9), k.name)
	}
}

// A spiral over a long time: adjoint and replay agree, and what the field does not use has no gradient.
func TestAdjointOfALongSpiral(t *testing.T) {
	p := ode.Problem{Widths: []int{2}, Times: true, Field: func(g *graph.Graph) ode.Field {
		a := g.Uniform("A", 2, 2)
		g.Uniform("unused", 2, 2)
		return func(_ *graph.Node, y ode.State) ode.State { return ode.State{graph.MatMul(graph.Cube(y[0]), a)} }
	}}
	times := make([]float64, 10)
	var cotangents [][]float64
	for i := range times {
		times[i] = 25 * float64(i) / 9
		cotangents = append(cotangents, []float64{0.1, 0.1})
	}
	run := func(s ode.Solver) (gy, gt, ga []float64) {
		w := worker[float64](t, p, s, []float64{2, 0})
		require.NoError(t, w.Bind("A", []float64{-0.1, 2, -2, -0.1}))
		gy, gt = solveChain(t, w, times, cotangents)
		assert.Nil(t, w.Grad("unused"))
		return gy, gt, w.Grad("A")
	}
	gy, gt, ga := run(ode.Solver{RTol: 1e-7, ATol: 1e-9})
	ay, at, aa := run(ode.Solver{RTol: 1e-7, ATol: 1e-9, Adjoint: &ode.Adjoint{}})
	assert.InDeltaSlice(t, gy, ay, 3e-4, "by the state")
	assert.InDeltaSlice(t, gt, at, 1e-4, "by the times")
	assert.InDeltaSlice(t, ga, aa, 2e-3, "by A")
}

// A linear field with a parameter and an input, over a long interval with odd ends: finite differences of the whole
// solve, replay, the adjoint and a grid agree.
func TestGradientsAgreeWithWholeSolves(t *testing.T) {
	const t0, t1 = 0.3, 9.5
	p := ode.Problem{Widths: []int{2}, Times: true, Inputs: []string{"push"}, Field: func(g *graph.Graph) ode.Field {
		a, push := g.Uniform("a", 2, 2), g.Rows("push", 2)
		return func(_ *graph.Node, y ode.State) ode.State { return ode.State{graph.Add(graph.MatMul(y[0], a), push)} }
	}}
	solve := func(s ode.Solver, v []float64, log *ode.Record[float64]) *ode.Worker[float64] { // y, push, a, t0, t1
		w := worker[float64](t, p, s, v[:2])
		require.NoError(t, w.Bind("a", v[4:8]))
		start(w.Rows("push"), v[2:4])
		require.NoError(t, w.Solve(t.Context(), 1, v[8], v[9], log))
		return w
	}
	at := []float64{1, -0.5, 0.2, 0.1, -0.3, 0.8, -0.6, -0.1, t0, t1}
	fine := ode.Solver{Method: ode.Dopri8, RTol: 1e-12, ATol: 1e-12}
	want := fd.Gradient(nil, func(v []float64) float64 {
		y := read(solve(fine, v, nil).State(0), 1)[0]
		return y[0] - 2*y[1]
	}, at, &fd.Settings{Formula: fd.Central, Step: 1e-5})
	ways := solvers(1e-8, 1e-8)
	for name, s := range ways {
		if s.Steps == 0 {
			s.Method = ode.Tsit5
		}
		var log ode.Record[float64]
		w := solve(s, at, &log)
		g, err := w.Cotangent(0)
		require.NoError(t, err)
		g[0][0], g[1][0] = 1, -2
		require.NoError(t, w.Back(t.Context(), &log))
		first, last := w.TimeGrads()
		got := append(read(g, 1)[0], read(w.InputGrad("push"), 1)[0]...)
		got = append(append(got, w.Grad("a")...), first[0], last[0])
		assert.InDeltaSlice(t, want, got, 1e-5, name)
	}
}

// y' = -αy for 256 rows from 0 to 3: the state and its gradients by the state, the end and α, to 1e-6 and a relative
// 1e-5. A row that chooses its own steps takes longer ones where its state is small beside ATol, so that its state's
// derivative is less exact than its state: for that it needs an ATol below its scale.
func TestManyRows(t *testing.T) {
	const rows, alpha, end = 256, 1.0, 3.0
	x := normal(3, rows, 1, 1).RawMatrix().Data
	for _, s := range []ode.Solver{
		{RTol: 1e-6, ATol: 1e-7, Shared: true}, {RTol: 1e-6, ATol: 1e-10}, {RTol: 1e-6, ATol: 1e-10, Adjoint: &ode.Adjoint{}},
	} {
		it, err := ode.NewIntegrator[float64](scaled(1), s)
		require.NoError(t, err)
		w, err := it.NewWorker(rows)
		require.NoError(t, err)
		copy(w.State(0)[0], x)
		require.NoError(t, w.Bind("rates", []float64{-alpha}))
		var log ode.Record[float64]
		require.NoError(t, w.Solve(t.Context(), rows, 0, end, &log))
		e, sum := math.Exp(-alpha*end), 0.0
		for i, v := range x {
			require.InDelta(t, v*e, w.State(0)[0][i], 1e-6)
			sum += v
		}
		g, err := w.Cotangent(0)
		require.NoError(t, err)
		copy(g[0], ones(rows))
		require.NoError(t, w.Back(t.Context(), &log))
		_, gt := w.TimeGrads()
		for i, v := range x {
			require.InDelta(t, e, g[0][i], 1e-6+1e-5*e)
			require.InDelta(t, -alpha*v*e, gt[i], 1e-6+1e-5*math.Abs(v)*e)
		}
		assert.InDelta(t, end*sum*e, w.Grad("rates")[0], rows*1e-6, "1e-6 a row")
	}
}

// Steps without any error, and those at the largest error accepted, have finite gradients.
func TestGradientWithoutError(t *testing.T) {
	p := ode.Problem{Widths: []int{1}, Times: true, Field: func(g *graph.Graph) ode.Field {
		c := g.Uniform("c", 1, 1)
		return func(_ *graph.Node, y ode.State) ode.State {
			return ode.State{graph.MatMul(graph.Fill(y[0], 1), c)}
		}
	}}
	for name, s := range solvers(1e-3, 1e-5) {
		w := worker[float64](t, p, s, []float64{3})
		require.NoError(t, w.Bind("c", []float64{0}))
		var log ode.Record[float64]
		require.NoError(t, w.Solve(t.Context(), 1, 1, 3, &log))
		g, err := w.Cotangent(0)
		require.NoError(t, err)
		g[0][0] = 1
		require.NoError(t, w.Back(t.Context(), &log))
		assert.Equal(t, 3., w.State(0)[0][0], name)
		assert.Equal(t, 1., g[0][0], name)
		assert.InDelta(t, 2, w.Grad("c")[0], 1e-12, name)
	}
}

// A parameter that nothing depends on has no gradient, by any way.
func TestGradientOfNothing(t *testing.T) {
	p := ode.Problem{Widths: []int{1}, Field: func(g *graph.Graph) ode.Field {
		g.Uniform("unused", 1, 1)
		return func(_ *graph.Node, y ode.State) ode.State { return ode.State{graph.Neg(y[0])} }
	}}
	for name, s := range solvers(1e-8, 1e-8) {
		w := worker[float64](t, p, s, []float64{1})
		require.NoError(t, w.Bind("unused", []float64{1}))
		var log ode.Record[float64]
		require.NoError(t, w.Solve(t.Context(), 1, 0, 1, &log))
		g, err := w.Cotangent(0)
		require.NoError(t, err)
		g[0][0] = 1
		require.NoError(t, w.Back(t.Context(), &log))
		assert.Nil(t, w.Grad("unused"), name)
		assert.InDelta(t, math.Exp(-1), g[0][0], 1e-6, name)
	}
}

// Where the adjoint equation has no solution within the attempts it may take, the row is named as the caller counts.
func TestAdjointFails(t *testing.T) {
	decay := scalar(1, func(_, y *graph.Node) *graph.Node { return graph.Neg(y) })
	s := ode.Solver{RTol: 1e-2, MaxSteps: 20, Adjoint: &ode.Adjoint{RTol: 1e-12, ATol: 1e-12}}
	w := worker[float64](t, decay, s, []float64{nan}, []float64{0.1}, []float64{5})
	var log ode.Record[float64]
	require.Error(t, w.Solve(t.Context(), 3, 0, 3, &log))
	g, err := w.Cotangent(0)
	require.NoError(t, err)
	copy(g[0], []float64{1, 1, 1})
	err = w.Back(t.Context(), &log)
	var failed *ode.SolveError
	require.ErrorAs(t, err, &failed)
	assert.ErrorIs(t, err, ode.ErrMaxSteps)
	assert.ErrorContains(t, err, "ode: the adjoint equation: ")
	assert.Equal(t, 1, failed.Rows[0].Row)
	assert.Equal(t, 2, failed.Rows[1].Row)
}
