package ode_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

var nan = math.NaN()

// A field that is not a number, everywhere or beyond a place, ends a solve within fifty evaluations of where it is met.
func TestNaNField(t *testing.T) {
	for _, c := range []struct {
		name string
		f    func(t, y *graph.Node) *graph.Node
	}{
		{"everywhere", func(_, y *graph.Node) *graph.Node { return graph.Fill(y, nan) }},
		{"after the start", func(t, y *graph.Node) *graph.Node {
			return graph.Where(graph.Gt(t, graph.Fill(t, 0)), graph.Fill(y, nan), y)
		}},
		{"infinite after the start", func(t, y *graph.Node) *graph.Node {
			return graph.Where(graph.Gt(t, graph.Fill(t, 0)), graph.Fill(y, math.Inf(1)), y)
		}},
	} {
		for _, m := range adaptiveMethods() {
			for _, s := range []ode.Solver{{Method: m}, {Method: m, Shared: true}, {Method: m, Control: ode.Control{FirstRule: ode.ByHairer}}} {
				t.Run(c.name+"/"+m.Name, func(t *testing.T) {
					w := worker[float64](t, scalar(1, c.f), s, []float64{1}, []float64{-2})
					err := w.Solve(t.Context(), 2, 0, 1, nil)
					require.ErrorIs(t, err, ode.ErrNonFinite)
					for _, stats := range w.Stats() {
						assert.LessOrEqual(t, stats.Evaluations, 50)
					}
				})
			}
		}
	}
}

// A state is never infinite: it fails, though its tolerance is infinite too.
func TestInfiniteStateIsNotAccepted(t *testing.T) {
	explosion := scalar(1, func(_, y *graph.Node) *graph.Node { return graph.Exp(y) }) // infinite at t = e^-y(0)
	for _, s := range []ode.Solver{{}, {Shared: true}, {RTol: 0.5, ATol: 1}, {Control: ode.Control{First: 1e3}}} {
		for _, y0 := range []float64{0, 3, 80, 700} {
			w := worker[float64](t, explosion, s, []float64{y0})
			w.OnStep(func(e ode.StepEvent) { assert.False(t, e.Accepted && math.IsNaN(e.Error)) })
			err := w.Solve(t.Context(), 1, 0, 2e3, nil)
			var row *ode.RowError
			require.ErrorAs(t, err, &row)
			assert.LessOrEqual(t, row.T, math.Exp(-y0)*1.1, "the loosest tolerance is half the state")
			assert.False(t, math.IsInf(row.Norm, 0))
			assert.True(t, math.IsNaN(w.State(0)[0][0]))
		}
	}
}

// y' = y² from 1 has no solution beyond t = 1.
var blowUp = scalar(1, func(_, y *graph.Node) *graph.Node { return graph.Square(y) })

func TestFailures(t *testing.T) {
	for _, c := range []struct {
		name   string
		p      ode.Problem
		s      ode.Solver
		y0     float64
		reason error
		text   string
		near   float64 // the time where it fails
		within float64
	}{
		{"underflow", blowUp, ode.Solver{RTol: 1e-6, ATol: 1e-6}, 1, ode.ErrUnderflow, "use float64", 1, 1e-3},
		{"underflow of a shared step", blowUp, ode.Solver{RTol: 1e-6, ATol: 1e-6, Shared: true}, 1, ode.ErrUnderflow, "use float64", 1, 1e-3},
		{"maximum", blowUp, ode.Solver{MaxSteps: 5}, 1, ode.ErrMaxSteps, "raise MaxSteps", 0.5, 0.5},
		{"shared maximum", blowUp, ode.Solver{MaxSteps: 5, Shared: true}, 1, ode.ErrMaxSteps, "raise MaxSteps", 0.5, 0.5},
		{"shortest", blowUp, ode.Solver{Control: ode.Control{MinStep: 0.5}}, 1, ode.ErrUnderflow, "MinStep", 0.5, 0.5},
		{"domain", scalar(1, func(_, y *graph.Node) *graph.Node { return graph.Neg(graph.Sqrt(y)) }), ode.Solver{}, -1,
			ode.ErrNonFinite, "NaN", 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := worker[float64](t, c.p, c.s, []float64{c.y0})
			err := w.Solve(t.Context(), 1, 0, 2, nil)
			require.ErrorIs(t, err, c.reason)
			var row *ode.RowError
			require.ErrorAs(t, err, &row)
			assert.InDelta(t, c.near, row.T, c.within)
			assert.Equal(t, w.Stats()[0], row.Stats)
			assert.Positive(t, row.Stats.Evaluations)
			assert.LessOrEqual(t, row.Stats.Accepted+row.Stats.Rejected, 10000)
			for _, part := range []string{"ode: row 0 at t = ", "h = ", "|y| = ", "errors of the last attempts [", "evaluations so far", c.reason.Error(), c.text} {
				assert.ErrorContains(t, err, part)
			}
			assert.True(t, math.IsNaN(w.State(0)[0][0]))
		})
	}
}

