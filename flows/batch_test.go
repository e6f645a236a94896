package flows_test

import (
	"math"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// firstRows returns the first n rows of x.
func firstRows(x *tensor.Dense, n int) *tensor.Dense {
	dim := x.Shape()[1]
	return tensor.New(tensor.WithShape(n, dim), tensor.WithBacking(numbers(x)[:n*dim]))
}

// demo is the flow of four blocks with tiled time that the two-moons example trains.
func demo(dtype tensor.Dtype, trace flows.Trace) *flows.Flow {
	block := flows.FFJORD{
		Field: nn.MLP{Hidden: []int{8, 8}, Time: nn.Tile, Act: nn.Tanh, Init: nn.TruncatedNormal}, Trace: trace,
	}
	return &flows.Flow{
		Base:   flows.Normal{Scale: []float64{0.8, 0.8}},
		Blocks: flows.Chain{block, block, block, block},
		Params: &nn.Params{Rand: seeded(1), Dtype: dtype},
	}
}

// pair is a demo of two blocks.
func pair(dtype tensor.Dtype, trace flows.Trace) *flows.Flow {
	f := demo(dtype, trace)
	f.Blocks = f.Blocks.(flows.Chain)[:2]
	return f
}

// brief is a pair of few steps, for tests of many rows.
func brief(dtype tensor.Dtype, trace flows.Trace) *flows.Flow {
	f := pair(dtype, trace)
	block := f.Blocks.(flows.Chain)[0].(flows.FFJORD)
	block.Solver = ode.Solver{Method: ode.Midpoint, Steps: 2}
	f.Blocks = flows.Chain{block, block}
	return f
}

// A row's results don't depend on how many rows stand beside it, nor on where it stands among them.
func TestRowsAreIndependent(t *testing.T) {
	wide := flows.FFJORD{Field: nn.MLP{Hidden: []int{67}}, Solver: ode.Solver{Method: ode.Midpoint, Steps: 2}}
	for _, c := range []struct {
		name string
		flow *flows.Flow
	}{
		{"narrow float32", brief(tensor.Float32, nil)},
		{"narrow float64", brief(tensor.Float64, nil)},
		{"wide float32", newFlow(tensor.Float32, 5, wide)},
		{"wide float64", newFlow(tensor.Float64, 5, wide)},
	} {
		t.Run(c.name, func(t *testing.T) {
			dim := 2
			if c.flow.Dim > 0 {
				dim = c.flow.Dim
			}
			x := draw(seeded(1), 513, dim, 1)
			all := logProb(t, c.flow, x)
			for _, n := range []int{1, 2, 127, 128, 129, 257} {
				for i, p := range logProb(t, c.flow, firstRows(x, n)) {
					assert.Equal(t, all[i], p, "row %d of %d", i, n)
				}
			}
			turned := make([]float64, 0, dim*513)
			for i := 512; i >= 0; i-- {
				turned = append(turned, numbers(x)[dim*i:dim*(i+1)]...)
			}
			for i, p := range logProb(t, c.flow, tensor.New(tensor.WithShape(513, dim), tensor.WithBacking(turned))) {
				assert.Equal(t, all[512-i], p, "row %d in reverse order", i)
			}
		})
	}
}

// Losses and gradients have the same bits for any number of cores.
func TestSameBitsOnAnyNumberOfCores(t *testing.T) {
	noisy := func() flows.Trace { return flows.Hutchinson{Rand: seeded(2)} }
	t.Run("grid", func(t *testing.T) {
		sameBits(t, func() *flows.Flow { return brief(tensor.Float32, noisy()) })
	})
	t.Run("by tolerance", func(t *testing.T) {
		sameBits(t, func() *flows.Flow { return pair(tensor.Float32, noisy()) })
	})
}

func sameBits(t *testing.T, build func() *flows.Flow) {
	x := draw(seeded(1), 1100, 2, 1)
	run := func(cores int) []float64 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
		f := build()
		loss, err := f.NLL().Loss(t.Context(), x)
		require.NoError(t, err)
		out := []float64{loss}
		for p := range f.Params.All() {
			g, err := p.Grad()
			require.NoError(t, err)
			out = append(out, numbers(g.(*tensor.Dense))...)
		}
		return append(out, logProb(t, f, x)...)
	}
	want := run(1)
	for _, cores := range []int{4, 2} {
		if testing.Short() && cores == 2 {
			continue
		}
		got := run(cores)
		for i := range want {
			assert.Equal(t, math.Float64bits(want[i]), math.Float64bits(got[i]), "number %d on %d cores", i, cores)
		}
	}
}

