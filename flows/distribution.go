package flows

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/guard"
)

// Prob returns p(x) of every row of x (rows, dim): the exponential of LogProb.
func (f *Flow) Prob(ctx context.Context, x *tensor.Dense) ([]float64, error) {
	return f.Given(nil).Prob(ctx, x)
}

// Entropy estimates the differential entropy H = -∫ p log p in nats by n draws, at least 2, from the flow.
func (f *Flow) Entropy(ctx context.Context, n int, rng *rand.Rand) (Estimate, error) {
	return f.Given(nil).Entropy(ctx, n, rng)
}

// KL estimates the Kullback-Leibler divergence KL(p‖q) = ∫ p (log p - log q) in nats by n draws, at least 2, from the
// flow p. logq returns log q of every row of its argument (rows, dim), of the element type of Params, as LogProb of
// another flow does; -Inf of one row makes the estimate +Inf.
func (f *Flow) KL(
	ctx context.Context, logq func(ctx context.Context, x *tensor.Dense) ([]float64, error), n int, rng *rand.Rand,
) (Estimate, error) {
	return f.Given(nil).KL(ctx, logq, n, rng)
}

// Prob returns p(x|c) of every row of x, as [Flow.Prob] does.
func (c Conditional) Prob(ctx context.Context, x *tensor.Dense) ([]float64, error) {
	p, err := c.LogProb(ctx, x)
	for i := range p {
		p[i] = math.Exp(p[i])
	}
	return p, err
}

// Entropy estimates that of p(x|c), as [Flow.Entropy] does; where there are several conditions, one for each draw, it
// is the mean over them.
func (c Conditional) Entropy(ctx context.Context, n int, rng *rand.Rand) (Estimate, error) {
	return c.expect(ctx, n, rng, func(_ *tensor.Dense, logp []float64) ([]float64, error) {
		for i := range logp {
			logp[i] = -logp[i]
		}
		return logp, nil
	})
}

// KL estimates the divergence of p(x|c) from q, as [Flow.KL] does; where there are several conditions, one for each
// draw, it is the mean over them.
func (c Conditional) KL(
	ctx context.Context, logq func(ctx context.Context, x *tensor.Dense) ([]float64, error), n int, rng *rand.Rand,
) (Estimate, error) {
	if logq == nil {
		return Estimate{}, errors.New("flows: KL: log q is nil")
	}
	return c.expect(ctx, n, rng, func(x *tensor.Dense, logp []float64) ([]float64, error) {
		var other []float64
		err := guard.Call("log q", func() (err error) { other, err = logq(ctx, x); return err })
		if err != nil {
			return nil, fmt.Errorf("flows: KL: log q: %w", err)
		}
		if len(other) != len(logp) {
			return nil, fmt.Errorf("flows: KL: log q of %d rows has %d numbers", len(logp), len(other))
		}
		for i := range logp {
			logp[i] -= other[i]
		}
		return logp, nil
	})
}

// expect estimates the mean of g over draws.
func (c Conditional) expect(
	ctx context.Context, n int, rng *rand.Rand, g func(x *tensor.Dense, logp []float64) ([]float64, error),
) (Estimate, error) {
	if n < 2 {
		return Estimate{}, inputError("sample", nil, "an estimate from %d draws has no standard error: want at least 2", n)
	}
	x, logp, err := c.SampleLogProb(ctx, n, rng)
	if err != nil {
		return Estimate{}, err
	}
	values, err := g(x, logp)
	if err != nil {
		return Estimate{}, err
	}
	mean, std := stat.MeanStdDev(values, nil)
	return Estimate{mean, std / math.Sqrt(float64(n))}, nil
}
