package flows

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/internal/guard"
)

// PathLoss is a loss of draws x (rows, dim) from a flow, of the element type of its samples, with log q of each under
// the flow. It returns the loss and its gradients with respect to x (rows, dim) and to log q; a nil gradient is zero.
type PathLoss func(ctx context.Context, x *tensor.Dense, logq []float64) (loss float64, gx *tensor.Dense, glogq []float64, err error)

// Pathwise is a loss of a flow's draws, with its gradient with respect to the flow's trained parameters along the paths
// from the base to the draws (the reparameterised gradient of Kingma & Welling 2014). It has the methods of an
// optim.Objective, whose batches are rows of the base: draw them with SampleBase.
type Pathwise struct {
	flow *Flow
	of   PathLoss
}

// Pathwise returns a loss of the flow's draws plus the penalties of its blocks. The base must have no trained
// parameters, which the paths would not see: put an Affine{Learn: true} behind a fixed base instead.
func (f *Flow) Pathwise(of PathLoss) Pathwise { return Pathwise{f, of} }

// ReverseKL returns the loss KL(q‖p) = E[log q(x) - log p(x)] of the flow q from a density p, which need not be
// normalised: what variational inference minimises. logp returns log p of every row and score its gradient (rows, dim).
func (f *Flow) ReverseKL(
	logp func(ctx context.Context, x *tensor.Dense) ([]float64, error),
	score func(ctx context.Context, x *tensor.Dense) (*tensor.Dense, error),
) Pathwise {
	if logp == nil || score == nil {
		return f.Pathwise(nil)
	}
	return f.Pathwise(func(ctx context.Context, x *tensor.Dense, logq []float64) (float64, *tensor.Dense, []float64, error) {
		var target []float64
		err := guard.Call("log p", func() (err error) { target, err = logp(ctx, x); return err })
		if err != nil {
			return 0, nil, nil, fmt.Errorf("log p: %w", err)
		}
		if len(target) != len(logq) {
			return 0, nil, nil, fmt.Errorf("log p of %d rows has %d numbers", len(logq), len(target))
		}
		var gx *tensor.Dense
		err = guard.Call("the score of log p", func() (err error) { gx, err = score(ctx, x); return err })
		if err != nil {
			return 0, nil, nil, fmt.Errorf("the score: %w", err)
		}
		n := float64(len(logq))
		if gx, err = scaled(gx, x.Shape(), -1/n); err != nil {
			return 0, nil, nil, fmt.Errorf("the score: %w", err)
		}
		var loss float64
		glogq := make([]float64, len(logq))
		for i := range logq {
			loss += (logq[i] - target[i]) / n
			glogq[i] = 1 / n
		}
		return loss, gx, glogq, nil
	})
}

// scaled returns c·x for x of the given shape.
func scaled(x *tensor.Dense, shape tensor.Shape, c float64) (*tensor.Dense, error) {
	switch {
	case x == nil:
		return nil, errors.New("it is nil")
	case !x.Shape().Eq(shape):
		return nil, fmt.Errorf("of rows %v it has shape %v", shape, x.Shape())
	}
	rows, err := tableOf(x, shape[1], "gradients")
	if err != nil {
		return nil, err
	}
	if rows.f32 != nil {
		return matrix(scaledBy(rows.f32, float32(c)), shape[1]), nil
	}
	return matrix(scaledBy(rows.f64, c), shape[1]), nil
}

func scaledBy[T graph.Float](values []T, c T) []T {
	out := make([]T, len(values))
	for i, v := range values {
		out[i] = v * c
	}
	return out
}

// Loss returns the loss of the draws that the base's rows z (rows, dim) become, and leaves its gradient in the flow's
// parameters. Where the flow has a condition, the rows are z and c side by side (rows, dim + Cond).
func (l Pathwise) Loss(ctx context.Context, z *tensor.Dense) (float64, error) {
	flow, err := l.flow.compilation(ctx)
	if err != nil {
		return 0, err
	}
	if l.of == nil {
		return 0, errors.New("flows: Pathwise: the loss, or what it is made of, is nil")
	}
	return flow.run.loss(ctx, z, paths{l.of})
}

// Model returns the flow's trained parameters.
func (l Pathwise) Model() []gorgonia.ValueGrad { return l.flow.trained() }

// Parts returns what the last Loss was made of.
func (l Pathwise) Parts() LossParts { return l.flow.lossParts() }

// paths is the objective of Pathwise.
type paths struct{ of PathLoss }

func (o paths) loss32(ctx context.Context, c *compiled[float32], batch *tensor.Dense) (float64, error) {
	return lossOfPaths(ctx, c, batch, o.of)
}

func (o paths) loss64(ctx context.Context, c *compiled[float64], batch *tensor.Dense) (float64, error) {
	return lossOfPaths(ctx, c, batch, o.of)
}

// lossOfPaths carries all rows to the data for their loss, and then, chunk by chunk, there and back for its gradient.
func lossOfPaths[T graph.Float](ctx context.Context, c *compiled[T], batch *tensor.Dense, of PathLoss) (float64, error) {
	for _, p := range c.base.params {
		if p.trained {
			return 0, fmt.Errorf("flows: Pathwise: the base has the trained parameter %q, which the paths do not see; "+
				"put an Affine{Learn: true} behind a fixed base", p.name)
		}
	}
	in, err := c.batch(ctx, batch, false)
	if err != nil {
		return 0, err
	}
	rows := in.x.rows
	in.penaltySeed = 1 / float64(rows)
	x, logq := c.output(rows, true), make([]float64, rows)
	err = c.forChunks(ctx, rows, func(w *worker[T], _, from, to int) error {
		w.load(in, from, to)
		return w.draw(ctx, in, x, logq)
	})
	if err != nil {
		return 0, err
	}
	var loss float64
	var gx *tensor.Dense
	var glogq []float64
	err = guard.Call("PathLoss", func() (err error) { loss, gx, glogq, err = of(ctx, x.matrix(), logq); return err })
	if err != nil {
		return 0, fmt.Errorf("flows: Pathwise: %w", err)
	}
	seeds, err := c.plan.cotangents(rows, gx, glogq)
	if err != nil {
		return 0, err
	}
	seeds.logDet = slices.Clone(glogq)
	for i, g := range glogq {
		seeds.logDet[i] = -g // log q falls as log |det ∂x/∂z| grows
	}
	err = c.tallied(ctx, in, false, func(w *worker[T], from, to int) error {
		return w.pullFrom(ctx, in, false, seeds)
	})
	if err != nil {
		return 0, err
	}
	return c.finish(loss, c.tally.sum(), rows, 1), nil
}
