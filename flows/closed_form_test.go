package flows_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// Problems with a closed form that TensorFlow Probability tests its FFJORD with, at its tolerances: 1e-6 relative and
// absolute where none is given.
const tfpTolerance = 1e-6

func inTolerance(t *testing.T, want, got []float64, what string) {
	t.Helper()
	for i := range want {
		assert.InDelta(t, want[i], got[i], tfpTolerance*(1+math.Abs(want[i])), "%s[%d]", what, i)
	}
}

func TestConstantField(t *testing.T) {
	for _, dtype := range dtypes {
		t.Run(dtype.String(), func(t *testing.T) {
			f := newFlow(dtype, 5, flows.FFJORD{Field: nn.Func(func(z *graph.Node) *graph.Node { return graph.Fill(z, 1) })})
			zeros, ones := make([]float64, 10), make([]float64, 10)
			for i := range ones {
				ones[i] = 1
			}
			x, logDet := forward(t, f, tensor.New(tensor.WithShape(2, 5), tensor.WithBacking(zeros)))
			inTolerance(t, ones, numbers(x), "x")
			assert.Equal(t, []float64{0, 0}, logDet)
			z, logDet := inverse(t, f, tensor.New(tensor.WithShape(2, 5), tensor.WithBacking(ones)))
			inTolerance(t, zeros, numbers(z), "z")
			assert.Equal(t, []float64{0, 0}, logDet)
		})
	}
}

// f = z ln 2 doubles z.
func TestDoubling(t *testing.T) {
	for _, dtype := range dtypes {
		t.Run(dtype.String(), func(t *testing.T) {
			f := newFlow(dtype, 1, flows.FFJORD{Field: nn.Func(func(z *graph.Node) *graph.Node { return graph.Scale(z, math.Ln2) })})
			x, logDet := forward(t, f, matrix([][]float64{{0}, {1}}))
			assert.InDeltaSlice(t, []float64{0, 2}, numbers(x), 1e-4)
			inTolerance(t, []float64{math.Ln2, math.Ln2}, logDet, "log-determinant")
			z, logDet := inverse(t, f, matrix([][]float64{{0}, {2}}))
			assert.InDeltaSlice(t, []float64{0, 1}, numbers(z), 1e-4)
			inTolerance(t, []float64{-math.Ln2, -math.Ln2}, logDet, "log-determinant")
		})
	}
}

// f = z ⊙ a stretches by eᵃ, with log-determinant Σa.
func TestDiagonalField(t *testing.T) {
	const dim = 10
	rng := seeded(3)
	a, diag, x0, want := make([]float64, dim), make([]float64, dim*dim), make([]float64, dim), make([]float64, dim)
	var trace float64
	for d := range dim {
		a[d], x0[d] = rng.Float64(), rng.Float64()
		diag[d*dim+d], want[d] = a[d], x0[d]*math.Exp(a[d])
		trace += a[d]
	}
	field := nn.Linear{Init: fixed(diag...), NoBias: true}
	for _, dtype := range dtypes {
		for _, c := range []struct {
			name      string
			trace     flows.Trace
			tolerance float64
		}{
			{"exact", flows.Exact{}, tfpTolerance * (1 + trace)},
			{"rademacher", flows.Hutchinson{Rand: seeded(4)}, tfpTolerance * (1 + trace)}, // exact for a diagonal Jacobian
			{"gaussian", flows.Hutchinson{Noise: flows.Gaussian, Probes: 128, Rand: seeded(5)}, 0.7},
		} {
			t.Run(dtype.String()+"/"+c.name, func(t *testing.T) {
				f := newFlow(dtype, dim, flows.FFJORD{Field: field, Trace: c.trace})
				x, logDet := forward(t, f, matrix([][]float64{x0}))
				assert.InDeltaSlice(t, want, numbers(x), 1e-3)
				assert.InDelta(t, trace, logDet[0], c.tolerance)
				z, logDet := inverse(t, f, matrix([][]float64{want}))
				assert.InDeltaSlice(t, x0, numbers(z), 1e-3)
				assert.InDelta(t, -trace, logDet[0], c.tolerance)
			})
		}
	}
}

