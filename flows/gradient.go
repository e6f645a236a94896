package flows

import (
	"context"

	"github.com/go-ffjord/ffjord/graph"
)

// gradient writes log p of the chunk's rows to their logp, replaces z by the gradient of seed·log p with respect to the
// data, and leaves the gradients of the parameters, summed over the chunk, for sums. Where a row fails it stops there.
func (w *worker[T]) gradient(ctx context.Context, in *inputs[T], seed T) error {
	failed := len(w.failed)
	if err := w.carry(ctx, in, true, true); err != nil || len(w.failed) > failed {
		return err
	}
	if err := w.base.logProb(); err != nil || len(w.failed) > failed {
		return err
	}
	for i := range w.alive {
		w.logp[i] += w.logDet[i]
	}
	if err := w.base.gradient(seed); err != nil {
		return err
	}
	fill(w.seed[:len(w.alive)], seed)
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
