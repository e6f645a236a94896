package flows_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/diff/fd"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// cycle is noise that repeats itself, so that every call of a flow sees the same.
type cycle struct {
	numbers []float64
	next    *int
}

func newCycle(rng *rand.Rand, n int) cycle {
	c := cycle{make([]float64, n), new(int)}
	flows.Gaussian.Draw(rng, c.numbers)
	return c
}

func (c cycle) Draw(_ *rand.Rand, dst []float64) {
	for i := range dst {
		dst[i] = c.numbers[*c.next%len(c.numbers)]
		*c.next++
	}
}

// learnt is a normal base with a location and scale that are learnt: log p = -½ Σ ((z - μ)e⁻ˢ)² - Σ s - ½ dim ln 2π.
type learnt struct{ flows.Normal }

func (b learnt) LogProb(s *nn.Scope, z *graph.Node) *graph.Node {
	dim := z.Shape()[1]
	scale := s.Param("log_scale", normal(0.3), 1, dim)
	u := graph.Mul(graph.Sub(z, s.Param("loc", normal(0.3), 1, dim)), graph.Exp(graph.Neg(scale)))
	return graph.Sub(b.Normal.LogProb(s, u), graph.SumCols(scale))
}

func TestNLLGradient(t *testing.T) {
	const rows, dim = 6, 3
	solver := ode.Solver{Method: ode.Tsit5, Steps: 3}
	probes := func() flows.Trace {
		return flows.Hutchinson{Noise: newCycle(seeded(8), rows*dim*2), Probes: 2, Rand: seeded(1)}
	}
	for _, c := range []struct {
		name   string
		base   flows.Base
		blocks flows.Chain
	}{
		{"exact", nil, flows.Chain{flows.FFJORD{Field: timed(nn.Concat, nn.Tanh, 4), Solver: solver}}},
		{"hutchinson", nil, flows.Chain{flows.FFJORD{Field: timed(nn.Concat, nn.Tanh, 4), Trace: probes(), Solver: solver}}},
		{"chain of both", nil, flows.Chain{
			flows.FFJORD{Field: timed(nn.Tile, nn.Softplus, 4), T0: 0.5, T1: -1, Trace: probes(), Solver: solver},
			flows.FFJORD{Field: timed(nn.Concat, nn.Tanh, 3), Solver: ode.Solver{Method: ode.Midpoint, Steps: 5}},
		}},
		{"no time", nil, flows.Chain{flows.FFJORD{Field: nn.Linear{}, T0: 1, T1: 1}}},
		{"learnt base", learnt{}, flows.Chain{flows.FFJORD{Field: timed(nn.Tile, nn.SiLU, 3), Solver: solver}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &flows.Flow{Dim: dim, Base: c.base, Blocks: c.blocks, Params: &nn.Params{Rand: seeded(4), Dtype: tensor.Float64}}
			x := draw(seeded(2), rows, dim, 1)
			nll := f.NLL()
			loss, err := nll.Loss(t.Context(), x)
			require.NoError(t, err)
			require.Len(t, nll.Model(), f.Params.Len())
			assert.InDelta(t, -mean(logProb(t, f, x)), loss, 1e-13)

			got := map[string][]float64{}
			for p := range f.Params.All() {
				g, err := p.Grad()
				require.NoError(t, err)
				got[p.Name()] = append([]float64(nil), g.Data().([]float64)...)
			}
			// Central differences of step 1e-5 err by 1e-10 of truncation and 1e-10 of rounding.
			central := &fd.Settings{Formula: fd.Central, Step: 1e-5}
			for p := range f.Params.All() {
				values := p.Value().Data().([]float64)
				before := append([]float64(nil), values...)
				want := fd.Gradient(nil, func(v []float64) float64 {
					copy(values, v)
					return -mean(logProb(t, f, x))
				}, before, central)
				copy(values, before)
				assert.InDeltaSlice(t, want, got[p.Name()], 3e-9, p.Name())
			}

			score, err := f.Score(t.Context(), x)
			require.NoError(t, err)
			at := numbers(x)
			want := fd.Gradient(nil, func(v []float64) float64 {
				var s float64
				for _, p := range logProb(t, f, tensor.New(tensor.WithShape(rows, dim), tensor.WithBacking(v))) {
					s += p
				}
				return s
			}, at, central)
			assert.InDeltaSlice(t, want, numbers(score), 1e-8, "score")
		})
	}
}

