package flows_test

import (
	"context"
	"errors"
	"math"
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

// square is dz/dt = c², a field of the condition alone.
type square struct{}

func (square) Apply(s *nn.Scope, z *graph.Node) *graph.Node {
	return graph.Add(graph.Scale(z, 0), graph.Square(s.Cond()))
}

// With f(t, z, c) = c² and c = 2: Forward adds 4, Inverse takes it away, nothing stretches, and d Σx/dc = 2c.
func TestForwardVJPOfACondition(t *testing.T) {
	twos := make([]float64, 10)
	for i := range twos {
		twos[i] = 2
	}
	for _, dtype := range dtypes {
		f := newFlow(dtype, 5, flows.FFJORD{Field: square{}})
		f.Cond = 5
		zeros := tensor.New(tensor.WithShape(2, 5), tensor.WithBacking(make([]float64, 10)))
		ones := tensor.New(tensor.WithShape(2, 5), tensor.WithBacking([]float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}))
		given := f.Given(tensor.New(tensor.WithShape(2, 5), tensor.WithBacking(twos)))
		x, logDet, err := given.Forward(t.Context(), zeros)
		require.NoError(t, err)
		back, andBack, err := given.Inverse(t.Context(), x)
		require.NoError(t, err)
		gz, gc, err := given.ForwardVJP(t.Context(), zeros, ones, nil)
		require.NoError(t, err)
		for i := range 10 {
			assert.InDelta(t, 4, numbers(x)[i], 1e-5)
			assert.InDelta(t, 0, numbers(back)[i], 1e-5)
			assert.InDelta(t, 4, numbers(gc)[i], 1e-6)
			assert.InDelta(t, 1, numbers(gz)[i], 1e-6)
		}
		assert.Equal(t, []float64{0, 0}, logDet)
		assert.Equal(t, []float64{0, 0}, andBack)
	}
}

func TestVJPs(t *testing.T) {
	f := mixed()
	f.Cond = 2
	rng := seeded(7)
	z, c, gx := draw(rng, 4, 3, 0.5), draw(rng, 4, 2, 0.5), draw(rng, 4, 3, 1)
	gl := numbers(draw(rng, 4, 1, 1))
	for _, d := range []struct {
		name string
		to   func(flows.Conditional, context.Context, *tensor.Dense) (*tensor.Dense, []float64, error)
		vjp  func(flows.Conditional, context.Context, *tensor.Dense, *tensor.Dense, []float64) (*tensor.Dense, *tensor.Dense, error)
	}{
		{"forward", flows.Conditional.Forward, flows.Conditional.ForwardVJP},
		{"inverse", flows.Conditional.Inverse, flows.Conditional.InverseVJP},
	} {
		t.Run(d.name, func(t *testing.T) {
			gz, gc, err := d.vjp(f.Given(c), t.Context(), z, gx, gl)
			require.NoError(t, err)
			weighted := func(z, c []float64) float64 {
				cond := tensor.New(tensor.WithShape(4, 2), tensor.WithBacking(c))
				x, l, err := d.to(f.Given(cond), t.Context(), tensor.New(tensor.WithShape(4, 3), tensor.WithBacking(z)))
				require.NoError(t, err)
				var sum float64
				for i, v := range numbers(x) {
					sum += v * numbers(gx)[i]
				}
				for i, v := range l {
					sum += v * gl[i]
				}
				return sum
			}
			central := &fd.Settings{Formula: fd.Central, Step: 1e-5}
			want := fd.Gradient(nil, func(v []float64) float64 { return weighted(v, numbers(c)) }, numbers(z), central)
			assert.InDeltaSlice(t, want, numbers(gz), 3e-9*math.Max(1, largest(want)))
			want = fd.Gradient(nil, func(v []float64) float64 { return weighted(numbers(z), v) }, numbers(c), central)
			assert.InDeltaSlice(t, want, numbers(gc), 3e-9*math.Max(1, largest(want)))
		})
	}
	_, _, err := f.Given(c).ForwardVJP(t.Context(), z, draw(rng, 3, 3, 1), nil)
	assert.EqualError(t, err, "flows: cotangents of 3 rows for 4 rows")
	_, _, err = f.Given(c).ForwardVJP(t.Context(), z, nil, gl[:2])
	assert.EqualError(t, err, "flows: cotangents of 2 log-determinants for 4 rows")
}

