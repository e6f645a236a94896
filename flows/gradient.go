package flows

import (
	"context"

	"github.com/go-ffjord/ffjord/graph"
)

// gradient writes log p of the chunk's rows to logp, replaces z by the gradient of seed·log p with respect to the data,
// and leaves the gradients of the parameters, summed over the chunk, for sums. Where a row fails it stops there, and
// forChunks reports the row.
func (w *worker[T]) gradient(ctx context.Context, in *inputs[T], seed T, logp []float64) error {
	if err := w.carry(ctx, in, true, true); err != nil {
		return err
	}
	if len(w.failed) > 0 {
		return nil
	}
	if err := w.logProb(logp); err != nil {
		return err
	}
	if err := w.base.gradient(seed); err != nil {
		return err
	}
	fill(w.seed[:w.n], seed)
	return w.pull(ctx, in, true)
}

// sums writes the gradients of all parameters, summed over the chunk, one after the other: zero for one that nothing
// depends on, and for all where a row has failed before there was a gradient.
func (w *worker[T]) sums(dst []T, base bool) {
	clear(dst)
	if len(w.failed) > 0 {
		return
	}
	for _, c := range w.carriers {
		c.sums(dst)
	}
	if base {
		w.base.sums(dst)
	}
}

// addSums puts the sums over rows of a machine into a vector of all parameters.
func addSums[T graph.Float](dst []T, params []bound[T], m *graph.Machine[T]) {
	for _, p := range params {
		if p.trained && m.Has(p.name) {
			copy(dst[p.offset:], m.Sum(p.name))
		}
	}
}
