package flows_test

import (
	"context"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// steep is a field far from linear: σ(z·A)·B with A (5, 16) and B (16, 5) from N(0, 1).
var steep = nn.Seq{
	nn.Linear{Out: 16, Init: normal(1), NoBias: true}, nn.Sigmoid, nn.Linear{Out: 5, Init: normal(1), NoBias: true},
}

// timed returns a field that depends on the time.
func timed(how nn.Timed, act nn.Layer, hidden ...int) nn.MLP {
	return nn.MLP{Hidden: hidden, Time: how, Act: act, Init: normal(0.5)}
}

func TestBijectors(t *testing.T) {
	for _, c := range []struct {
		name   string
		dim    int
		blocks flows.Block
	}{
		{"steep", 5, flows.FFJORD{Field: steep, Solver: fine}},
		{"one dimension", 1, flows.FFJORD{Field: timed(nn.Concat, nn.Tanh, 6), Solver: fine}},
		{"one dimension and no bias", 1, flows.FFJORD{Field: nn.Linear{NoBias: true}, Solver: fine}},
		{"times of its own", 2, flows.FFJORD{Field: timed(nn.Concat, nn.Tanh, 6), T0: 1, T1: 2.5, Solver: fine}},
		{"backward", 2, flows.FFJORD{Field: timed(nn.Tile, nn.Softplus, 6), T0: 2, T1: 0.5, Solver: fine}},
		{"chain", 3, flows.Chain{
			flows.FFJORD{Field: timed(nn.Concat, nn.Tanh, 6), Solver: fine},
			flows.FFJORD{Field: timed(nn.Tile, nn.SiLU, 4, 5), T0: 1, T1: -1, Solver: ode.Solver{Method: ode.Tsit5, Steps: 32}},
			flows.FFJORD{Field: nn.Linear{}, T0: 1, T1: 1},
			flows.FFJORD{Field: timed(nn.Ignore, nn.Sin, 7), T1: 0.5, Solver: ode.Solver{Method: ode.RK4, Steps: 100}},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFlow(tensor.Float64, c.dim, c.blocks)
			// Twenty steps of order five leave 1e-7, central differences 1e-9.
			checkBijector(t, f, draw(seeded(2), 3, c.dim, 1), 1e-6, 2e-6)
		})
	}
}

// The same by tolerance, to what zuko asks of its free-form transform. Differences of solves that choose their steps
// have the tolerance over the width of the difference as their own error.
func TestBijectorsByTolerance(t *testing.T) {
	for _, c := range []struct {
		name string
		ode.Solver
	}{
		{"dopri5", ode.Solver{RTol: 1e-10, ATol: 1e-11}},
		{"tsit5", ode.Solver{Method: ode.Tsit5, RTol: 1e-10, ATol: 1e-11}},
		{"shared", ode.Solver{RTol: 1e-10, ATol: 1e-11, Shared: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFlow(tensor.Float64, 5, flows.FFJORD{Field: steep, Solver: c.Solver})
			x := draw(seeded(2), 3, 5, 1)
			if c.Shared { // whose results depend on the rows beside
				x = firstRows(x, 1)
			}
			checkBijector(t, f, x, 1e-7, 1e-4)
		})
	}
}

// A chain of chains is the chain of their blocks, in parameters and in what it does.
func TestNestedChain(t *testing.T) {
	a := flows.FFJORD{Field: timed(nn.Concat, nn.Tanh, 3)}
	b := flows.FFJORD{Field: timed(nn.Tile, nn.Tanh, 4)}
	nested := newFlow(tensor.Float32, 2, flows.Chain{a, flows.Chain{b, flows.Chain{}}}, a)
	plain := newFlow(tensor.Float32, 2, a, b, a)
	x := draw(seeded(2), 4, 2, 1)
	assert.Equal(t, logProb(t, plain, x), logProb(t, nested, x))
	var names []string
	for p := range nested.Params.All() {
		names = append(names, p.Name())
	}
	assert.Len(t, names, 12)
	assert.Equal(t, "block0.0.weight", names[0])
	assert.Contains(t, names, "block2.1.bias")
	assert.Equal(t, names, func() (out []string) {
		for p := range plain.Params.All() {
			out = append(out, p.Name())
		}
		return
	}())
}

// Blocks don't share parameters, though they have one layer in common.
func TestBlocksHaveTheirOwnParameters(t *testing.T) {
	block := flows.FFJORD{Field: nn.MLP{Hidden: []int{3}}}
	f := newFlow(tensor.Float32, 2, block, block)
	require.NoError(t, f.Compile())
	w0, w1 := f.Params.Get("block0.0.weight"), f.Params.Get("block1.0.weight")
	require.NotNil(t, w0)
	require.NotNil(t, w1)
	assert.NotEqual(t, w0.Value().Data(), w1.Value().Data())
}

func TestStepGraph(t *testing.T) {
	f := newFlow(tensor.Float32, 2, flows.FFJORD{Field: nn.MLP{Hidden: []int{3}}})
	step, err := f.StepGraph(0, false)
	require.NoError(t, err)
	back, err := f.StepGraph(0, true)
	require.NoError(t, err)
	assert.Len(t, step.Outputs(), 6, "state, error and next derivative, of z and log det")
	assert.Greater(t, len(back.Outputs()), 2)
	for _, b := range []int{-1, 1} {
		_, err = f.StepGraph(b, false)
		assert.ErrorContains(t, err, "flows: there is no block")
	}
}

// Times are of nodes of the graph that comes with them, and a product takes some.
func TestTimeStep(t *testing.T) {
	f := newFlow(tensor.Float32, 2, flows.Chain{flows.FFJORD{Field: nn.MLP{Hidden: []int{16}}, Trace: flows.Hutchinson{Rand: seeded(1)}}, flows.Affine{Learn: true}})
	for block := range 2 {
		for _, back := range []bool{false, true} {
			g, times, err := f.TimeStep(t.Context(), block, back, 64)
			require.NoError(t, err)
			want, err := f.StepGraph(block, back)
			require.NoError(t, err)
			assert.Same(t, want, g)
			require.NotEmpty(t, times)
			require.NoError(t, graph.DOT(io.Discard, g, graph.DOTOptions{Times: times}))
		}
	}
	_, _, err := f.TimeStep(t.Context(), 0, false, 0)
	assert.EqualError(t, err, "flows: a step for 0 rows, want 1 to 65536")
	_, _, err = f.TimeStep(t.Context(), 2, false, 1)
	assert.EqualError(t, err, "flows: there is no block 2")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = f.TimeStep(ended, 0, false, 64)
	assert.ErrorIs(t, err, context.Canceled)
}
