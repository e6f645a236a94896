package flows

import (
	"context"
	"slices"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// tally is what the chunks of a loss have found, in memory that one loss takes over from the last.
type tally[T graph.Float] struct {
	logp   []float64   // by row
	sums   [][]T       // by chunk: the gradients of all parameters, summed over its rows
	chunks []ode.Stats // by chunk: the cost of its rows
	cost   ode.Stats   // of all rows
}

func (t *tally[T]) reset(rows, chunks, params int) {
	t.logp = slices.Grow(t.logp[:0], rows)[:rows]
	t.chunks = slices.Grow(t.chunks[:0], chunks)[:chunks]
	clear(t.chunks)
	for len(t.sums) < chunks {
		t.sums = append(t.sums, make([]T, params))
	}
	t.cost = ode.Stats{}
}

// loss returns -mean log p and leaves its gradient in the parameters.
func (c *compiled[T]) loss(ctx context.Context, x *tensor.Dense) (float64, error) {
	x, cond, err := c.split(x)
	if err != nil {
		return 0, err
	}
	data, rows, err := rowsOf[T](x, c.dim)
	if err != nil {
		return 0, err
	}
	in, err := c.inputs(rows, cond, true)
	if err != nil {
		return 0, err
	}
	t, chunks := &c.tally, c.chunks(rows)
	t.reset(rows, chunks, c.count)
	err = c.forChunks(ctx, rows, func(w *worker[T], chunk, from, to int) error {
		w.load(data, from, to)
		if err := w.gradient(ctx, in, -1, t.logp[from:to]); err != nil {
			return err
		}
		w.sums(t.sums[chunk])
		for _, s := range w.cost[:w.n] {
			t.chunks[chunk] = t.chunks[chunk].Add(s)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, s := range t.chunks {
		t.cost = t.cost.Add(s)
	}
	c.setGradients(t.sums[:chunks], rows)
	var total float64
	for _, v := range t.logp {
		total -= v
	}
	return total / float64(rows), nil
}

// setGradients makes the parameters' gradients the mean over all rows: sums are added in the order of chunks.
func (c *compiled[T]) setGradients(sums [][]T, rows int) {
	for _, p := range c.params {
		grad, _ := p.Grad()
		dst, from := grad.Data().([]T), c.offset[p.Name()]
		for i := range dst {
			var s float64
			for _, part := range sums {
				s += float64(part[from+i])
			}
			dst[i] = T(s / float64(rows))
		}
	}
}

func (c *compiled[T]) cost() ode.Stats { return c.tally.cost }
