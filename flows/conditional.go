package flows

import (
	"context"
	"fmt"
	"math/rand/v2"

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

// LogProb returns log p(x|c) of every row of x, as Flow.LogProb does.
func (c Conditional) LogProb(ctx context.Context, x *tensor.Dense) ([]float64, error) {
	if err := c.flow.Compile(); err != nil {
		return nil, err
	}
	return c.flow.engine.logProb(ctx, x, c.cond)
}

// EstimateLogProb returns log p(x|c) with its standard error, as Flow.EstimateLogProb does.
func (c Conditional) EstimateLogProb(ctx context.Context, x *tensor.Dense) ([]Estimate, error) {
	if err := c.flow.Compile(); err != nil {
		return nil, err
	}
	return c.flow.engine.estimate(ctx, x, c.cond)
}

// Forward carries base values to data, as Flow.Forward does.
func (c Conditional) Forward(ctx context.Context, z *tensor.Dense) (x *tensor.Dense, logDet []float64, err error) {
	if err := c.flow.Compile(); err != nil {
		return nil, nil, err
	}
	return c.flow.engine.transform(ctx, z, c.cond, false)
}

// Inverse carries data to base values, as Flow.Inverse does.
func (c Conditional) Inverse(ctx context.Context, x *tensor.Dense) (z *tensor.Dense, logDet []float64, err error) {
	if err := c.flow.Compile(); err != nil {
		return nil, nil, err
	}
	return c.flow.engine.transform(ctx, x, c.cond, true)
}

// Sample draws n rows, one for every condition where there are several.
func (c Conditional) Sample(ctx context.Context, n int, rng *rand.Rand) (*tensor.Dense, error) {
	if err := c.flow.Compile(); err != nil {
		return nil, err
	}
	if err := checkSample(n, rng); err != nil {
		return nil, err
	}
	return c.flow.engine.sample(ctx, n, c.cond, rng)
}

// SampleLogProb draws n rows and returns log p(x|c) of each, in one solve.
func (c Conditional) SampleLogProb(ctx context.Context, n int, rng *rand.Rand) (x *tensor.Dense, logp []float64, err error) {
	if err := c.flow.Compile(); err != nil {
		return nil, nil, err
	}
	if err := checkSample(n, rng); err != nil {
		return nil, nil, err
	}
	return c.flow.engine.sampleLogProb(ctx, n, c.cond, rng)
}

// Score returns ∇ₓ log p(x|c) of every row of x.
func (c Conditional) Score(ctx context.Context, x *tensor.Dense) (*tensor.Dense, error) {
	if err := c.flow.Compile(); err != nil {
		return nil, err
	}
	return c.flow.engine.score(ctx, x, c.cond)
}

// CondScore returns ∇_c log p(x|c) of every row of x, shape (rows, Cond), also where all rows share one condition.
func (c Conditional) CondScore(ctx context.Context, x *tensor.Dense) (*tensor.Dense, error) {
	if err := c.flow.Compile(); err != nil {
		return nil, err
	}
	return c.flow.engine.condScore(ctx, x, c.cond)
}

// Trajectory returns where base values are on the way to the data, as Flow.Trajectory does.
func (c Conditional) Trajectory(ctx context.Context, z *tensor.Dense, frames int) ([]Frame, error) {
	if err := c.flow.Compile(); err != nil {
		return nil, err
	}
	return c.flow.engine.trajectory(ctx, z, c.cond, frames)
}

// TrajectoryAt has frames at given times, as Flow.TrajectoryAt has.
func (c Conditional) TrajectoryAt(ctx context.Context, z *tensor.Dense, times ...[]float64) ([]Frame, error) {
	if err := c.flow.Compile(); err != nil {
		return nil, err
	}
	return c.flow.engine.trajectoryAt(ctx, z, c.cond, times)
}

// Explain tells how LogProb was computed, as Flow.Explain does.
func (c Conditional) Explain(ctx context.Context, x *tensor.Dense) (*Explanation, error) {
	if err := c.flow.Compile(); err != nil {
		return nil, err
	}
	return c.flow.engine.explain(ctx, x, c.cond)
}

// condScore computes the gradient of log p(x|c) with respect to c.
func (c *compiled[T]) condScore(ctx context.Context, x, cond *tensor.Dense) (*tensor.Dense, error) {
	if c.cond == 0 {
		return nil, fmt.Errorf("flows: the flow takes no condition to give a gradient of; set Cond to its width")
	}
	data, rows, err := rowsOf[T](x, c.dim)
	if err != nil {
		return nil, err
	}
	in, err := c.inputs(rows, cond, withTrace)
	if err != nil {
		return nil, err
	}
	out, logp := make([]T, rows*c.cond), make([]float64, rows)
	err = c.forChunks(ctx, rows, func(w *worker[T], _, from, to int) error {
		w.load(data, from, to)
		w.condGrad = out[from*c.cond : to*c.cond]
		defer func() { w.condGrad = nil }()
		return w.gradient(ctx, in, 1, logp[from:to])
	})
	if err == nil {
		err = finite(out, c.cond, "of the gradient")
	}
	if err != nil {
		return nil, err
	}
	return tensor.New(tensor.WithShape(rows, c.cond), tensor.WithBacking(out)), nil
}

// addCondGrad adds a block's gradient with respect to the conditions.
func (w *worker[T]) addCondGrad(cols [][]T) {
	for d, col := range cols {
		for i, row := range w.alive {
			w.condGrad[row*w.cond+d] += col[i]
		}
	}
}
