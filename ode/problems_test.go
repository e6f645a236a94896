package ode_test

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// known is a problem of one component with a closed solution.
type known struct {
	name string
	ode.Problem
	t0, t1 float64
	y0     [][]float64 // rows at t0
	at     func(t float64, y0 []float64) []float64
}

// want returns the solution at a time, row by row.
func (k known) want(t float64) [][]float64 {
	var out [][]float64
	for _, y := range k.y0 {
		out = append(out, k.at(t, y))
	}
	return out
}

// linear is y' = Ay, with the solution e^(A(t-t0)) y.
func linear(name string, a *mat.Dense, t0, t1 float64, y0 ...[]float64) known {
	n, _ := a.Dims()
	return known{name: name, t0: t0, t1: t1, y0: y0,
		Problem: scalar(n, func(_, y *graph.Node) *graph.Node { return times(y, a) }),
		at: func(t float64, y []float64) []float64 {
			var scaled, e mat.Dense
			scaled.Scale(t-t0, a)
			e.Exp(&scaled)
			var out mat.VecDense
			out.MulVec(&e, mat.NewVecDense(n, y))
			return out.RawVector().Data
		}}
}

// times writes Ay, a row for each sample, by columns.
func times(y *graph.Node, a *mat.Dense) *graph.Node {
	n, _ := a.Dims()
	var rows []*graph.Node
	for i := range n {
		var sum *graph.Node
		for j := range n {
			if v := a.At(i, j); v != 0 {
				term := graph.Scale(graph.SliceCols(y, j, j+1), v)
				if sum == nil {
					sum = term
				} else {
					sum = graph.Add(sum, term)
				}
			}
		}
		rows = append(rows, sum)
	}
	return graph.Concat(rows...)
}

func normal(seed uint64, n, m int, scale float64) *mat.Dense {
	rng := rand.New(rand.NewPCG(seed, seed))
	a := mat.NewDense(n, m, nil)
	for i := range n {
		for j := range m {
			a.Set(i, j, scale*rng.NormFloat64())
		}
	}
	return a
}

func ones(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = 1
	}
	return v
}

func each(f func(t, y float64) float64) func(float64, []float64) []float64 {
	return func(t float64, y []float64) []float64 {
		out := make([]float64, len(y))
		for i := range y {
			out[i] = f(t, y[i])
		}
		return out
	}
}

// closedForms are the problems of the tests of TensorFlow Probability's ode module (the first group) and of torchdiffeq
// (the second).
func closedForms() []known {
	decay := func(_, y *graph.Node) *graph.Node { return graph.Neg(y) }
	exp := each(func(t, y float64) float64 { return y * math.Exp(-t) })
	u := normal(1, 10, 10, 0.1)
	var antisymmetric mat.Dense
	antisymmetric.Sub(u, u.T())
	sine := func(t float64) float64 {
		return -0.5*math.Pow(t, 4)*math.Cos(2*t) + 0.5*math.Pow(t, 3)*math.Sin(2*t) + 0.25*t*t*math.Cos(2*t) -
			t*t*t + 2*math.Pow(t, 4) + (math.Pi-0.25)*t*t
	}
	return []known{
		{"decay", scalar(1, decay), 0, 1, [][]float64{{1}}, exp},
		{"decay of a matrix", scalar(2, decay), 0, 1, [][]float64{{1, 2}, {3, 4}}, exp},
		{"rest", scalar(3, func(_, y *graph.Node) *graph.Node { return graph.Fill(y, 0) }), 0, 1, [][]float64{{1, 2, 3}},
			func(_ float64, y []float64) []float64 { return y }},
		linear("rates", mat.NewDense(2, 2, []float64{-0.5, 0, 0, -1}), 0, 1, []float64{1, 2}),
		// (i - 0.1, i) y for complex y = (1, 2), as pairs of real and imaginary part.
		linear("complex", mat.NewDense(4, 4, []float64{-0.1, -1, 0, 0, 1, -0.1, 0, 0, 0, 0, 0, -1, 0, 0, 1, 0}), 0, 1,
			[]float64{1, 0, 2, 0}),
		linear("twenty dimensions", normal(2, 20, 20, 1), 0, 1, ones(20)),
		{"riccati", riccati, 0, 1, [][]float64{{0.5}, {0}, {-2}}, each(func(t, y float64) float64 {
			if y == 0 {
				return t
			}
			return 1/(1/y-t) + t
		})},

		{"fifth power", scalar(1, func(t, y *graph.Node) *graph.Node {
			off := graph.Sub(y, graph.Shift(graph.Scale(t, 0.2), 3))
			return graph.Shift(graph.Mul(off, graph.Square(graph.Square(off))), 0.2)
		}), 1, 8, [][]float64{{3.2}}, each(func(t, _ float64) float64 { return 0.2*t + 3 })},
		{"sine", scalar(1, func(t, y *graph.Node) *graph.Node {
			t2 := graph.Square(t)
			rest := graph.Sub(graph.Scale(graph.Mul(t2, t), 4), t2)
			return graph.Add(graph.Scale(graph.Div(y, t), 2),
				graph.Add(graph.Mul(graph.Square(t2), graph.Sin(graph.Scale(t, 2))), rest))
		}), 1, 8, [][]float64{{sine(1)}}, each(func(t, _ float64) float64 { return sine(t) })},
		linear("rotation in ten dimensions", &antisymmetric, 1, 8, ones(10)),
		{"fading", scalar(1, func(t, y *graph.Node) *graph.Node { return graph.Scale(graph.Exp(graph.Scale(t, -0.1)), -0.1) }),
			1, 8, [][]float64{{math.Exp(-0.1)}}, each(func(t, _ float64) float64 { return math.Exp(-0.1 * t) })},
	}
}

// adaptiveMethods are the methods with an error estimate.
func adaptiveMethods() []*ode.Tableau {
	return []*ode.Tableau{ode.Heun, ode.Bosh3, ode.Tsit5, ode.Dopri5, ode.Dopri8, ode.Dop853}
}

// worker compiles a problem of one component and puts rows at its start.
func worker[T graph.Float](t tester, p ode.Problem, s ode.Solver, y0 ...[]float64) *ode.Worker[T] {
	t.Helper()
	it, err := ode.NewIntegrator[T](p, s)
	if err != nil {
		t.Fatal(err)
	}
	w, err := it.NewWorker(max(1, len(y0)))
	if err != nil {
		t.Fatal(err)
	}
	start(w.State(0), y0...)
	return w
}

type tester interface {
	Helper()
	Fatal(...any)
}

// worstError returns the largest |got - want| / max(1, |want|).
func worstError(want, got [][]float64) float64 {
	worst := 0.0
	for i := range want {
		for j, v := range want[i] {
			e := math.Abs(got[i][j]-v) / max(1, math.Abs(v))
			if !(e <= worst) {
				worst = e
			}
		}
	}
	return worst
}
