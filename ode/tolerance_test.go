package ode_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// At the tolerances of TensorFlow Probability's own tests, 1e-8 and 1e-12, solutions are closed forms to its 1e-6, and
// lead back to where they came from.
func TestClosedFormsByTolerance(t *testing.T) {
	for _, k := range closedForms()[:7] {
		for _, shared := range []bool{false, true} {
			for _, m := range []*ode.Tableau{ode.Tsit5, ode.Dopri5, ode.Dopri8, ode.Dop853} {
				if len(k.y0[0]) > 10 && (testing.Short() || shared || m != ode.Dopri5) {
					continue // a graph of thousands of nodes
				}
				name := k.name + "/" + m.Name
				if shared {
					name += "/shared"
				}
				t.Run(name, func(t *testing.T) {
					s := ode.Solver{Method: m, RTol: 1e-8, ATol: 1e-12, Shared: shared}
					w := worker[float64](t, k.Problem, s, k.y0...)
					require.NoError(t, w.Solve(t.Context(), len(k.y0), k.t0, k.t1, nil))
					got := read(w.State(0), len(k.y0))
					assert.Less(t, worstError(k.want(k.t1), got), 1e-6)
					require.NoError(t, w.Solve(t.Context(), len(k.y0), k.t1, k.t0, nil))
					assert.Less(t, worstError(k.y0, read(w.State(0), len(k.y0))), 1e-5, "and back, where errors of 20 dimensions grow")
				})
			}
		}
	}
}

// The problems, times and error bounds of torchdiffeq's tests: ten times from 1 to 8, forward and backward, in both
// element types. Its tolerances of 1e-7 and 1e-9 are below what float32 can hold, which gets 1e-5 and 1e-6.
func TestTenTimes(t *testing.T) {
	bound := func(k known, m *ode.Tableau) float64 {
		switch {
		case m == ode.Heun || m == ode.Bosh3:
			return 4e-3
		case k.name == "rotation in ten dimensions":
			return 2e-3
		case k.name == "fading":
			return 5e-2
		}
		return 3e-4
	}
	times := make([]float64, 10)
	reversed := make([]float64, 10)
	for i := range times {
		times[i] = 1 + 7*float64(i)/9
		reversed[9-i] = times[i]
	}
	for i, k := range closedForms()[7:] {
		for j, m := range adaptiveMethods() {
			if testing.Short() && (i+j)%4 != 0 {
				continue // each method once
			}
			wide, narrow := ode.Solver{Method: m, RTol: 1e-7, ATol: 1e-9}, ode.Solver{Method: m, RTol: 1e-5, ATol: 1e-6}
			if m == ode.Dopri8 || m == ode.Dop853 {
				wide.RTol, wide.ATol = 1e-12, 1e-14
			}
			if m == ode.Heun {
				wide.RTol, wide.ATol = 1e-5, 1e-7 // of order 2: thousands of steps for more
			}
			for _, dir := range []struct {
				name  string
				times []float64
			}{{"forward", times}, {"backward", reversed}} {
				t.Run(k.name+"/"+m.Name+"/"+dir.name, func(t *testing.T) {
					from := dir.times[0]
					assert.Less(t, tenTimes[float64](t, k, wide, from, dir.times), bound(k, m), "float64")
					assert.Less(t, tenTimes[float32](t, k, narrow, from, dir.times), max(bound(k, m), 3e-4), "float32")
				})
			}
		}
	}
}

// tenTimes returns the largest relative error at the given times of a solution that starts at the true state.
func tenTimes[T graph.Float](t *testing.T, k known, s ode.Solver, from float64, times []float64) float64 {
	w := worker[T](t, k.Problem, s, k.want(from)...)
	out, err := w.SolveAt(t.Context(), 1, from, times[len(times)-1], times)
	require.NoError(t, err)
	worst := 0.0
	for i, time := range times {
		want, got := k.want(time), read(out[i], 1)
		for j, v := range want[0] {
			worst = max(worst, math.Abs((got[0][j]-v)/v))
		}
	}
	return worst
}

// Methods of equal steps solve the problem that torchdiffeq gives them.
func TestTenTimesByEqualSteps(t *testing.T) {
	k := closedForms()[7]
	for _, m := range ode.Methods() {
		for _, times := range [][]float64{{1, 2.5, 4, 8}, {8, 4, 2.5, 1}} {
			e := tenTimes[float64](t, k, ode.Solver{Method: m, Steps: 40}, times[0], times)
			assert.Less(t, e, 3e-4, "%s %v", m.Name, times)
		}
	}
}

