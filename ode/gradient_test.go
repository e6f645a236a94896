package ode_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// gradient solves from t0 to t1 and back with a cotangent of one in every component, and returns the gradients of the
// sum of the final state with respect to the initial one, by component, and to the parameters.
func gradient[T graph.Float](t *testing.T, p ode.Problem, t0, t1 float64, params map[string][]T, y0 ...[]float64) ([][]float64, map[string][]T) {
	t.Helper()
	it, err := ode.NewIntegrator[T](p, ode.Solver{Method: ode.Dopri5, Steps: 50})
	require.NoError(t, err)
	w, err := it.NewWorker(1)
	require.NoError(t, err)
	for name, v := range params {
		require.NoError(t, w.Bind(name, v))
	}
	for c := range y0 {
		start(w.State(c), y0[c])
	}
	var log ode.Log[T]
	require.NoError(t, w.Solve(t.Context(), 1, t0, t1, &log))
	var by [][]float64
	for c := range y0 {
		g, err := w.Cotangent(c)
		require.NoError(t, err)
		for _, col := range g {
			col[0] = 1
		}
	}
	require.NoError(t, w.Back(t.Context(), &log))
	for c := range y0 {
		g, err := w.Cotangent(c)
		require.NoError(t, err)
		by = append(by, read(g, 1)[0])
	}
	grads := map[string][]T{}
	for _, name := range it.Params() {
		grads[name] = w.Grad(name)
	}
	return by, grads
}

func TestGradientClosedForms(t *testing.T) {
	t.Run("riccati", func(t *testing.T) { // y(1) = 1/(1/y₀ - 1) + 1
		by, _ := gradient[float64](t, riccati, 0, 1, nil, []float64{0.5})
		assert.InDelta(t, 4, by[0][0], 1e-7, "1/(1 - ½)²")
	})
	t.Run("rates", func(t *testing.T) {
		p := ode.Problem{Widths: []int{2}, Field: func(g *graph.Graph) ode.Field {
			rates := g.Uniform("rates", 1, 2)
			return func(_ *graph.Node, y ode.State) ode.State { return ode.State{graph.Mul(y[0], rates)} }
		}}
		by, grads := gradient(t, p, 0, 1, map[string][]float64{"rates": {-0.5, -1}}, []float64{1, 2})
		assert.InDeltaSlice(t, []float64{math.Exp(-0.5), math.Exp(-1)}, by[0], 1e-10)
		assert.InDeltaSlice(t, []float64{math.Exp(-0.5), 2 * math.Exp(-1)}, grads["rates"], 1e-10, "y₀ t e^{λt}")
	})
	t.Run("matrix", func(t *testing.T) {
		// y' = -A y with A = [[1 2 3] [4 5 6] [7 8 9]]: the gradient of Σ y(1) is the column sums of exp(-A).
		p := ode.Problem{Widths: []int{3}, Field: func(g *graph.Graph) ode.Field {
			minusAt := g.Uniform("a", 3, 3)
			return func(_ *graph.Node, y ode.State) ode.State { return ode.State{graph.MatMul(y[0], minusAt)} }
		}}
		by, _ := gradient(t, p, 1, 2, map[string][]float64{"a": {-1, -4, -7, -2, -5, -8, -3, -6, -9}}, []float64{1, 1, 1})
		assert.InDeltaSlice(t, []float64{0.72983620, 0.19799474, -0.33384672}, by[0], 1e-6)
	})
	t.Run("tuple in float32", func(t *testing.T) { // x' = αx, y' = (α + β)y
		p := ode.Problem{Widths: []int{1, 1}, Field: func(g *graph.Graph) ode.Field {
			a, b := g.Uniform("alpha", 1, 1), g.Uniform("beta", 1, 1)
			return func(_ *graph.Node, y ode.State) ode.State {
				return ode.State{graph.Mul(y[0], a), graph.Mul(y[1], graph.Add(a, b))}
			}
		}}
		const alpha, beta, x0, y0, end = 0.7, 2.2, 3.2, -4.2, 0.5
		_, grads := gradient(t, p, 0, end, map[string][]float32{"alpha": {alpha}, "beta": {beta}}, []float64{x0}, []float64{y0})
		x, y := x0*end*math.Exp(alpha*end), y0*end*math.Exp((alpha+beta)*end)
		assert.InDelta(t, x+y, grads["alpha"][0], 1e-4)
		assert.InDelta(t, y, grads["beta"][0], 1e-4)
	})
}
