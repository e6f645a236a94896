package ode_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// roundOff is where halving the step stops to pay: errors below it hold as much rounding as truncation.
const roundOff = 1. / (1 << 44)

// orderWindow leaves room for the terms of higher order in errors of three or four step sizes. That each order is exact
// is proved by the order conditions.
const orderWindow = 0.9

// riccati is y' = (y - t)² + 1, y = t + 1/(c - t): nonlinear, with a time-dependent right-hand side, and all its
// derivatives of one sign, so that errors of different origin don't cancel.
var riccati = scalar(1, func(t, y *graph.Node) *graph.Node { return graph.Shift(graph.Square(graph.Sub(y, t)), 1) })

func riccatiAt(t, c float64) float64 { return t + 1/(c-t) }

func TestConvergenceOrder(t *testing.T) {
	for _, m := range ode.Methods() {
		for _, span := range []struct {
			name   string
			t0, t1 float64
		}{
			{"forward", 0.5, 2.5},
			{"backward", 2.5, 0.5},
			{"through zero", -1, 2},
		} {
			t.Run(m.Name+"/"+span.name, func(t *testing.T) {
				var errs []float64
				for n := 4; n <= 256; n *= 2 {
					e := riccatiError(t, ode.Solver{Method: m, Steps: n}, span.t0, span.t1)
					if e < roundOff {
						break
					}
					errs = append(errs, e)
				}
				require.GreaterOrEqual(t, len(errs), 3)
				errs = errs[max(0, len(errs)-4):] // the first halvings are not asymptotic yet
				assert.InDelta(t, m.Order, slope(errs), orderWindow, "errors %v", errs)
			})
		}
	}
}

// riccatiError is the largest error over several solutions, since that of one may pass through zero.
func riccatiError(t *testing.T, s ode.Solver, t0, t1 float64) float64 {
	cs := []float64{3, 3.5, 4}
	var y0 [][]float64
	for _, c := range cs {
		y0 = append(y0, []float64{riccatiAt(t0, c)})
	}
	var e float64
	for i, y := range solve[float64](t, riccati, s, t0, t1, y0...) {
		e = max(e, math.Abs(y[0]-riccatiAt(t1, cs[i])))
	}
	return e
}

// A linear system in ten dimensions over a long interval.
func TestConvergenceOrderLinear(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	const dim = 10
	a := mat.NewDense(dim, dim, nil)
	for i := range dim {
		for j := range dim {
			a.Set(i, j, 0.5*rng.NormFloat64())
		}
	}
	y0 := make([]float64, dim)
	for i := range y0 {
		y0[i] = rng.NormFloat64()
	}
	var at, exp mat.Dense
	at.Scale(4, a)
	exp.Exp(&at)
	var want mat.VecDense
	want.MulVec(&exp, mat.NewVecDense(dim, y0))
	size := mat.Norm(&want, 2)

	p := ode.Problem{Widths: []int{dim}, Field: func(g *graph.Graph) ode.Field {
		at := g.Uniform("at", dim, dim)
		return func(_ *graph.Node, y ode.State) ode.State { return ode.State{graph.MatMul(y[0], at)} }
	}}
	transposed := mat.DenseCopyOf(a.T()).RawMatrix().Data
	for _, m := range ode.Methods() {
		t.Run(m.Name, func(t *testing.T) {
			var errs []float64
			for n := 4; n <= 1024; n *= 2 {
				it, err := ode.NewIntegrator[float64](p, ode.Solver{Method: m, Steps: n})
				require.NoError(t, err)
				w, err := it.NewWorker(1)
				require.NoError(t, err)
				require.NoError(t, w.Bind("at", transposed))
				start(w.State(0), y0)
				require.NoError(t, w.Solve(t.Context(), 1, 0, 4, nil))
				var diff mat.VecDense
				diff.SubVec(mat.NewVecDense(dim, read(w.State(0), 1)[0]), &want)
				e := mat.Norm(&diff, 2) / size
				if e < roundOff {
					break
				}
				errs = append(errs, e)
			}
			require.GreaterOrEqual(t, len(errs), 2)
			assert.InDelta(t, m.Order, slope(errs), orderWindow, "errors %v", errs)
		})
	}
}

// The error estimate is the difference of two solutions, so that it falls with the order of the lower one, plus one for
// a single step.
func TestErrorEstimateOrder(t *testing.T) {
	for _, m := range ode.Methods() {
		if m.E == nil {
			continue
		}
		t.Run(m.Name, func(t *testing.T) {
			step := func(g *graph.Graph) {
				y := ode.State{g.Rows("y", 1)}
				_, e := m.Step(g, riccati.Field(g), g.Rows("t", 1), g.Rows("h", 1), y)
				g.Output("e", e[0])
			}
			var errs []float64
			for h := 0.5; ; h /= 2 {
				e := math.Abs(evaluate(t, step, map[string][][]float64{
					"t": {{0.5}}, "h": {{h}}, "y": {{riccatiAt(0.5, 1.5)}},
				}, nil)["e"][0][0])
				if e < roundOff || len(errs) == 12 {
					break
				}
				errs = append(errs, e)
			}
			require.GreaterOrEqual(t, len(errs), 3)
			errs = errs[len(errs)-3:]
			assert.InDelta(t, embeddedOrders[m.Name]+1, slope(errs), orderWindow, "estimates %v", errs)
		})
	}
}