// f = -αz shrinks by e^(-3α) from 0 to 3: its density and all gradients, at the tolerances of zuko's test of its
// solver.
func TestDecay(t *testing.T) {
	const alpha, end, rows = 1.0, 3.0, 256
	field := nn.Linear{Init: fixed(-alpha), NoBias: true}
	for _, c := range []struct {
		name    string
		adjoint *ode.Adjoint
	}{{"replay", nil}, {"adjoint", &ode.Adjoint{}}} {
		t.Run(c.name, func(t *testing.T) {
			solver := ode.Solver{RTol: 1e-6, ATol: 1e-7, Adjoint: c.adjoint}
			f := newFlow(tensor.Float64, 1, flows.FFJORD{Field: field, T1: end, Solver: solver})
			z := draw(seeded(1), rows, 1, 1)
			x, _ := forward(t, f, z)
			shrunk, logp, score := make([]float64, rows), make([]float64, rows), make([]float64, rows)
			var slope float64 // of the loss with the field's weight -α
			for i, v := range numbers(z) {
				shrunk[i] = v * math.Exp(-alpha*end)
				logp[i] = -0.5*v*v - 0.5*math.Log(2*math.Pi) + alpha*end
				score[i] = -v * math.Exp(alpha*end)
				slope += (end - end*v*v) / rows
			}
			inTolerance(t, shrunk, numbers(x), "x")
			x = tensor.New(tensor.WithShape(rows, 1), tensor.WithBacking(shrunk))
			// Three units of time from the data multiply the errors of z by 20.
			relative := func(want, got []float64, what string) {
				for i := range want {
					assert.InDelta(t, want[i], got[i], 20*tfpTolerance*(1+math.Abs(want[i])), "%s[%d]", what, i)
				}
			}
			relative(logp, logProb(t, f, x), "log p")
			got, err := f.Score(t.Context(), x)
			assert.NoError(t, err)
			relative(score, numbers(got), "score")
			loss, gradient := lossAndGradient(t, f, x)
			relative([]float64{-mean(logp)}, []float64{loss}, "loss")
			assert.InDelta(t, slope, gradient[0], 6*20*tfpTolerance, "its gradient: two terms of size 3 nearly cancel")
		})
	}
}

// f = t moves by ∫t dt, whatever the interval: the way back must see the same times as the way there.
func TestTimeIsAbsolute(t *testing.T) {
	field := function(func(z, t *graph.Node) *graph.Node { return graph.Add(graph.Fill(z, 0), t) })
	for _, c := range []struct {
		name         string
		t0, t1, want float64
	}{
		{"from one to two", 1, 2, 1.5},
		{"from two to one", 2, 1, -1.5},
		{"from minus one to two", -1, 2, 1.5},
		{"zero fields are zero to one", 0, 0, 0.5},
		{"no time at all", 3, 3, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFlow(tensor.Float64, 2, flows.FFJORD{Field: field, T0: c.t0, T1: c.t1})
			x0 := [][]float64{{0.25, -1}, {3, 0}}
			x, logDet := forward(t, f, matrix(x0))
			assert.InDeltaSlice(t, []float64{0.25 + c.want, -1 + c.want, 3 + c.want, c.want}, numbers(x), 1e-14)
			assert.Equal(t, []float64{0, 0}, logDet)
			z, _ := inverse(t, f, x)
			assert.InDeltaSlice(t, flat(x0), numbers(z), 1e-14)
		})
	}
}

// A block over no time is the identity, and so is no block; what its parameters are does not matter.
func TestIdentity(t *testing.T) {
	x := draw(seeded(1), 5, 3, 1)
	want := make([]float64, 5)
	for i, v := range numbers(x) {
		want[i/3] += -0.5*v*v - 0.5*math.Log(2*math.Pi)
	}
	for _, c := range []struct {
		name   string
		blocks flows.Block
	}{
		{"nil", nil},
		{"empty chain", flows.Chain{}},
		{"no time", flows.FFJORD{Field: nn.MLP{Hidden: []int{4}}, T0: 2, T1: 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &flows.Flow{Dim: 3, Blocks: c.blocks, Params: &nn.Params{Rand: seeded(1), Dtype: tensor.Float64}}
			z, logDet := inverse(t, f, x)
			assert.Equal(t, numbers(x), numbers(z))
			assert.Equal(t, make([]float64, 5), logDet)
			assert.InDeltaSlice(t, want, logProb(t, f, x), 1e-13)
			score, err := f.Score(t.Context(), x)
			assert.NoError(t, err)
			for i, v := range numbers(x) {
				assert.InDelta(t, -v, numbers(score)[i], 1e-13)
			}
			loss, err := f.NLL().Loss(t.Context(), x)
			assert.NoError(t, err)
			assert.InDelta(t, -mean(want), loss, 1e-13)
		})
	}
}

func mean(v []float64) float64 {
	var s float64
	for _, x := range v {
		s += x
	}
	return s / float64(len(v))
}
