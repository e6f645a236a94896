package flows

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"gorgonia.org/tensor"
)

// Conditional is a flow given a condition: the density p(x|c). Layers see the condition as their scope's Cond; it is
// not integrated.
type Conditional struct {
	flow *Flow
	cond *tensor.Dense
}

// Given returns the flow given conditions c (rows, Cond), one for every row of the calls to come, or (1, Cond) for one
// that all rows share. Nil is none: the flow as it is.
func (f *Flow) Given(c *tensor.Dense) Conditional { return Conditional{f, c} }

// LogProb returns log p(x|c) of every row of x, as [Flow.LogProb] does.
func (c Conditional) LogProb(ctx context.Context, x *tensor.Dense) ([]float64, error) {
	flow, err := c.flow.compilation(ctx)
	if err != nil {
		return nil, err
	}
	e, err := flow.run.evaluate(ctx, x, c.cond, density)
	if e == nil {
		return nil, err
	}
	return e.logProb, err
}

// EstimateLogProb returns log p(x|c) with its standard error, as [Flow.EstimateLogProb] does.
func (c Conditional) EstimateLogProb(ctx context.Context, x *tensor.Dense) ([]Estimate, error) {
	flow, err := c.flow.compilation(ctx)
	if err != nil {
		return nil, err
	}
	e, err := flow.run.evaluate(ctx, x, c.cond, probeVariance)
	if e == nil {
		return nil, err
	}
	out := make([]Estimate, len(e.logProb))
	for i := range out {
		out[i] = Estimate{e.logProb[i], math.Sqrt(e.variance[i])}
	}
	return out, err
}

// Forward carries base values to data, as [Flow.Forward] does.
func (c Conditional) Forward(ctx context.Context, z *tensor.Dense) (x *tensor.Dense, logDet []float64, err error) {
	flow, err := c.flow.compilation(ctx)
	if err != nil {
		return nil, nil, err
	}
	return flow.run.transform(ctx, z, c.cond, false)
}

// Inverse carries data to base values, as [Flow.Inverse] does.
func (c Conditional) Inverse(ctx context.Context, x *tensor.Dense) (z *tensor.Dense, logDet []float64, err error) {
	flow, err := c.flow.compilation(ctx)
	if err != nil {
		return nil, nil, err
	}
	return flow.run.transform(ctx, x, c.cond, true)
}

// Sample draws n rows, one for every condition where there are several.
func (c Conditional) Sample(ctx context.Context, n int, rng *rand.Rand) (*tensor.Dense, error) {
	flow, err := c.flow.compilation(ctx)
	if err != nil {
		return nil, err
	}
	x, _, err := flow.run.sample(ctx, n, c.cond, rng, atData)
	return x, err
}

// SampleEach draws n rows for each of the conditions, (conditions · n, dim): row i·n + k is draw k for condition i.
// They are the rows that Sample draws where every condition stands n times in a row.
func (c Conditional) SampleEach(ctx context.Context, n int, rng *rand.Rand) (*tensor.Dense, error) {
	flow, err := c.flow.compilation(ctx)
	if err != nil {
		return nil, err
	}
	if err := checkSample(n, rng); err != nil {
		return nil, err
	}
	each, err := flow.plan.repeated(ctx, c.cond, n)
	if err != nil {
		return nil, err
	}
	x, _, err := flow.run.sample(ctx, each.Shape()[0], each, rng, atData)
	return x, err
}

// SampleLogProb draws n rows and returns log p(x|c) of each, in one solve.
func (c Conditional) SampleLogProb(ctx context.Context, n int, rng *rand.Rand) (x *tensor.Dense, logp []float64, err error) {
	flow, err := c.flow.compilation(ctx)
	if err != nil {
		return nil, nil, err
	}
	return flow.run.sample(ctx, n, c.cond, rng, withDensity)
}

// Score returns ∇ₓ log p(x|c) of every row of x.
func (c Conditional) Score(ctx context.Context, x *tensor.Dense) (*tensor.Dense, error) {
	flow, err := c.flow.compilation(ctx)
	if err != nil {
		return nil, err
	}
	score, _, err := flow.run.pull(ctx, x, c.cond, pullback{logProb: true, inverse: true, byRow: true})
	return score, err
}

// CondScore returns ∇_c log p(x|c) of every row of x, shape (rows, Cond), also where all rows share one condition.
func (c Conditional) CondScore(ctx context.Context, x *tensor.Dense) (*tensor.Dense, error) {
	flow, err := c.flow.compilation(ctx)
	if err != nil {
		return nil, err
	}
	_, score, err := flow.run.pull(ctx, x, c.cond, pullback{logProb: true, inverse: true, byCond: true})
	return score, err
}

// Trajectory returns where base values are on the way to the data, as [Flow.Trajectory] does.
func (c Conditional) Trajectory(ctx context.Context, z *tensor.Dense, frames int) ([]Frame, error) {
	flow, err := c.flow.compilation(ctx)
	if err != nil {
		return nil, err
	}
	times, start, err := flow.plan.frameTimes(frames)
	if err != nil {
		return nil, err
	}
	return flow.run.trajectory(ctx, z, c.cond, times, start)
}

// TrajectoryAt has frames at given times, as [Flow.TrajectoryAt] has.
func (c Conditional) TrajectoryAt(ctx context.Context, z *tensor.Dense, times ...[]float64) ([]Frame, error) {
	flow, err := c.flow.compilation(ctx)
	if err != nil {
		return nil, err
	}
	return flow.run.trajectory(ctx, z, c.cond, times, false)
}

// Explain tells how LogProb was computed, as [Flow.Explain] does.
func (c Conditional) Explain(ctx context.Context, x *tensor.Dense) (*Explanation, error) {
	flow, err := c.flow.compilation(ctx)
	if err != nil {
		return nil, err
	}
	e, err := flow.run.evaluate(ctx, x, c.cond, account)
	if e == nil {
		return nil, err
	}
	return &Explanation{LogProb: e.logProb, LogDet: e.logDet, Cost: e.cost, Steps: slices.Concat(e.steps...)}, err
}
