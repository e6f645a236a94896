package flows

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// tally is what the chunks of a loss have found, in memory that one loss takes over from the last.
type tally[T graph.Float] struct {
	logp   []float64       // by row
	chunks []chunkTally[T] // by chunk, the first of all
	all    []chunkTally[T]
	cost   ode.Stats   // of all rows
	nll    float64     // the mean of -log p
	means  [][]float64 // of the penalties, by block
}

// chunkTally is what one chunk has found.
type chunkTally[T graph.Float] struct {
	sums    []T         // the gradients of all parameters, summed over its rows
	cost    ode.Stats   // of its rows
	penalty [][]float64 // by block: summed over its rows
	moments []moments   // by block: of the rows that it was given
}

func (t *tally[T]) reset(c *compiled[T], rows int) {
	t.logp = slices.Grow(t.logp[:0], rows)[:rows]
	chunks := c.chunks(rows)
	for len(t.all) < chunks {
		one := chunkTally[T]{sums: make([]T, c.count), moments: make([]moments, len(c.parts))}
		for _, p := range c.parts {
			one.penalty = append(one.penalty, make([]float64, len(p.penalties())))
		}
		t.all = append(t.all, one)
	}
	t.chunks = t.all[:chunks]
	t.cost, t.nll, t.means = ode.Stats{}, 0, nil
}

// take keeps what a worker has found in its chunk.
func (t *chunkTally[T]) take(w *worker[T], base bool) {
	w.sums(t.sums, base)
	t.cost = ode.Stats{}
	for _, s := range w.cost[:w.n] {
		t.cost = t.cost.Add(s)
	}
	for b, c := range w.carriers {
		copy(t.penalty[b], w.penalty[b])
		if m, ok := c.(*byMap[T]); ok {
			t.moments[b] = m.seen
		}
	}
}

// loss returns -mean log p and the penalties, and leaves its gradient in the parameters.
func (c *compiled[T]) loss(ctx context.Context, x *tensor.Dense) (float64, error) {
	x, cond, err := c.split(x)
	if err != nil {
		return 0, err
	}
	data, rows, err := rowsOf[T](x, c.dim)
	if err != nil {
		return 0, err
	}
	in, err := c.inputs(rows, cond, withPenalties)
	if err != nil {
		return 0, err
	}
	t := &c.tally
	t.reset(c, rows)
	err = c.forChunks(ctx, rows, func(w *worker[T], chunk, from, to int) error {
		w.load(data, from, to)
		if err := w.gradient(ctx, in, -1, t.logp[from:to]); err != nil {
			return err
		}
		t.chunks[chunk].take(w, true)
		return nil
	})
	if err != nil {
		return 0, err
	}
	for row, v := range t.logp {
		if math.IsInf(v, -1) {
			return 0, fmt.Errorf("flows: row %d lies where the flow's density is zero, and -log p is infinite", row)
		}
		t.nll -= v
	}
	t.nll /= float64(rows)
	loss := t.nll + c.finish(rows, rows)
	if math.IsInf(loss, 0) || math.IsNaN(loss) || !c.finiteGradients() {
		return loss, nil // which training refuses; nothing is to follow it
	}
	return loss, c.follow()
}

// finish adds up the chunks in their order: the gradients, divided by over, the cost, and the means of the penalties
// over rows, whose weighted sum it returns.
func (c *compiled[T]) finish(rows, over int) float64 {
	t := &c.tally
	for _, chunk := range t.chunks {
		t.cost = t.cost.Add(chunk.cost)
	}
	from := 0
	for _, dst := range c.grads {
		for i := range dst {
			var s float64
			for _, chunk := range t.chunks {
				s += float64(chunk.sums[from+i])
			}
			dst[i] = T(s / float64(over))
		}
		from += len(dst)
	}
	var total float64
	for b, part := range c.parts {
		means := make([]float64, len(part.penalties()))
		for k, p := range part.penalties() {
			for _, chunk := range t.chunks {
				means[k] += chunk.penalty[b][k] / float64(rows)
			}
			total += p.Weight * means[k]
		}
		t.means = append(t.means, means)
	}
	return total
}

// finiteGradients tells whether all gradients are numbers.
func (c *compiled[T]) finiteGradients() bool {
	for _, grad := range c.grads {
		if finite(grad, 1, "") != nil {
			return false
		}
	}
	return true
}

// follow lets blocks whose state follows the data see the rows that they were given.
func (c *compiled[T]) follow() error {
	for b, part := range c.parts {
		p, ok := part.(*mapped[T])
		if !ok {
			continue
		}
		var all moments
		for _, chunk := range c.tally.chunks {
			all.merge(chunk.moments[b])
		}
		if err := p.follow(all); err != nil {
			return fmt.Errorf("flows: block %d: %w", b, err)
		}
	}
	return nil
}

func (c *compiled[T]) lossParts() LossParts {
	parts := LossParts{NLL: c.tally.nll, Cost: c.tally.cost}
	for b, means := range c.tally.means {
		for k, mean := range means {
			parts.Penalties = append(parts.Penalties, PenaltyMean{b, c.parts[b].penalties()[k], mean})
		}
	}
	return parts
}
