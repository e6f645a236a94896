package ode_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// briefly returns less with -short, and full without.
func briefly[T any](less, full T) T {
	if testing.Short() {
		return less
	}
	return full
}

// scalar makes a problem of one component from its right-hand side.
func scalar(width int, f func(t, y *graph.Node) *graph.Node) ode.Problem {
	return ode.Problem{Widths: []int{width}, Field: func(*graph.Graph) ode.Field {
		return func(t *graph.Node, y ode.State) ode.State { return ode.State{f(t, y[0])} }
	}}
}

// start sets the columns of a component for every row.
func start[T graph.Float](cols [][]T, rows ...[]float64) {
	for i, row := range rows {
		for j, v := range row {
			cols[j][i] = T(v)
		}
	}
}

// read returns the first n rows of columns.
func read[T graph.Float](cols [][]T, n int) [][]float64 {
	out := make([][]float64, n)
	for i := range out {
		for _, c := range cols {
			out[i] = append(out[i], float64(c[i]))
		}
	}
	return out
}

// solve integrates a problem of one component and no parameters from t0 to t1.
func solve[T graph.Float](t *testing.T, p ode.Problem, s ode.Solver, t0, t1 float64, y0 ...[]float64) [][]float64 {
	t.Helper()
	it, err := ode.NewIntegrator[T](p, s)
	require.NoError(t, err)
	w, err := it.NewWorker(len(y0))
	require.NoError(t, err)
	start(w.State(0), y0...)
	require.NoError(t, w.Solve(t.Context(), len(y0), t0, t1, nil))
	return read(w.State(0), len(y0))
}

// evaluate runs a graph for the rows of its inputs per row and returns its outputs per row, in order.
func evaluate(t *testing.T, write func(*graph.Graph), in map[string][][]float64, uniform map[string][]float64) map[string][][]float64 {
	t.Helper()
	p, err := graph.Compile[float64](write)
	require.NoError(t, err)
	rows := 0
	for _, v := range in {
		rows = len(v)
	}
	m, err := p.NewMachine(rows)
	require.NoError(t, err)
	for name, v := range in {
		start(m.In(name), v...)
	}
	for name, v := range uniform {
		require.NoError(t, m.Bind(name, v))
	}
	require.NoError(t, m.Run(rows))
	out := map[string][][]float64{}
	for _, o := range p.Graph().Outputs() {
		if kind, _ := p.OutputKind(o.Name); kind == graph.PerRow {
			out[o.Name] = read(m.Out(o.Name), rows)
		} else {
			out[o.Name] = [][]float64{m.Sum(o.Name)}
		}
	}
	return out
}

// slope returns the least-squares slope of log₂ of the errors, which belong to step sizes halved from one to the next:
// the order of convergence.
func slope(errs []float64) float64 {
	var sx, sy, sxx, sxy float64
	n := float64(len(errs))
	for i, e := range errs {
		x, y := -float64(i), math.Log2(e)
		sx, sy, sxx, sxy = sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	return (n*sxy - sx*sy) / (n*sxx - sx*sx)
}

// inDelta compares two tables number by number.
func inDelta(t *testing.T, want, got [][]float64, tolerance float64, what string) {
	t.Helper()
	require.Len(t, got, len(want), what)
	for i := range want {
		assert.InDeltaSlice(t, want[i], got[i], tolerance, "%s: row %d", what, i)
	}
}