// A failure names every row that failed, in order, and gradients go on without them.
func TestSeveralRowsFail(t *testing.T) {
	p := ode.Problem{Widths: []int{1}, Times: true, Inputs: []string{"push"}, Field: func(g *graph.Graph) ode.Field {
		a, push := g.Uniform("a", 1, 1), g.Rows("push", 1)
		return func(_ *graph.Node, y ode.State) ode.State {
			return ode.State{graph.Add(graph.MatMul(graph.Square(y[0]), a), push)}
		}
	}}
	for name, s := range solvers(1e-6, 1e-8) {
		if s.Shared {
			continue
		}
		t.Run(name, func(t *testing.T) {
			run := func(y0 ...float64) (states, cot, push, t0 []float64, ga float64, err error) {
				var rows [][]float64
				for _, y := range y0 {
					rows = append(rows, []float64{y})
				}
				w := worker[float64](t, p, s, rows...)
				require.NoError(t, w.Bind("a", []float64{1}))
				var log ode.Record[float64]
				err = w.Solve(t.Context(), len(y0), 0, 1, &log)
				g, e := w.Cotangent(0)
				require.NoError(t, e)
				copy(g[0], ones(len(y0)))
				require.NoError(t, w.Back(t.Context(), &log))
				t0, _ = w.TimeGrads()
				return w.State(0)[0], g[0], w.InputGrad("push")[0], t0, w.Grad("a")[0], err
			}
			want, wantCot, wantPush, wantT, wantA, err := run(0.5, -1, 0.25)
			require.NoError(t, err)
			inf := math.Inf(1)
			got, cot, push, t0, a, err := run(inf, 0.5, nan, -1, 0.25, -inf)
			var failed *ode.SolveError
			require.True(t, errors.As(err, &failed))
			var rows []int
			for _, r := range failed.Rows {
				rows = append(rows, r.Row)
			}
			assert.Equal(t, []int{0, 2, 5}, rows)
			assert.ErrorContains(t, err, "ode: 3 rows failed, the first of them row 0 at t = ")
			for i, at := range []int{1, 3, 4} {
				assert.Equal(t, want[i], got[at])
				assert.Equal(t, wantCot[i], cot[at])
				assert.Equal(t, wantPush[i], push[at])
				assert.Equal(t, wantT[i], t0[at])
			}
			for _, at := range rows {
				assert.True(t, math.IsNaN(got[at]))
				assert.Zero(t, cot[at])
				assert.Zero(t, push[at])
				assert.Zero(t, t0[at])
			}
			assert.InDelta(t, wantA, a, 1e-12, "the sum over the rows that did not fail")
		})
	}
}

// With a shared step one row that fails ends the solve of all; it is the one that is named.
func TestSharedStepFails(t *testing.T) {
	w := worker[float64](t, blowUp, ode.Solver{Shared: true}, []float64{0.1}, []float64{5}, []float64{0.2})
	var log ode.Record[float64]
	err := w.Solve(t.Context(), 3, 0, 1, &log)
	var row *ode.RowError
	require.ErrorAs(t, err, &row)
	assert.Equal(t, 1, row.Row)
	var all *ode.SolveError
	require.ErrorAs(t, err, &all)
	assert.Len(t, all.Rows, 3, "all rows are lost with it")
	for _, v := range w.State(0)[0] {
		assert.True(t, math.IsNaN(v))
	}
	g, err := w.Cotangent(0)
	require.NoError(t, err)
	copy(g[0], ones(3))
	require.NoError(t, w.Back(t.Context(), &log))
	assert.Equal(t, make([]float64, 3), g[0])
}

