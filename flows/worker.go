package flows

import (
	"context"
	"fmt"
	"math"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// worker carries one chunk of rows at a time through all blocks, there and back, in memory of its own. What it does
// for a row depends on that row alone.
type worker[T graph.Float] struct {
	*compiled[T]
	lanes   int
	from, n int // the rows of the chunk
	z       [][]T
	logDet  []float64
	traced  []*ode.Worker[T]
	plain   []*ode.Worker[T]
	logs    []ode.Log[T]
	logpOf  *graph.Machine[T]
	logpVJP *graph.Machine[T]
}

func newWorker[T graph.Float](c *compiled[T], lanes int) *worker[T] {
	w := &worker[T]{compiled: c, lanes: lanes, logDet: make([]float64, lanes)}
	w.traced = make([]*ode.Worker[T], len(c.blocks))
	w.plain = make([]*ode.Worker[T], len(c.blocks))
	w.logs = make([]ode.Log[T], len(c.blocks))
	all := make([]T, c.dim*lanes)
	for d := range c.dim {
		w.z = append(w.z, all[d*lanes:(d+1)*lanes])
	}
	return w
}

// load takes the rows from ... to of row-major data as the chunk.
func (w *worker[T]) load(data []T, from, to int) {
	w.from, w.n = from, to-from
	w.logDet = w.logDet[:w.n]
	clear(w.logDet)
	for d := range w.dim {
		for i := range w.n {
			w.z[d][i] = data[(from+i)*w.dim+d]
		}
	}
}

// store puts the chunk's rows into row-major data.
func (w *worker[T]) store(data []T) {
	for d := range w.dim {
		for i := range w.n {
			data[(w.from+i)*w.dim+d] = w.z[d][i]
		}
	}
}

// inverse carries z from the data to the base and adds up log |det|. With keep, gradient can go back.
func (w *worker[T]) inverse(ctx context.Context, noise [][]T, keep bool) error {
	for b := len(w.blocks) - 1; b >= 0; b-- {
		var log *ode.Log[T]
		if keep {
			log = &w.logs[b]
		}
		block := &w.blocks[b]
		if err := w.carry(ctx, b, true, block.T1, block.T0, noise, log); err != nil {
			return err
		}
	}
	return nil
}

// forward carries z from the base to the data; traced, it adds up log |det|.
func (w *worker[T]) forward(ctx context.Context, noise [][]T, traced bool) error {
	for b := range w.blocks {
		block := &w.blocks[b]
		if err := w.carry(ctx, b, traced, block.T0, block.T1, noise, nil); err != nil {
			return err
		}
	}
	return nil
}

// carry carries z through block b.
func (w *worker[T]) carry(ctx context.Context, b int, traced bool, from, to float64, noise [][]T, log *ode.Log[T]) error {
	s, err := w.solver(b, traced)
	if err != nil {
		return err
	}
	copyColumns(s.State(0), w.z, w.n)
	if traced {
		clear(s.State(1)[0][:w.n])
		w.setNoise(s, b, noise)
	}
	if err := s.Solve(ctx, w.n, from, to, log); err != nil {
		return fmt.Errorf("block %d: %w", b, err)
	}
	copyColumns(w.z, s.State(0), w.n)
	if traced {
		for i, l := range s.State(1)[0][:w.n] {
			w.logDet[i] += float64(l)
		}
	}
	return w.checkFinite(b, from, to)
}

// solver returns the worker's solver of block b, bound to the block's parameters.
func (w *worker[T]) solver(b int, traced bool) (*ode.Worker[T], error) {
	block := &w.blocks[b]
	all, it := w.plain, block.plain
	if traced {
		all, it = w.traced, block.traced
	}
	if all[b] == nil {
		s, err := it.NewWorker(w.lanes)
		if err != nil {
			return nil, err
		}
		all[b] = s
	}
	for _, p := range block.bound {
		if err := all[b].Bind(p.name, p.values); err != nil {
			return nil, err
		}
	}
	return all[b], nil
}

func (w *worker[T]) setNoise(s *ode.Worker[T], b int, noise [][]T) {
	noisy, ok := w.blocks[b].Trace.(Noisy)
	if !ok {
		return
	}
	names := noisy.Inputs()
	width := len(names) * w.dim
	for k, name := range names {
		for d, col := range s.Rows(name) {
			for i := range w.n {
				col[i] = noise[b][(w.from+i)*width+k*w.dim+d]
			}
		}
	}
}

// checkFinite reports the first row that block b has made NaN or infinite.
func (w *worker[T]) checkFinite(b int, from, to float64) error {
	for i := range w.n {
		norm := 0.0
		for d := range w.dim {
			norm += float64(w.z[d][i]) * float64(w.z[d][i])
		}
		if bad := norm + w.logDet[i]; math.IsNaN(bad) || math.IsInf(bad, 0) {
			return &NonFiniteError{Block: b, Row: w.from + i, From: from, To: to, Norm: math.Sqrt(norm), LogDet: w.logDet[i]}
		}
	}
	return nil
}

// logProb writes log p of the chunk's rows, whose z stands at the base.
func (w *worker[T]) logProb(dst []float64) error {
	if w.logpOf == nil {
		m, err := w.compiled.logp.NewMachine(w.lanes)
		if err != nil {
			return err
		}
		w.logpOf = m
	}
	if err := w.bindBase(w.logpOf); err != nil {
		return err
	}
	copyColumns(w.logpOf.In("z"), w.z, w.n)
	if err := w.logpOf.Run(w.n); err != nil {
		return err
	}
	for i, v := range w.logpOf.Out("logp")[0][:w.n] {
		dst[i] = float64(v) + w.logDet[i]
		if math.IsNaN(dst[i]) {
			return fmt.Errorf("row %d: the base's log-density is NaN", w.from+i)
		}
	}
	return nil
}

func (w *worker[T]) bindBase(m *graph.Machine[T]) error {
	for _, p := range w.bound {
		if err := m.Bind(p.name, p.values); err != nil {
			return err
		}
	}
	return nil
}

func fill[T graph.Float](dst []T, v T) {
	for i := range dst {
		dst[i] = v
	}
}

func copyColumns[T graph.Float](dst, src [][]T, n int) {
	for j := range dst {
		copy(dst[j][:n], src[j][:n])
	}
}