// Float32 gradients are those of float64 to the rounding of a few hundred operations.
func TestGradientInFloat32(t *testing.T) {
	grads := map[tensor.Dtype][]float64{}
	for _, dtype := range dtypes {
		f := newFlow(dtype, 2,
			flows.FFJORD{Field: nn.MLP{Hidden: []int{8, 8}, Time: nn.Tile}, Solver: ode.Solver{Steps: 8}},
			flows.FFJORD{Field: nn.MLP{Hidden: []int{8}}, Solver: ode.Solver{Steps: 8}})
		_, err := f.NLL().Loss(t.Context(), draw(seeded(2), 300, 2, 1))
		require.NoError(t, err)
		for p := range f.Params.All() {
			g, err := p.Grad()
			require.NoError(t, err)
			grads[dtype] = append(grads[dtype], numbers(g.(*tensor.Dense))...)
		}
	}
	for i, want := range grads[tensor.Float64] {
		assert.InDelta(t, want, grads[tensor.Float32][i], 3e-6*math.Max(1, math.Abs(want)))
	}
}

// lossAndGradient returns the flow's loss and gradient over rows.
func lossAndGradient(t *testing.T, f *flows.Flow, x *tensor.Dense) (loss float64, gradient []float64) {
	t.Helper()
	loss, err := f.NLL().Loss(t.Context(), x)
	require.NoError(t, err)
	for p := range f.Params.All() {
		g, err := p.Grad()
		require.NoError(t, err)
		gradient = append(gradient, numbers(g.(*tensor.Dense))...)
	}
	return loss, gradient
}

// The loss of many rows is the mean over all of them, however they are cut into chunks; a call leaves nothing of the
// one before.
func TestLossIsAMean(t *testing.T) {
	f := brief(tensor.Float64, nil)
	x := draw(seeded(1), 1100, 2, 1)
	loss, gradient := lossAndGradient(t, f, x)
	again, same := lossAndGradient(t, f, x)
	assert.Equal(t, loss, again)
	assert.Equal(t, gradient, same)
	var sum float64
	sums := make([]float64, len(gradient))
	for from, n := range map[int]int{0: 100, 100: 300, 400: 700} {
		part := tensor.New(tensor.WithShape(n, 2), tensor.WithBacking(numbers(x)[2*from:2*(from+n)]))
		l, g := lossAndGradient(t, f, part)
		sum += l * float64(n) / 1100
		for i := range g {
			sums[i] += g[i] * float64(n) / 1100
		}
	}
	assert.InDelta(t, sum, loss, 1e-13)
	assert.InDeltaSlice(t, sums, gradient, 1e-13)
}

// idle is a linear field with a parameter that it does not use.
type idle struct{}

func (idle) Apply(s *nn.Scope, z *graph.Node) *graph.Node {
	s.Param("idle", nil, 3, 2)
	return nn.Linear{}.Apply(s, z)
}

func TestUnusedParameterHasNoGradient(t *testing.T) {
	f := newFlow(tensor.Float64, 2, flows.FFJORD{Field: idle{}})
	_, err := f.NLL().Loss(t.Context(), draw(seeded(1), 3, 2, 1))
	require.NoError(t, err)
	grad, err := f.Params.Get("block0.idle").Grad()
	require.NoError(t, err)
	assert.Equal(t, make([]float64, 6), grad.Data())
}