// The gradient of any loss of draws reaches every parameter along their paths.
func TestPathwiseGradient(t *testing.T) {
	block := flows.FFJORD{
		Field: timed(nn.Concat, nn.Tanh, 4), Solver: ode.Solver{Steps: 5}, LearnT1: true,
		Penalties: []flows.Penalty{{Of: speed{}, Weight: 0.1}},
	}
	start := block
	start.LearnT0, start.LearnT1 = true, false
	f := newFlow(tensor.Float64, 3, cubic{}, block, start)
	z, err := f.SampleBase(6, seeded(5))
	require.NoError(t, err)
	loss := f.Pathwise(func(_ context.Context, x *tensor.Dense, logq []float64) (loss float64, gx *tensor.Dense, glogq []float64, err error) {
		gx, glogq = x.Clone().(*tensor.Dense), make([]float64, len(logq))
		for i, v := range numbers(x) {
			loss += math.Sin(v)
			gx.Float64s()[i] = math.Cos(v)
		}
		for i, v := range logq {
			loss += v * v
			glogq[i] = 2 * v
		}
		return loss, gx, glogq, nil
	})
	require.Len(t, loss.Model(), f.Params.Len())
	checkGradient(t, f.Params, lossOf(t, loss, z))

	broken := f.Pathwise(func(context.Context, *tensor.Dense, []float64) (float64, *tensor.Dense, []float64, error) {
		return 0, nil, nil, errors.New("no such loss")
	})
	_, err = broken.Loss(t.Context(), z)
	assert.EqualError(t, err, "flows: Pathwise: no such loss")
	_, err = f.ReverseKL(f.LogProb, nil).Loss(t.Context(), z)
	assert.ErrorContains(t, err, "is nil")
	short := func(context.Context, *tensor.Dense) (*tensor.Dense, error) { return row(z, 0), nil }
	_, err = f.ReverseKL(f.LogProb, short).Loss(t.Context(), z)
	assert.EqualError(t, err, "flows: Pathwise: the score: of rows (6, 3) it has shape (1, 3)")
	_, err = f.KL(t.Context(), nil, 5, seeded(1))
	assert.EqualError(t, err, "flows: KL: log q is nil")
	_, err = f.Pathwise(nil).Loss(t.Context(), z)
	assert.EqualError(t, err, "flows: Pathwise: the loss, or what it is made of, is nil")
	f = &flows.Flow{Dim: 3, Base: learnt{}, Blocks: block, Params: nn.NewParams(seeded(1))}
	_, err = f.ReverseKL(f.LogProb, f.Score).Loss(t.Context(), z)
	assert.ErrorContains(t, err, "put an Affine{Learn: true} behind a fixed base")
}

// KL(q‖p) of two flows, estimated by both sides: ReverseKL's loss over draws from q's base is the mean of log q - log
// p.
func TestReverseKL(t *testing.T) {
	q := newFlow(tensor.Float64, 3, cubic{}, flows.FFJORD{Field: timed(nn.Concat, nn.Tanh, 4), Solver: coarse})
	p := mixed()
	z, err := q.SampleBase(500, seeded(5))
	require.NoError(t, err)
	got := lossOf(t, q.ReverseKL(p.LogProb, p.Score), z)()
	want, err := q.KL(t.Context(), p.LogProb, 500, seeded(5))
	require.NoError(t, err)
	assert.InDelta(t, want.Mean, got, 1e-12)
	checkGradient(t, q.Params, lossOf(t, q.ReverseKL(p.LogProb, p.Score), tensor.New(tensor.WithShape(4, 3), tensor.WithBacking(numbers(z)[:12]))))
}
