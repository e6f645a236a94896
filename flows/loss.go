package flows

import (
	"context"

	"gorgonia.org/tensor"
)

// objective is a loss of a batch of rows. It leaves its gradient in the parameters, by what every compiled flow has for
// losses: batch takes its rows, tallied goes there and back with them, and finish adds up. An objective is written
// once, as a function of *compiled[T]; its two methods name that function for the two element types.
type objective interface {
	loss32(ctx context.Context, c *compiled[float32], batch *tensor.Dense) (float64, error)
	loss64(ctx context.Context, c *compiled[float64], batch *tensor.Dense) (float64, error)
}

func (c *compiled[T]) loss(ctx context.Context, batch *tensor.Dense, o objective) (float64, error) {
	c.plan.parts = LossParts{}
	if c, ok := any(c).(*compiled[float32]); ok {
		return o.loss32(ctx, c, batch)
	}
	return o.loss64(ctx, any(c).(*compiled[float64]), batch)
}

// batch takes the rows of a loss, with their conditions behind the first columns where the flow has any, and draws the
// noise of training. inverse says that they are data, on their way to the base.
func (c *compiled[T]) batch(ctx context.Context, x *tensor.Dense, inverse bool) (*inputs[T], error) {
	n := need{with: withPenalties, inverse: inverse, back: true}
	dim, width := c.plan.dim, c.plan.cond
	if width == 0 {
		return c.inputs(ctx, x, nil, n)
	}
	all, err := tableOf(x, dim+width, "data with their conditions")
	if err != nil {
		return nil, err
	}
	return c.inputsOf(ctx, all.columns(0, dim, "data"), all.columns(dim, width, "conditions"), n)
}

// tallied runs work, which goes there and back with a worker's chunk, on all chunks, and keeps what they have found for
// finish; base says whether there is a gradient of the base's parameters. Work stops at a chunk with a row that fails.
func (c *compiled[T]) tallied(
	ctx context.Context, in *inputs[T], base bool, work func(w *worker[T], from, to int) error,
) error {
	return c.talliedBetween(ctx, in, base, 0, c.chunks(in.x.rows), work)
}

// talliedBetween is tallied for the chunks first ... end-1 alone.
func (c *compiled[T]) talliedBetween(
	ctx context.Context, in *inputs[T], base bool, first, end int, work func(w *worker[T], from, to int) error,
) error {
	t := &c.tally
	sums := c.plan.count * c.plan.numberBytes()
	if err := c.plan.afford("the gradients of a loss's chunks", c.chunks(in.x.rows), sums); err != nil {
		return err
	}
	t.reset(c, in.x.rows)
	return c.forChunksBetween(ctx, in.x.rows, first, end, func(w *worker[T], chunk, from, to int) error {
		w.load(in, from, to)
		if len(w.failed) > 0 {
			return nil
		}
		if err := work(w, from, to); err != nil {
			return err
		}
		t.chunks[chunk].take(w, base)
		return nil
	})
}

// finish divides the sum of the chunks' gradients by over, and adds up the cost of the chunks and the means of the
// penalties over rows, in their order, which with the loss of the rows are the loss's parts. It returns the whole loss.
func (c *compiled[T]) finish(loss float64, gradient []float64, rows, over int) float64 {
	t := &c.tally
	parts := LossParts{Objective: loss}
	for _, chunk := range t.chunks {
		parts.Cost = parts.Cost.Add(chunk.cost)
	}
	for _, dst := range c.grads {
		for i, s := range gradient[:len(dst)] {
			dst[i] = T(s / float64(over))
		}
		gradient = gradient[len(dst):]
	}
	var total float64
	for b, block := range c.plan.blocks {
		for k, p := range block.penalties() {
			mean := PenaltyMean{Block: b, Penalty: p}
			for _, chunk := range t.chunks {
				mean.Mean += chunk.penalty[b][k] / float64(rows)
			}
			total += p.Weight * mean.Mean
			parts.Penalties = append(parts.Penalties, mean)
		}
	}
	c.plan.parts = parts
	return loss + total
}
