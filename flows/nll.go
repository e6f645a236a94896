package flows

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// NLL is the mean negative log-likelihood of a flow, -mean log p(x), plus the penalties of its blocks, with its
// gradient with respect to the flow's trained parameters: what training minimises. It has the methods of an
// optim.Objective. The gradient is that of the discrete solution, by going back through the solver's steps.
//
// One call of Loss at a time; while it runs and until the gradients are read, no other use of the parameters.
type NLL struct{ flow *Flow }

// NLL returns the flow's mean negative log-likelihood.
func (f *Flow) NLL() NLL { return NLL{f} }

// Loss returns -mean log p(x) over the rows of x (rows, dim) in nats, plus Weight times the mean of every penalty, and
// leaves its gradient in the flow's parameters. Where the flow has a condition, it is -mean log p(x|c) and the rows are
// x and c side by side (rows, dim + Cond). Blocks whose state follows the data see them once the loss and its gradient
// are there and finite: for a loss of rows to validate with, take the mean of LogProb. Where the solve fails for any
// row, it leaves gradients and state as they are and returns a [*SolveError] with all such rows.
func (l NLL) Loss(ctx context.Context, x *tensor.Dense) (float64, error) {
	flow, err := l.flow.compilation(ctx)
	if err != nil {
		return 0, err
	}
	return flow.run.loss(ctx, x, likelihood{})
}

// Model returns the flow's trained parameters; none where the flow can't be compiled, and Loss then says why.
func (l NLL) Model() []gorgonia.ValueGrad { return l.flow.trained() }

// LossParts is what a loss is made of.
type LossParts struct {
	Objective float64       // without penalties: -mean log p in nats, or what a Pathwise makes of its draws
	Penalties []PenaltyMean // in order of blocks; none where no block has any
	Cost      ode.Stats     // there and back, added up over the rows
}

// PenaltyMean is the mean of a penalty over the rows of a loss, without its weight.
type PenaltyMean struct {
	Block int // counted from the base
	Penalty
	Mean float64
}

// Parts returns what the last Loss was made of.
func (l NLL) Parts() LossParts { return l.flow.lossParts() }

// Cost returns what the last Loss has cost, there and back, added up over its rows.
func (l NLL) Cost() ode.Stats { return l.Parts().Cost }

// lossParts returns what the last loss was made of, nothing where the flow can't be compiled.
func (f *Flow) lossParts() LossParts {
	c, err := f.compilation(context.Background())
	if err != nil {
		return LossParts{}
	}
	return c.plan.parts
}

// trained returns the parameters that training moves, none where the flow can't be compiled.
func (f *Flow) trained() []gorgonia.ValueGrad {
	c, err := f.compilation(context.Background())
	if err != nil {
		return nil
	}
	return c.plan.model()
}

// likelihood is the objective of NLL.
type likelihood struct{}

func (likelihood) loss32(ctx context.Context, c *compiled[float32], batch *tensor.Dense) (float64, error) {
	return lossOfData(ctx, c, batch)
}

func (likelihood) loss64(ctx context.Context, c *compiled[float64], batch *tensor.Dense) (float64, error) {
	return lossOfData(ctx, c, batch)
}

// lossOfData returns -mean log p and the penalties, and leaves its gradient in the parameters.
func lossOfData[T graph.Float](ctx context.Context, c *compiled[T], batch *tensor.Dense) (float64, error) {
	in, err := c.batch(ctx, batch, true)
	if err != nil {
		return 0, err
	}
	if err := c.tallyData(ctx, in, 0, c.chunks(in.x.rows)); err != nil {
		return 0, err
	}
	return c.likelihood(c.tally.sum())
}

// tallyData goes there and back with the chunks first ... end-1 of data.
func (c *compiled[T]) tallyData(ctx context.Context, in *inputs[T], first, end int) error {
	return c.talliedBetween(ctx, in, true, first, end, func(w *worker[T], from, to int) error {
		if err := w.gradient(ctx, in, -1); err != nil {
			return err
		}
		copy(c.tally.logp[from:to], w.logp)
		return nil
	})
}

// likelihood returns the loss of data whose chunks have all been tallied, with the sum of their gradients.
func (c *compiled[T]) likelihood(gradient []float64) (float64, error) {
	rows := len(c.tally.logp)
	var nll float64
	for row, v := range c.tally.logp {
		if math.IsInf(v, -1) {
			return 0, fmt.Errorf("flows: row %d lies where the flow's density is zero, and -log p is infinite", row)
		}
		nll -= v
	}
	loss := c.finish(nll/float64(rows), gradient, rows, rows)
	if math.IsInf(loss, 0) || math.IsNaN(loss) || !c.finiteGradients() {
		return loss, nil // which training refuses: skip state updates
	}
	return loss, c.follow()
}

// finiteGradients reports whether all gradients are finite.
func (c *compiled[T]) finiteGradients() bool {
	return !slices.ContainsFunc(c.grads, func(grad []T) bool { return !finite(grad) })
}

// follow lets blocks whose state follows the data see the rows that they were given.
func (c *compiled[T]) follow() error {
	for b := range c.blocks {
		var all moments
		for _, chunk := range c.tally.chunks {
			all.merge(chunk.moments[b])
		}
		if err := c.plan.follow(b, all); err != nil {
			return err
		}
	}
	return nil
}
