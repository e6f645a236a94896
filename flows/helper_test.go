package flows_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

var dtypes = []tensor.Dtype{tensor.Float32, tensor.Float64}

// seeded returns a source of random numbers of its own.
func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// briefly returns less with -short, and full without.
func briefly[T any](less, full T) T {
	if testing.Short() {
		return less
	}
	return full
}

// newFlow returns a flow from the standard normal density through blocks.
func newFlow(dtype tensor.Dtype, dim int, blocks ...flows.Block) *flows.Flow {
	return &flows.Flow{Dim: dim, Blocks: flows.Chain(blocks), Params: &nn.Params{Rand: seeded(11), Dtype: dtype}}
}

// function makes a field of one's own from a function of z and t.
type function func(z, t *graph.Node) *graph.Node

func (f function) Apply(s *nn.Scope, z *graph.Node) *graph.Node { return f(z, s.Time()) }

// fixed is an initial value that is not drawn.
func fixed(values ...float64) nn.Init {
	return func(_ *rand.Rand, dst []float64, _, _ int) { copy(dst, values) }
}

// normal draws weights large enough for a field to be far from linear.
func normal(scale float64) nn.Init {
	return func(rng *rand.Rand, dst []float64, _, _ int) {
		for i := range dst {
			dst[i] = scale * rng.NormFloat64()
		}
	}
}

// numbers returns the elements of a tensor, row-major.
func numbers(t *tensor.Dense) []float64 {
	switch v := t.Data().(type) {
	case []float64:
		return v
	case []float32:
		out := make([]float64, len(v))
		for i := range v {
			out[i] = float64(v[i])
		}
		return out
	}
	panic(fmt.Sprintf("elements %v", t.Dtype()))
}

// draw returns rows drawn from N(0, scale²).
func draw(rng *rand.Rand, rows, dim int, scale float64) *tensor.Dense {
	v := make([]float64, rows*dim)
	for i := range v {
		v[i] = scale * rng.NormFloat64()
	}
	return tensor.New(tensor.WithShape(rows, dim), tensor.WithBacking(v))
}

func forward(t *testing.T, f *flows.Flow, z *tensor.Dense) (*tensor.Dense, []float64) {
	t.Helper()
	x, logDet, err := f.Forward(t.Context(), z)
	require.NoError(t, err)
	require.Equal(t, z.Shape(), x.Shape())
	return x, logDet
}

func inverse(t *testing.T, f *flows.Flow, x *tensor.Dense) (*tensor.Dense, []float64) {
	t.Helper()
	z, logDet, err := f.Inverse(t.Context(), x)
	require.NoError(t, err)
	require.Equal(t, x.Shape(), z.Shape())
	return z, logDet
}

func logProb(t *testing.T, f *flows.Flow, x *tensor.Dense) []float64 {
	t.Helper()
	logp, err := f.LogProb(t.Context(), x)
	require.NoError(t, err)
	return logp
}

// checkBijector checks that the inverse undoes Forward, that the two log-determinants cancel, that they are those of
// the Jacobian by central differences, and that LogProb is their sum with the base's.
func checkBijector(t *testing.T, f *flows.Flow, z *tensor.Dense, inverseTolerance, logDetTolerance float64) {
	t.Helper()
	x, there := forward(t, f, z)
	back, andBack := inverse(t, f, x)
	assert.InDeltaSlice(t, numbers(z), numbers(back), inverseTolerance, "inverse of forward")
	for i := range there {
		assert.InDelta(t, -there[i], andBack[i], logDetTolerance, "log-determinant of the inverse, row %d", i)
	}
	rows, dim := z.Shape()[0], z.Shape()[1]
	const h = 1e-5
	for r := range rows {
		probe := make([]float64, 0, 2*dim*dim)
		at := numbers(z)[r*dim : (r+1)*dim]
		for d := range dim {
			for _, sign := range []float64{1, -1} {
				row := append([]float64(nil), at...)
				row[d] += sign * h
				probe = append(probe, row...)
			}
		}
		moved, _ := forward(t, f, tensor.New(tensor.WithShape(2*dim, dim), tensor.WithBacking(probe)))
		m := numbers(moved)
		jacobian := mat.NewDense(dim, dim, nil)
		for d := range dim {
			for i := range dim {
				jacobian.Set(i, d, (m[(2*d)*dim+i]-m[(2*d+1)*dim+i])/(2*h))
			}
		}
		logDet, sign := mat.LogDet(jacobian)
		assert.Equal(t, 1., sign, "a flow keeps orientation")
		assert.InDelta(t, logDet, there[r], logDetTolerance, "log-determinant of the Jacobian, row %d", r)
	}
	base := make([]float64, rows)
	for i, v := range numbers(back) {
		base[i/dim] += -0.5*v*v - 0.5*math.Log(2*math.Pi)
	}
	for i, p := range logProb(t, f, x) {
		assert.InDelta(t, base[i]+andBack[i], p, 1e-12*math.Max(1, math.Abs(p)), "log p, row %d", i)
	}
}

// fine is a solver whose error drowns in the tolerances of the tests.
var fine = ode.Solver{Method: ode.Dopri5, Steps: 20}

// coarse is a solver for what holds of its steps, however wrong they are, and quick to compile.
var coarse = ode.Solver{Method: ode.RK4, Steps: 4}
