package flows

import (
	"slices"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// tally is what the chunks of a loss have found, in memory that one loss takes over from the last.
type tally[T graph.Float] struct {
	logp     []float64       // by row
	chunks   []chunkTally[T] // by chunk, the first of all
	all      []chunkTally[T]
	gradient []float64 // of all parameters, summed over the chunks
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
		one := chunkTally[T]{sums: make([]T, c.plan.count), moments: make([]moments, len(c.blocks))}
		for _, p := range c.plan.blocks {
			one.penalty = append(one.penalty, make([]float64, len(p.penalties())))
		}
		t.all = append(t.all, one)
	}
	t.chunks = t.all[:chunks]
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
		t.moments[b] = c.seen()
	}
}

// sum adds up the gradients of the chunks, in their order, some elements at a time, which stay in the first-level
// cache.
func (t *tally[T]) sum() []float64 {
	t.gradient = slices.Grow(t.gradient[:0], len(t.chunks[0].sums))[:len(t.chunks[0].sums)]
	clear(t.gradient)
	for from := 0; from < len(t.gradient); from += 512 {
		some := t.gradient[from:min(from+512, len(t.gradient))]
		for _, chunk := range t.chunks {
			for i, v := range chunk.sums[from:][:len(some)] {
				some[i] += float64(v)
			}
		}
	}
	return t.gradient
}