// Any control, first step, method and element type solves y' = -y.
func TestEveryControl(t *testing.T) {
	decay := scalar(2, func(_, y *graph.Node) *graph.Node { return graph.Neg(y) })
	e := math.Exp(-3)
	want := [][]float64{{e, 2 * e}, {0, -e}}
	for _, c := range []struct {
		name    string
		control ode.Control
		shared  bool
	}{
		{"I", ode.Control{}, false},
		{"PI", ode.Control{P: 0.4, I: 0.3}, false},
		{"PID", ode.Control{P: 0.2, I: 0.3, D: 0.1}, false},
		{"Hairer", ode.Control{FirstRule: ode.ByHairer}, false},
		{"first too long", ode.Control{First: 3}, false},
		{"first too short", ode.Control{First: 1e-9}, false},
		{"short steps", ode.Control{MaxStep: 0.1}, false},
		{"long steps", ode.Control{MinStep: 0.01}, false},
		{"shared", ode.Control{}, true},
		{"shared PI by Hairer", ode.Control{P: 0.4, I: 0.3, FirstRule: ode.ByHairer}, true},
	} {
		for _, m := range adaptiveMethods() {
			t.Run(c.name+"/"+m.Name, func(t *testing.T) {
				s := ode.Solver{Method: m, Control: c.control, Shared: c.shared}
				inDelta(t, want, solve[float64](t, decay, s, 0, 3, []float64{1, 2}, []float64{0, -1}), 1e-2, "float64")
				inDelta(t, want, solve[float32](t, decay, s, 0, 3, []float64{1, 2}, []float64{0, -1}), 1e-2, "float32")
			})
		}
	}
}

// Going back from 4 to 0.3 along y' = -y takes the steps of y' = y from -4 to -0.3, and passes the same states.
func TestReverseTimeByTolerance(t *testing.T) {
	decay := scalar(1, func(_, y *graph.Node) *graph.Node { return graph.Neg(y) })
	growth := scalar(1, func(_, y *graph.Node) *graph.Node { return y })
	for _, m := range adaptiveMethods() {
		back, there := worker[float64](t, decay, ode.Solver{Method: m}, []float64{1.5}), worker[float64](t, growth, ode.Solver{Method: m}, []float64{1.5})
		a, err := back.SolveAt(t.Context(), 1, 4, 0.3, []float64{4, 3.9, 2.2, 0.3})
		require.NoError(t, err)
		b, err := there.SolveAt(t.Context(), 1, -4, -0.3, []float64{-4, -3.9, -2.2, -0.3})
		require.NoError(t, err)
		for i := range a {
			inDelta(t, read(b[i], 1), read(a[i], 1), 1e-12, m.Name) // the same arithmetic but for signs
		}
		assert.Equal(t, there.Stats()[0].Accepted, back.Stats()[0].Accepted)
		inDelta(t, [][]float64{{1.5 * math.Exp(3.7)}}, read(back.State(0), 1), 0.3, "of 60, to 5e-3")
	}
}

// A state in one component and the same in several, where the norm is the same, takes the same steps.
func TestTupleIsMatrix(t *testing.T) {
	whole := worker[float64](t, ode.Problem{Widths: []int{2}, Field: func(*graph.Graph) ode.Field {
		return func(_ *graph.Node, y ode.State) ode.State {
			q, p := graph.SliceCols(y[0], 0, 1), graph.SliceCols(y[0], 1, 2)
			return ode.State{graph.Concat(p, graph.Neg(graph.Sin(q)))}
		}
	}}, ode.Solver{}, []float64{2, 0.5})
	parts := worker[float64](t, ode.Problem{Widths: []int{1, 1}, Field: func(*graph.Graph) ode.Field {
		return func(_ *graph.Node, y ode.State) ode.State { return ode.State{y[1], graph.Neg(graph.Sin(y[0]))} }
	}}, ode.Solver{}, []float64{2})
	parts.State(1)[0][0] = 0.5
	require.NoError(t, whole.Solve(t.Context(), 1, 0, 5, nil))
	require.NoError(t, parts.Solve(t.Context(), 1, 0, 5, nil))
	got := append(read(parts.State(0), 1)[0], read(parts.State(1), 1)[0]...)
	assert.InDeltaSlice(t, read(whole.State(0), 1)[0], got, 1e-12)
	assert.Equal(t, whole.Stats(), parts.Stats())
}

// A tuple with rates of its own for each part, to 1e-6, its third part deep inside a nest elsewhere.
func TestTupleByTolerance(t *testing.T) {
	p := ode.Problem{Widths: []int{2, 2, 1}, Field: func(*graph.Graph) ode.Field {
		return func(_ *graph.Node, y ode.State) ode.State {
			rates := func(c int, a, b float64) *graph.Node {
				return graph.Concat(graph.Scale(graph.SliceCols(y[c], 0, 1), a), graph.Scale(graph.SliceCols(y[c], 1, 2), b))
			}
			return ode.State{rates(0, 0.5, 1), rates(1, 1.5, 0.734), graph.Scale(y[2], -2.5)}
		}
	}}
	w := worker[float64](t, p, ode.Solver{RTol: 1e-8, ATol: 1e-12}, []float64{1, 2})
	start(w.State(1), []float64{5.23, 0.2354})
	start(w.State(2), []float64{9})
	require.NoError(t, w.Solve(t.Context(), 1, 0, 0.2, nil))
	e := func(rate float64) float64 { return math.Exp(0.2 * rate) }
	inDelta(t, [][]float64{{e(0.5), 2 * e(1)}}, read(w.State(0), 1), 1e-6, "a")
	inDelta(t, [][]float64{{5.23 * e(1.5), 0.2354 * e(0.734)}}, read(w.State(1), 1), 1e-6, "b")
	inDelta(t, [][]float64{{9 * e(-2.5)}}, read(w.State(2), 1), 1e-6, "c")
}

