package flows

import (
	"context"
	"fmt"
)

// gradient writes log p of the chunk's rows to logp, replaces z by the gradient of seed·log p with respect to the data,
// and leaves the gradients of the parameters, summed over the chunk, for sums. Where a row fails it stops there, and
// forChunks reports the row.
func (w *worker[T]) gradient(ctx context.Context, in *inputs[T], seed T, logp []float64) error {
	if err := w.inverse(ctx, in, true); err != nil {
		return err
	}
	if len(w.failed) > 0 {
		return nil
	}
	if err := w.logProb(logp); err != nil {
		return err
	}
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
	for b := range w.blocks {
		if err := w.back(ctx, b, in, seed); err != nil {
			return fmt.Errorf("block %d: %w", b, err)
		}
	}
	return nil
}

// back carries the cotangent of z from the base's side of block b to the data's.
func (w *worker[T]) back(ctx context.Context, b int, in *inputs[T], seed T) error {
	s := w.solvers[w.blocks[b].integrator(in.training)]
	s.ResetGrads()
	gz, err := s.Cotangent(0)
	if err != nil {
		return err
	}
	gl, err := s.Cotangent(1)
	if err != nil {
		return err
	}
	copyColumns(gz, w.z, w.n)
	fill(gl[0][:w.n], seed)
	if err := s.Back(ctx, &w.logs[b]); err != nil {
		return err
	}
	for i := range w.n {
		w.cost[i].Backward += s.Stats()[i].Backward
	}
	w.addCondGrad(s)
	copyColumns(w.z, gz, w.n)
	return nil
}

// sums writes the gradients of all parameters, summed over the chunk, one after the other: zero for one that log p does
// not depend on, and for all where a row has failed before there was a gradient.
func (w *worker[T]) sums(dst []T) {
	clear(dst)
	if len(w.failed) > 0 {
		return
	}
	for _, block := range w.blocks {
		for _, p := range block.bound {
			copy(dst[p.offset:], w.solvers[block.train].Grad(p.name))
		}
	}
	for _, p := range w.bound {
		if _, ok := w.compiled.logpVJP.OutputKind(p.name); ok {
			copy(dst[p.offset:], w.logpVJP.Sum(p.name))
		}
	}
}