// A cancelled context ends a solve before the next step, and what it logged leads nowhere.
func TestCancelled(t *testing.T) {
	for name, s := range solvers(1e-6, 1e-8) {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			w := worker[float64](t, scalar(1, func(_, y *graph.Node) *graph.Node { return graph.Neg(y) }), s, []float64{1})
			attempts := 0
			w.OnStep(func(ode.StepEvent) {
				if attempts++; attempts == 3 {
					cancel()
				}
			})
			if s.Steps > 0 {
				cancel()
			}
			var log ode.Record[float64]
			err := w.Solve(ctx, 1, 0, 10, &log)
			require.ErrorIs(t, err, context.Canceled)
			assert.ErrorContains(t, err, "at t = ")
			assert.LessOrEqual(t, attempts, 3)
			assert.ErrorContains(t, w.Back(t.Context(), &log), "not one of a whole solve")

			w.OnStep(nil)
			require.NoError(t, w.Solve(t.Context(), 1, 0, 10, &log))
			assert.ErrorIs(t, w.Back(ctx, &log), context.Canceled)
			cancel()
		})
	}
}

// A log leads back only along the integrator whose solve it logged.
func TestLogOfAnother(t *testing.T) {
	decay := scalar(1, func(_, y *graph.Node) *graph.Node { return graph.Neg(y) })
	logs := map[string]*ode.Record[float64]{}
	for name, s := range solvers(1e-3, 1e-5) {
		logs[name] = new(ode.Record[float64])
		require.NoError(t, worker[float64](t, decay, s, []float64{1}).Solve(t.Context(), 1, 0, 1, logs[name]))
	}
	for _, c := range [][2]string{{"replay", "adjoint"}, {"adjoint", "replay"}, {"grid", "replay"}, {"replay", "grid"}, {"grid", "adjoint"}} {
		w := worker[float64](t, decay, solvers(1e-3, 1e-5)[c[0]], []float64{1})
		assert.ErrorContains(t, w.Back(t.Context(), logs[c[1]]), "not one of a whole solve by this integrator", "%v", c)
	}
	wide := worker[float64](t, scalar(2, func(_, y *graph.Node) *graph.Node { return y }), ode.Solver{}, []float64{1, 2})
	assert.ErrorContains(t, wide.Back(t.Context(), logs["replay"]), "not one of a whole solve by this integrator")
	assert.ErrorContains(t, wide.Back(t.Context(), new(ode.Record[float64])), "the record is of 0 rows")
}

func TestToleranceArguments(t *testing.T) {
	decay := scalar(2, func(_, y *graph.Node) *graph.Node { return graph.Neg(y) })
	for _, c := range []struct {
		name string
		s    ode.Solver
		want string
	}{
		{"rtol", ode.Solver{RTol: -1e-3}, "RTol is -0.001: want a positive number, or 0 for 0.001"},
		{"rtol NaN", ode.Solver{RTol: nan}, "RTol is NaN"},
		{"atol", ode.Solver{ATol: -1}, "ATol is -1: want a positive number, or 0 for 1e-05"},
		{"atol infinite", ode.Solver{ATol: math.Inf(1)}, "ATol is +Inf"},
		{"of a component", ode.Solver{Components: []ode.Tolerance{{ATol: nan}}}, "Components[0].ATol is NaN"},
		{"adjoint", ode.Solver{Adjoint: &ode.Adjoint{RTol: -2}}, "Adjoint.RTol is -2"},
		{"adjoint of a grid", ode.Solver{Steps: 3, Adjoint: &ode.Adjoint{}}, "Adjoint is for steps by tolerance"},
		{"attempts", ode.Solver{MaxSteps: -1}, "MaxSteps is -1"},
		{"no estimate", ode.Solver{Method: ode.RK4}, `method "rk4" has no error estimate`},
		{"nothing steers", ode.Solver{Components: []ode.Tolerance{{Free: true}}}, "want at least one in the error norm"},
		{"too many", ode.Solver{Components: make([]ode.Tolerance, 2)}, "tolerances of 2 components: want at most 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ode.NewIntegrator[float64](decay, c.s)
			require.ErrorContains(t, err, c.want)
			assert.ErrorContains(t, err, "ode: ")
		})
	}
	unknown := decay
	unknown.Inputs = []string{"wind"}
	_, err := ode.NewIntegrator[float64](unknown, ode.Solver{})
	assert.ErrorContains(t, err, `no input per row "wind"`)

	w := worker[float64](t, decay, ode.Solver{}, []float64{1, 2})
	for _, span := range [][2]float64{{nan, 1}, {0, nan}, {0, math.Inf(1)}, {-math.MaxFloat64, math.MaxFloat64}} {
		assert.ErrorContains(t, w.Solve(t.Context(), 1, span[0], span[1], nil), "want finite times")
	}
	assert.Panics(t, func() { w.InputGrad("wind") })
}
