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
	if err := w.baseGradient(seed); err != nil {
		return err
	}
	fill(w.seed[:w.n], seed)
	return w.pull(ctx, in, true)
}

// baseGradient replaces z by the gradient of seed times the base's log-density.
func (w *worker[T]) baseGradient(seed T) error {
	if w.logpVJP == nil {
		m, err := w.compiled.logpVJP.NewMachine(w.lanes)
		if err != nil {
			return err
		}
		w.logpVJP = m
	}
	if err := w.bindBase(w.logpVJP); err != nil {
		return err
	}
	copyColumns(w.logpVJP.In("z"), w.z, w.n)
	fill(w.logpVJP.In("seed")[0][:w.n], seed)
	w.logpVJP.Reset()
	if err := w.logpVJP.Run(w.n); err != nil {
		return err
	}
	copyColumns(w.z, w.logpVJP.Out("gz"), w.n)
	return nil
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
		addSums(dst, w.bound, w.logpVJP)
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
