package flows

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// worker carries one chunk of rows at a time through all blocks, there and back, in memory of its own. What it does
// for a row depends on that row alone. Rows whose solve fails leave the chunk.
type worker[T graph.Float] struct {
	*compiled[T]
	lanes   int
	from, n int   // the rows of the chunk
	alive   []int // the rows of the chunk that have not failed, in order; what follows is by place in this list
	z       [][]T
	logDet  []float64
	cost    []ode.Stats // by row of the chunk
	failed  []*RowError
	solvers map[*ode.Integrator[T]]*ode.Worker[T]
	logs    []ode.Log[T]
	logpOf  *graph.Machine[T]
	logpVJP *graph.Machine[T]
	trace   func(block int, e ode.StepEvent)

	condGrad []T // takes the gradient with respect to the conditions, row-major, where it is wanted
}

func newWorker[T graph.Float](c *compiled[T], lanes int) *worker[T] {
	w := &worker[T]{compiled: c, lanes: lanes, logDet: make([]float64, lanes), cost: make([]ode.Stats, lanes)}
	w.solvers = map[*ode.Integrator[T]]*ode.Worker[T]{}
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
	w.alive, w.failed = w.alive[:0], nil
	for i := range w.n {
		w.alive = append(w.alive, i)
	}
	clear(w.logDet[:w.n])
	clear(w.cost[:w.n])
	for d := range w.dim {
		for i := range w.n {
			w.z[d][i] = data[(from+i)*w.dim+d]
		}
	}
}

// store puts the chunk's rows into row-major data, NaN where a row has failed.
func (w *worker[T]) store(data []T) {
	if len(w.alive) < w.n {
		nan := data[w.from*w.dim : (w.from+w.n)*w.dim]
		for i := range nan {
			nan[i] = T(math.NaN())
		}
	}
	for d := range w.dim {
		for i, row := range w.alive {
			data[(w.from+row)*w.dim+d] = w.z[d][i]
		}
	}
}

// spread puts numbers of the rows that are alive into dst, by row of the chunk, NaN where a row has failed.
func (w *worker[T]) spread(dst, values []float64) {
	for i := range dst {
		dst[i] = math.NaN()
	}
	for i, row := range w.alive {
		dst[row] = values[i]
	}
}

// inverse carries z from the data to the base and adds up log |det|. With keep, gradient can go back.
func (w *worker[T]) inverse(ctx context.Context, in *inputs[T], keep bool) error {
	for b := len(w.blocks) - 1; b >= 0; b-- {
		block := &w.blocks[b]
		it, log := block.integrator(in.training), (*ode.Log[T])(nil)
		if keep {
			log = &w.logs[b]
		}
		if err := w.carry(ctx, b, it, block.T1, block.T0, in, log); err != nil {
			return err
		}
	}
	return nil
}

// forward carries z from the base to the data; traced, it adds up log |det|.
func (w *worker[T]) forward(ctx context.Context, in *inputs[T], traced bool) error {
	for b := range w.blocks {
		block := &w.blocks[b]
		it := block.plain
		if traced {
			it = block.traced
		}
		if err := w.carry(ctx, b, it, block.T0, block.T1, in, nil); err != nil {
			return err
		}
	}
	return nil
}

// carry carries z through block b.
func (w *worker[T]) carry(
	ctx context.Context, b int, it *ode.Integrator[T], from, to float64, in *inputs[T], log *ode.Log[T],
) error {
	n := len(w.alive)
	if n == 0 {
		return nil
	}
	s, err := w.solver(b, it)
	if err != nil {
		return err
	}
	copyColumns(s.State(0), w.z, n)
	traced := it != w.blocks[b].plain
	if traced {
		clear(s.State(1)[0][:n])
		w.setNoise(s, b, in)
	}
	w.setCondition(s, in)
	w.listen(s, b)
	err = s.Solve(ctx, n, from, to, log)
	var failed *ode.SolveError
	if err != nil && !errors.As(err, &failed) {
		return fmt.Errorf("block %d: %w", b, err)
	}
	for i, row := range w.alive {
		w.cost[row] = w.cost[row].Add(s.Stats()[i])
	}
	copyColumns(w.z, s.State(0), n)
	if traced {
		for i, l := range s.State(1)[0][:n] {
			w.logDet[i] += float64(l)
		}
	}
	if failed != nil {
		w.bury(b, failed)
	}
	return nil
}

// listen passes the solver's events on to the worker's trace.
func (w *worker[T]) listen(s *ode.Worker[T], b int) {
	if w.trace == nil {
		s.Trace(nil)
		return
	}
	s.Trace(func(e ode.StepEvent) {
		e.Row = w.from + w.alive[e.Row]
		w.trace(b, e)
	})
}

// bury takes the rows that failed in block b out of the chunk.
func (w *worker[T]) bury(b int, failed *ode.SolveError) {
	dead := map[int]bool{}
	for _, e := range failed.Rows {
		dead[e.Row] = true
		of := *e
		of.Row = w.from + w.alive[e.Row]
		w.failed = append(w.failed, &RowError{b, &of})
	}
	kept := 0
	for i, row := range w.alive {
		if dead[i] {
			continue
		}
		w.alive[kept], w.logDet[kept] = row, w.logDet[i]
		for d := range w.z {
			w.z[d][kept] = w.z[d][i]
		}
		kept++
	}
	w.alive = w.alive[:kept]
}

// solver returns the worker's solver for an integrator of block b, bound to the block's parameters.
func (w *worker[T]) solver(b int, it *ode.Integrator[T]) (*ode.Worker[T], error) {
	s := w.solvers[it]
	if s == nil {
		var err error
		if s, err = it.NewWorker(w.lanes); err != nil {
			return nil, err
		}
		w.solvers[it] = s
	}
	for _, p := range w.blocks[b].bound {
		if err := s.Bind(p.name, p.values); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (w *worker[T]) setNoise(s *ode.Worker[T], b int, in *inputs[T]) {
	noisy, ok := w.blocks[b].trace(in.training).(Noisy)
	if !ok {
		return
	}
	names := noisy.Inputs()
	width := len(names) * w.dim
	for k, name := range names {
		for d, col := range s.Rows(name) {
			for i, row := range w.alive {
				col[i] = in.noise[b][(w.from+row)*width+k*w.dim+d]
			}
		}
	}
}

// logProb writes log p of the chunk's rows, whose z stands at the base.
func (w *worker[T]) logProb(dst []float64) error {
	if err := w.baseLogProb(dst); err != nil {
		return err
	}
	for i := range w.alive {
		w.logDet[i] += dst[i]
	}
	w.spread(dst, w.logDet[:len(w.alive)])
	return nil
}

// baseLogProb writes the base's log-density at z, by place in alive.
func (w *worker[T]) baseLogProb(dst []float64) error {
	n := len(w.alive)
	if n == 0 {
		return nil
	}
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
	copyColumns(w.logpOf.In("z"), w.z, n)
	if err := w.logpOf.Run(n); err != nil {
		return err
	}
	for i, v := range w.logpOf.Out("logp")[0][:n] {
		dst[i] = float64(v)
		if math.IsNaN(dst[i]) {
			return fmt.Errorf("row %d: the base's log-density is NaN", w.from+w.alive[i])
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