// Where a field jumps, solving up to the jump and on from there, each with the field of its side, costs less than
// stepping over it.
func TestJump(t *testing.T) {
	for _, c := range []struct {
		name          string
		width         int
		before, after func(t, y *graph.Node) *graph.Node
		t0, jump, t1  float64
		y0            [][]float64
	}{
		{"of the field", 1,
			func(_, y *graph.Node) *graph.Node { return graph.Scale(y, -0.5) },
			func(_, y *graph.Node) *graph.Node { return graph.Square(y) }, 0, 0.5, 1, [][]float64{{1}, {2}}},
		{"of a force", 2, oscillator(1), oscillator(-1), 0, 7.5, 15, [][]float64{{1.5, 0}, {0, 1}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := ode.Solver{RTol: 1e-6, ATol: 1e-8}
			cost := func(y [][]float64, f func(t, y *graph.Node) *graph.Node, t0, t1 float64) ([][]float64, int) {
				w := worker[float64](t, scalar(c.width, f), s, y...)
				require.NoError(t, w.Solve(t.Context(), 2, t0, t1, nil))
				return read(w.State(0), 2), w.Stats()[0].Evaluations + w.Stats()[1].Evaluations
			}
			over := func(time, y *graph.Node) *graph.Node {
				return graph.Where(graph.Ge(graph.RepeatCols(time, c.width), graph.Fill(y, c.jump)), c.after(time, y), c.before(time, y))
			}
			for _, dir := range []struct {
				name          string
				from, to      float64
				first, second func(t, y *graph.Node) *graph.Node
			}{{"forward", c.t0, c.t1, c.before, c.after}, {"backward", c.t1, c.t0, c.after, c.before}} {
				blindly, blind := cost(c.y0, over, dir.from, dir.to)
				half, first := cost(c.y0, dir.first, dir.from, c.jump)
				aware, second := cost(half, dir.second, c.jump, dir.to)
				assert.Less(t, worstError(aware, blindly), 1e-3, dir.name)
				assert.Less(t, first+second, blind, dir.name)
			}
		})
	}
}

// oscillator is q” = force - q - q'/5.
func oscillator(force float64) func(t, y *graph.Node) *graph.Node {
	return func(_, y *graph.Node) *graph.Node {
		q, p := graph.SliceCols(y, 0, 1), graph.SliceCols(y, 1, 2)
		return graph.Concat(p, graph.Shift(graph.Neg(graph.Add(graph.Scale(p, 0.2), q)), force))
	}
}

// A long interval in float32 with a jump at its very end: the last step ends there.
func TestJumpAtTheEndOfALongInterval(t *testing.T) {
	p := scalar(1, func(t, y *graph.Node) *graph.Node {
		return graph.Where(graph.Ge(t, graph.Fill(t, 1e3)), graph.Fill(y, 100), graph.Fill(y, 0.001))
	})
	got := solve[float32](t, p, ode.Solver{MaxSteps: 300}, 0, 1e3, []float64{0})
	assert.InDelta(t, 1, got[0][0], 0.1)
}

// Components that are free do not steer, and those that steer do so to their own tolerances.
func TestComponentsSteer(t *testing.T) {
	p := ode.Problem{Widths: []int{1, 1}, Field: func(*graph.Graph) ode.Field {
		return func(t *graph.Node, y ode.State) ode.State {
			return ode.State{graph.Neg(y[0]), graph.Cos(graph.Scale(t, 20))}
		}
	}}
	cost := func(components ...ode.Tolerance) (stats ode.Stats, drivers map[int]bool) {
		drivers = map[int]bool{}
		w := worker[float64](t, p, ode.Solver{Components: components}, []float64{1})
		w.OnStep(func(e ode.StepEvent) { drivers[e.Driver] = true })
		require.NoError(t, w.Solve(t.Context(), 1, 0, 4, nil))
		return w.Stats()[0], drivers
	}
	all, by := cost()
	assert.True(t, by[1], "the fast component drives")
	free, by := cost(ode.Tolerance{}, ode.Tolerance{Free: true})
	assert.Equal(t, map[int]bool{0: true}, by)
	assert.Less(t, 2*free.Evaluations, all.Evaluations)
	loose, _ := cost(ode.Tolerance{}, ode.Tolerance{ATol: 0.1, RTol: 0.1})
	assert.Less(t, loose.Evaluations, all.Evaluations)
	assert.GreaterOrEqual(t, loose.Evaluations, free.Evaluations)
}