// A flow serves many goroutines at once, the first call among them.
func TestConcurrentCalls(t *testing.T) {
	t.Run("grid", func(t *testing.T) {
		callTogether(t, func() *flows.Flow { return brief(tensor.Float32, nil) })
	})
	t.Run("by tolerance", func(t *testing.T) {
		callTogether(t, func() *flows.Flow { return pair(tensor.Float32, nil) })
	})
	t.Run("shared steps and adjoint", func(t *testing.T) {
		callTogether(t, func() *flows.Flow { return curved(tensor.Float32, ode.Solver{Shared: true, Adjoint: &ode.Adjoint{}}) })
	})
}

func callTogether(t *testing.T, build func() *flows.Flow) {
	x := draw(seeded(1), 600, 2, 1)
	alone := build()
	wantP := logProb(t, alone, x)
	wantS, err := alone.Sample(t.Context(), 200, seeded(3))
	require.NoError(t, err)
	wantZ, wantL := inverse(t, alone, x)
	wantG, err := alone.Score(t.Context(), x)
	require.NoError(t, err)

	f := build()
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			logp, err := f.LogProb(t.Context(), x)
			assert.NoError(t, err)
			assert.Equal(t, wantP, logp)
		})
		wg.Go(func() {
			s, err := f.Sample(t.Context(), 200, seeded(3))
			assert.NoError(t, err)
			assert.Equal(t, wantS.Data(), s.Data())
		})
		wg.Go(func() {
			z, l, err := f.Inverse(t.Context(), x)
			assert.NoError(t, err)
			assert.Equal(t, wantZ.Data(), z.Data())
			assert.Equal(t, wantL, l)
		})
		wg.Go(func() {
			e, err := f.Explain(t.Context(), x)
			assert.NoError(t, err)
			assert.Equal(t, wantP, e.LogProb)
		})
		wg.Go(func() {
			g, err := f.Score(t.Context(), x)
			assert.NoError(t, err)
			assert.Equal(t, wantG.Data(), g.Data())
		})
	}
	wg.Wait()
}

// A call leaves its input alone.
func TestInputIsNotChanged(t *testing.T) {
	f := brief(tensor.Float64, nil)
	x := draw(seeded(1), 10, 2, 1)
	before := append([]float64(nil), numbers(x)...)
	logProb(t, f, x)
	forward(t, f, x)
	inverse(t, f, x)
	_, err := f.NLL().Loss(t.Context(), x)
	require.NoError(t, err)
	_, err = f.Score(t.Context(), x)
	require.NoError(t, err)
	assert.Equal(t, before, numbers(x))
}

// The numbers of the parameters may change between calls, and every call sees them as they are.
func TestParametersMayChange(t *testing.T) {
	f, other := brief(tensor.Float32, nil), brief(tensor.Float32, nil)
	x := draw(seeded(1), 3, 2, 1)
	before := logProb(t, f, x)
	require.NoError(t, other.Compile())
	for _, g := range []*flows.Flow{f, other} {
		for p := range g.Params.All() {
			v := p.Value().Data().([]float32)
			for i := range v {
				v[i] += 0.1
			}
		}
	}
	after := logProb(t, f, x)
	assert.NotEqual(t, before, after)
	assert.Equal(t, logProb(t, other, x), after)
	loss, gradient := lossAndGradient(t, f, x)
	wantLoss, wantGradient := lossAndGradient(t, other, x)
	assert.Equal(t, wantLoss, loss)
	assert.Equal(t, wantGradient, gradient)
}
