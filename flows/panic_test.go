package flows_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
)

// upset is a base, and the parts of a flow around it, one of which does something wild.
type upset struct {
	flows.Normal
	sample func()
}

func (b upset) Sample(param func(string) []float64, rng *rand.Rand, dst []float64, dim int) {
	b.sample()
	b.Normal.Sample(param, rng, dst, dim)
}

// upsetNoise is a distribution of probes whose draw does something wild.
type upsetNoise struct{ draw func() }

func (n upsetNoise) Draw(rng *rand.Rand, dst []float64) {
	n.draw()
	flows.Rademacher.Draw(rng, dst)
}

// upsetMean is a Sampled trace whose standard error does something wild.
type upsetMean struct {
	flows.Hutchinson
	stdErr func()
}

func (m upsetMean) StdErr(each []float64, dim int) float64 {
	m.stdErr()
	return m.Hutchinson.StdErr(each, dim)
}

// upsetFollower is a block whose state follows the data wildly.
type upsetFollower struct {
	flows.MovingBatchNorm
	follow func()
}

func (b upsetFollower) Follow(state func(string) *nn.Param, mean, variance []float64) error {
	b.follow()
	return b.MovingBatchNorm.Follow(state, mean, variance)
}

// A panic of a user's function while a flow runs is an error that names the function and has the stack. The flow is as
// good as before.
func TestPanicsWhileRunning(t *testing.T) {
	wild := true
	act := func() {
		if wild {
			panic("no luck")
		}
	}
	field := nn.MLP{Hidden: []int{3}}
	noisy := flows.FFJORD{Field: field, Trace: flows.Hutchinson{Rand: seeded(1), Noise: upsetNoise{act}}}
	mean := flows.FFJORD{Field: field, Trace: upsetMean{flows.Hutchinson{Rand: seeded(1), Probes: 2}, act}}
	sampler := newFlow(tensor.Float64, 2)
	sampler.Base = upset{sample: act}
	ctx, x := context.Background(), draw(seeded(1), 200, 2, 1)
	logProb := newFlow(tensor.Float64, 2, flows.FFJORD{Field: field})
	logp := func(context.Context, *tensor.Dense) ([]float64, error) { act(); return make([]float64, 200), nil }
	score := func(context.Context, *tensor.Dense) (*tensor.Dense, error) { act(); return x, nil }
	for name, call := range map[string]func() error{
		"flows_test.upset.Sample": func() error { _, err := sampler.Sample(ctx, 3, seeded(1)); return err },
		"flows.Hutchinson.Draw":   func() error { _, err := newFlow(tensor.Float64, 2, noisy).LogProb(ctx, x); return err },
		"flows_test.upsetMean.StdErr": func() error {
			_, err := newFlow(tensor.Float64, 2, mean).EstimateLogProb(ctx, x)
			return err
		},
		"flows_test.upsetFollower.Follow": func() error {
			_, err := newFlow(tensor.Float64, 2, upsetFollower{follow: act}).NLL().Loss(ctx, x)
			return err
		},
		"PathLoss": func() error {
			_, err := logProb.Pathwise(func(context.Context, *tensor.Dense, []float64) (float64, *tensor.Dense, []float64, error) {
				act()
				return 0, nil, nil, nil
			}).Loss(ctx, x)
			return err
		},
		"log p":              func() error { _, err := logProb.ReverseKL(logp, logProb.Score).Loss(ctx, x); return err },
		"the score of log p": func() error { _, err := logProb.ReverseKL(logProb.LogProb, score).Loss(ctx, x); return err },
		"log q":              func() error { _, err := logProb.KL(ctx, logp, 200, seeded(1)); return err },
	} {
		wild = true
		err := fmt.Errorf("outer: %w", call())
		var p *flows.PanicError
		require.ErrorAs(t, err, &p, name)
		assert.Equal(t, name, p.Callback)
		assert.Equal(t, "no luck", p.Value)
		assert.Contains(t, fmt.Sprintf("%+v", p), "panic_test.go", name)
		wild = false
		assert.NoError(t, call(), name)
	}
}

// A score without rows, as an empty tensor is, is an error.
func TestReverseKLOfAnEmptyScore(t *testing.T) {
	f := newFlow(tensor.Float64, 2)
	for _, empty := range []*tensor.Dense{nil, new(tensor.Dense), tensor.New(tensor.Of(tensor.Float64)), tensor.New(tensor.WithShape(2, 3), tensor.Of(tensor.Float64))} {
		score := func(context.Context, *tensor.Dense) (*tensor.Dense, error) { return empty, nil }
		_, err := f.ReverseKL(f.LogProb, score).Loss(t.Context(), draw(seeded(1), 2, 2, 1))
		assert.ErrorContains(t, err, "flows: Pathwise: the score")
		_, err = f.ForwardVJP(t.Context(), draw(seeded(1), 2, 2, 1), empty, nil)
		assert.Equal(t, empty != nil, err != nil)
		_, err = f.LogProb(t.Context(), empty)
		var input *flows.InputError
		assert.ErrorAs(t, err, &input)
	}
}

// What would take more than all memory is refused before anything is allocated, and so is what Flow.MaxBytes excludes.
func TestTooMuchMemory(t *testing.T) {
	f := newFlow(tensor.Float32, 2, flows.FFJORD{Field: nn.MLP{}, Trace: flows.Hutchinson{Rand: seeded(1), Probes: 3}})
	ctx, z := context.Background(), draw(seeded(1), 100, 2, 1)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, n := range []int{1 << 40, 1 << 60, math.MaxInt} {
		for name, call := range map[string]func() error{
			"Sample":        func() error { _, err := f.Sample(ctx, n, seeded(1)); return err },
			"SampleBase":    func() error { _, err := f.SampleBase(n, seeded(1)); return err },
			"SampleLogProb": func() error { _, _, err := f.SampleLogProb(ctx, n, seeded(1)); return err },
			"Entropy":       func() error { _, err := f.Entropy(ctx, n, seeded(1)); return err },
			"KL":            func() error { _, err := f.KL(ctx, f.LogProb, n, seeded(1)); return err },
			"Trajectory":    func() error { _, err := f.Trajectory(ctx, z, n); return err },
		} {
			var limit *flows.LimitError
			err := fmt.Errorf("outer: %w", call())
			require.ErrorAs(t, err, &limit, "%s(%d)", name, n)
			assert.Equal(t, "Flow.MaxBytes", limit.Raise)
			assert.EqualValues(t, 16<<30, limit.Limit)
		}
	}
	f.MaxBytes = 100 * (2*4 + 8 + 3*2*4)
	_, err := f.LogProb(ctx, z)
	require.NoError(t, err)
	f.MaxBytes--
	_, err = f.LogProb(ctx, z)
	assert.EqualError(t, err, "flows: the rows of a call: needs at least 4 kB, the limit is 4 kB; raise it by Flow.MaxBytes")
	_, err = f.Trajectory(ctx, z, 10)
	assert.ErrorContains(t, err, "raise it by Flow.MaxBytes")
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(50<<20), "bytes")
}
