package flows

import (
	"context"
	"errors"
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// PathLoss is a loss of draws x (rows, dim) from a flow, of the element type of its Params, with log q of each under the
// flow. It returns the loss and its gradients with respect to x (rows, dim) and to log q; a nil gradient is zero.
type PathLoss func(ctx context.Context, x *tensor.Dense, logq []float64) (loss float64, gx *tensor.Dense, glogq []float64, err error)

// Pathwise is a loss of a flow's draws, with its gradient with respect to the flow's trained parameters along the paths
// from the base to the draws (the reparameterised gradient of Kingma & Welling 2014). It has the methods of an
// optim.Objective, whose batches are rows of the base: draw them with SampleBase.
type Pathwise struct {
	flow *Flow
	of   PathLoss
}

// Pathwise returns a loss of the flow's draws plus the penalties of its blocks. The base must have no trained parameters,
// which the paths would not see: put an Affine{Learn: true} behind a fixed base instead.
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
		target, err := logp(ctx, x)
		if err != nil {
			return 0, nil, nil, fmt.Errorf("log p: %w", err)
		}
		if len(target) != len(logq) {
			return 0, nil, nil, fmt.Errorf("log p of %d rows has %d numbers", len(logq), len(target))
		}
		gx, err := score(ctx, x)
		if err != nil {
			return 0, nil, nil, fmt.Errorf("the score: %w", err)
		}
		n := float64(len(logq))
		if gx, err = scaled(gx, -1/n); err != nil {
			return 0, nil, nil, fmt.Errorf("the score: %w", err)
		}
		if !gx.Shape().Eq(x.Shape()) {
			return 0, nil, nil, fmt.Errorf("the score of rows %v has shape %v", x.Shape(), gx.Shape())
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

// scaled returns c·x.
func scaled(x *tensor.Dense, c float64) (*tensor.Dense, error) {
	if x == nil {
		return nil, errors.New("it is nil")
	}
	y := x.Clone().(*tensor.Dense)
	switch values := y.Data().(type) {
	case []float32:
		for i := range values {
			values[i] *= float32(c)
		}
	case []float64:
		for i := range values {
			values[i] *= c
		}
	default:
		return nil, fmt.Errorf("it is of type %v: want float32 or float64", x.Dtype())
	}
	return y, nil
}

// Loss returns the loss of the draws that the base's rows z (rows, dim) become, and leaves its gradient in the flow's
// parameters. Where the flow has a condition, the rows are z and c side by side (rows, dim + Cond).
func (l Pathwise) Loss(ctx context.Context, z *tensor.Dense) (float64, error) {
	if err := l.flow.Compile(); err != nil {
		return 0, err
	}
	if l.of == nil {
		return 0, errors.New("flows: Pathwise: the loss, or what it is made of, is nil")
	}
	return l.flow.engine.pathLoss(ctx, z, l.of)
}

// Model returns the flow's trained parameters.
func (l Pathwise) Model() []gorgonia.ValueGrad { return l.flow.trained() }

// Parts returns what the last Loss was made of, its NLL the loss of the draws.
func (l Pathwise) Parts() LossParts { return l.flow.NLL().Parts() }

// pathLoss carries all rows to the data for their loss, and then, chunk by chunk, there and back for its gradient.
func (c *compiled[T]) pathLoss(ctx context.Context, z *tensor.Dense, of PathLoss) (float64, error) {
	for _, p := range c.bound {
		if p.trained {
			return 0, fmt.Errorf("flows: Pathwise: the base has the trained parameter %q, which the paths do not see; put an Affine{Learn: true} behind a fixed base", p.name)
		}
	}
	z, cond, err := c.split(z)
	if err != nil {
		return 0, err
	}
	data, rows, err := rowsOf[T](z, c.dim)
	if err != nil {
		return 0, err
	}
	in, err := c.inputs(rows, cond, withPenalties)
	if err != nil {
		return 0, err
	}
	in.penaltySeed = 1 / float64(rows)
	x, logq := make([]T, len(data)), make([]float64, rows)
	err = c.forChunks(ctx, rows, func(w *worker[T], _, from, to int) error {
		w.load(data, from, to)
		return w.draw(ctx, in, x, logq)
	})
	if err != nil {
		return 0, err
	}
	loss, gx, glogq, err := of(ctx, c.matrix(x), logq)
	if err != nil {
		return 0, fmt.Errorf("flows: Pathwise: %w", err)
	}
	seeds, err := c.cotangents(rows, gx, glogq)
	if err != nil {
		return 0, err
	}
	for i, g := range seeds.logDet {
		seeds.logDet[i] = -g // log q falls as log |det ∂x/∂z| grows
	}
	t := &c.tally
	t.reset(c, rows)
	err = c.forChunks(ctx, rows, func(w *worker[T], chunk, from, to int) error {
		w.load(data, from, to)
		if err := w.pullFrom(ctx, in, false, seeds); err != nil {
			return err
		}
		t.chunks[chunk].take(w, false)
		return nil
	})
	if err != nil {
		return 0, err
	}
	t.nll = loss
	return loss + c.finish(rows, 1), nil
}
