package flows_test

import (
	"math"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// curved is a flow of two blocks far from linear whose rows need steps of their own, with the solver for both.
func curved(dtype tensor.Dtype, s ode.Solver) *flows.Flow {
	return newFlow(dtype, 2,
		flows.FFJORD{Field: timed(nn.Concat, nn.Tanh, 8), Solver: s},
		flows.FFJORD{Field: timed(nn.Tile, nn.Softplus, 8), T0: 1, T1: -0.5, Solver: s})
}

// Under control by row the log-density of a row has the same bits alone, in any batch, in any order and on any number
// of cores, whatever the method.
func TestRowsChooseTheirOwnSteps(t *testing.T) {
	const rows = 600
	for _, c := range []struct {
		name  string
		dtype tensor.Dtype
		ode.Solver
	}{
		{"default float32", tensor.Float32, ode.Solver{}},
		{"default float64", tensor.Float64, ode.Solver{}},
		{"tsit5", tensor.Float32, ode.Solver{Method: ode.Tsit5, RTol: 1e-5, ATol: 1e-6}},
		{"bosh3 and PI control", tensor.Float32, ode.Solver{Method: ode.Bosh3, Control: ode.Control{P: 0.4, I: 0.3}}},
		{"dopri8 and Hairer's first step", tensor.Float64, ode.Solver{Method: ode.Dopri8, Control: ode.Control{FirstRule: ode.ByHairer}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := curved(c.dtype, c.Solver)
			x := draw(seeded(1), rows, 2, 2)
			all := logProb(t, f, x)
			for _, i := range []int{0, 1, 77, 127, 128, 511, 512, 599} {
				alone := matrix([][]float64{numbers(x)[2*i : 2*i+2]})
				assert.Equal(t, all[i], logProb(t, f, alone)[0], "row %d alone", i)
			}
			for _, n := range []int{2, 129, 257, 513} {
				assert.Equal(t, all[:n], logProb(t, f, firstRows(x, n)), "first %d rows", n)
			}
			order := seeded(2).Perm(rows)
			mixed := make([]float64, 0, 2*rows)
			for _, i := range order {
				mixed = append(mixed, numbers(x)[2*i:2*i+2]...)
			}
			for _, cores := range []int{1, 2, 5} {
				before := runtime.GOMAXPROCS(cores)
				got := logProb(t, f, tensor.New(tensor.WithShape(rows, 2), tensor.WithBacking(mixed)))
				runtime.GOMAXPROCS(before)
				for i, row := range order {
					assert.Equal(t, all[row], got[i], "row %d in another order on %d cores", row, cores)
				}
			}
		})
	}
}

// rms returns the root mean square of a - b.
func rms(a, b []float64) float64 { return floats.Distance(a, b, 2) / math.Sqrt(float64(len(a))) }

// A shared step is chosen by all rows: all rows cost the same, and a row's result depends on those beside it, within
// the tolerance.
func TestSharedStep(t *testing.T) {
	const rows = 600
	f := curved(tensor.Float64, ode.Solver{Shared: true})
	x := draw(seeded(1), rows, 2, 2)
	e, err := f.Explain(t.Context(), x)
	require.NoError(t, err)
	for i, c := range e.Cost {
		require.Equal(t, e.Cost[0], c, "row %d", i)
	}
	require.Len(t, e.Steps, rows*(e.Cost[0].Accepted+e.Cost[0].Rejected))
	one := e.Steps[:len(e.Steps)/rows]
	for i, s := range e.Steps {
		s.Row = 0
		require.Equal(t, one[i%len(one)], s, "every row takes the steps of the first")
	}
	alone := logProb(t, f, firstRows(x, 1))[0]
	assert.NotEqual(t, e.LogProb[0], alone)
	exact := logProb(t, curved(tensor.Float64, ode.Solver{RTol: 1e-10, ATol: 1e-11}), x)
	assert.Less(t, rms(exact, e.LogProb), 0.03, "a dozen steps of a tolerance of 1e-3")
}

// The gradients of a solve by tolerance are those of the problem once the tolerance is small, by any road: back through
// the steps, by the adjoint equation, and with shared steps. The error of each falls with its tolerance.
func TestGradientsAgree(t *testing.T) {
	x := draw(seeded(3), 40, 2, 1)
	_, want := lossAndGradient(t, curved(tensor.Float64, ode.Solver{RTol: 1e-12, ATol: 1e-13}), x)
	distance := func(s ode.Solver) float64 {
		_, got := lossAndGradient(t, curved(tensor.Float64, s), x)
		var most, scale float64
		for i := range want {
			most, scale = max(most, math.Abs(got[i]-want[i])), max(scale, math.Abs(want[i]))
		}
		return most / scale
	}
	for _, c := range []struct {
		name string
		with func(tol float64) ode.Solver
	}{
		{"replay", func(tol float64) ode.Solver { return ode.Solver{RTol: tol, ATol: tol / 10} }},
		{"replay of tsit5", func(tol float64) ode.Solver { return ode.Solver{Method: ode.Tsit5, RTol: tol, ATol: tol / 10} }},
		{"shared", func(tol float64) ode.Solver { return ode.Solver{RTol: tol, ATol: tol / 10, Shared: true} }},
		{"adjoint", func(tol float64) ode.Solver {
			return ode.Solver{RTol: tol, ATol: tol / 10, Adjoint: &ode.Adjoint{}}
		}},
		{"adjoint with a tolerance of its own", func(tol float64) ode.Solver {
			return ode.Solver{RTol: 1e-10, ATol: 1e-11, Adjoint: &ode.Adjoint{RTol: tol, ATol: tol / 10}}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			last := math.Inf(1)
			for _, tol := range []float64{1e-3, 1e-5, 1e-7, 1e-9} {
				if testing.Short() && tol < 1e-6 {
					break
				}
				d := distance(c.with(tol))
				assert.Less(t, d, 300*tol, "a hundred times the tolerance and a few")
				assert.Less(t, d, last, "at %v", tol)
				last = d
			}
		})
	}
}

// All equal steps in one graph are the same steps as in a loop: the same densities and gradients but for rounding.
func TestUnrolledIsLooped(t *testing.T) {
	x := draw(seeded(3), 150, 2, 1)
	looped := curved(tensor.Float64, ode.Solver{Method: ode.Tsit5, Steps: 3})
	unrolled := curved(tensor.Float64, ode.Solver{Method: ode.Tsit5, Steps: 3, Unrolled: true})
	const rounding = 1e-12
	assert.InDeltaSlice(t, logProb(t, looped, x), logProb(t, unrolled, x), rounding)
	loss, gradient := lossAndGradient(t, looped, x)
	same, equal := lossAndGradient(t, unrolled, x)
	assert.InDelta(t, loss, same, rounding)
	assert.InDeltaSlice(t, gradient, equal, rounding)
}

// Training and everything else each have their solver.
func TestEval(t *testing.T) {
	x := draw(seeded(3), 50, 2, 1)
	coarse, tight := ode.Solver{Method: ode.Euler, Steps: 2}, ode.Solver{RTol: 1e-8, ATol: 1e-9}
	of := func(train ode.Solver, eval *ode.Solver) *flows.Flow {
		return newFlow(tensor.Float64, 2, flows.FFJORD{Field: timed(nn.Concat, nn.Tanh, 8), Solver: train, Eval: eval})
	}
	both := of(coarse, &tight)
	assert.Equal(t, logProb(t, of(tight, nil), x), logProb(t, both, x))
	want, _ := lossAndGradient(t, of(coarse, nil), x)
	got, _ := lossAndGradient(t, both, x)
	assert.Equal(t, want, got)
	assert.Greater(t, math.Abs(got+mean(logProb(t, both, x))), 1e-3, "two steps of Euler's method are another flow")
}

// The density that comes with a sample is that of the sample, to what the two solves, there and back, differ.
func TestSampleLogProb(t *testing.T) {
	for _, c := range []struct {
		name      string
		tolerance float64 // of the root mean square over the rows
		ode.Solver
	}{
		{"default", 0.2, ode.Solver{}},
		{"1e-5", 3e-4, ode.Solver{RTol: 1e-5, ATol: 1e-6}},
		{"1e-8", 5e-7, ode.Solver{RTol: 1e-8, ATol: 1e-9}},
		{"tsit5 1e-8", 5e-7, ode.Solver{Method: ode.Tsit5, RTol: 1e-8, ATol: 1e-9}},
		{"grid", 1e-6, fine},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := curved(tensor.Float64, c.Solver)
			x, logp, err := f.SampleLogProb(t.Context(), 300, seeded(1))
			require.NoError(t, err)
			assert.Less(t, rms(logProb(t, f, x), logp), c.tolerance)
			plain, err := f.Sample(t.Context(), 300, seeded(1))
			require.NoError(t, err)
			assert.Less(t, rms(numbers(plain), numbers(x)), c.tolerance, "the same rows, whose steps the trace steers too")
		})
	}
}
