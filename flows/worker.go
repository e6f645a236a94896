package flows

import (
	"context"
	"fmt"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// worker carries one chunk of rows at a time through all blocks, there and back, in memory of its own. What it does
// for a row depends on that row alone. Rows whose solve fails leave the chunk.
type worker[T graph.Float] struct {
	plan     *plan
	dim      int // of the data
	cond     int // width of the condition, 0 for none
	lanes    int
	from, n  int         // the rows of the chunk
	alive    []int       // the rows of the chunk that have not failed, in order; what follows is by place in this list
	z        [][]T       // or its cotangent, on the way back
	wide     [][]float64 // z on the data's side of the door, nil without a door
	given    [][]T       // the conditions, by row of the chunk, where each row has its own
	logp     []float64   // the base's log-density, where it was asked for
	logDet   []float64
	variance []float64   // of logDet, where each probe's estimate is integrated
	seed     []T         // the cotangent of logDet
	cost     []ode.Stats // by row of the chunk
	penalty  [][]float64 // by block and penalty: summed over the chunk
	failed   []*RowError
	carriers []carrier[T]
	base     baseCarrier[T]
	listener func(block int, e ode.StepEvent)
	call     int               // counts those that the worker has had a part in
	bound    map[binder[T]]int // the call whose parameters' numbers it has

	condGrad []T // takes the gradient with respect to the conditions, row-major, where it is wanted
}

func newWorker[T graph.Float](c *compiled[T], lanes int) *worker[T] {
	p := c.plan
	w := &worker[T]{
		plan: p, dim: p.dim, cond: p.cond, lanes: lanes, z: newColumns[T](p.dim, lanes), seed: make([]T, lanes),
		bound: map[binder[T]]int{}, call: 1,
		logp: make([]float64, lanes), logDet: make([]float64, lanes), variance: make([]float64, lanes), cost: make([]ode.Stats, lanes),
	}
	if p.hasDoor() {
		w.wide = newColumns[float64](p.dim, lanes)
	}
	if p.cond > 0 {
		w.given = newColumns[T](p.cond, lanes)
	}
	w.base = baseCarrier[T]{base: &c.base, w: w}
	for b, block := range c.blocks {
		w.carriers = append(w.carriers, block.carrier(w, b))
		w.penalty = append(w.penalty, make([]float64, len(p.blocks[b].penalties())))
	}
	return w
}

// binder is what runs on numbers that stay the same during a call: a machine or a solver.
type binder[T graph.Float] interface {
	Bind(name string, values []T) error
	Rebind()
}

// bind gives to the numbers of params, which are always the same for it, at the first chunk of a call alone.
func (w *worker[T]) bind(to binder[T], params []bound[T]) error {
	before := w.bound[to]
	switch {
	case before == w.call:
		return nil
	case before > 0:
		to.Rebind()
	default:
		for _, p := range params {
			if err := to.Bind(p.name, p.values); err != nil {
				return err
			}
		}
	}
	w.bound[to] = w.call
	return nil
}

// newColumns returns columns of one piece of memory.
func newColumns[T graph.Float](cols, rows int) [][]T {
	all, out := make([]T, cols*rows), make([][]T, cols)
	for d := range out {
		out[d] = all[d*rows : (d+1)*rows]
	}
	return out
}

// load takes the rows from ... to of a call as the chunk, but for those whose numbers are not finite.
func (w *worker[T]) load(in *inputs[T], from, to int) {
	w.failed = nil
	w.reload(in, from, to)
	w.check(in.x, w.z)
	if in.cond.rows > 0 && in.all == nil {
		w.check(in.cond, w.given)
	}
}

// reload takes the rows from ... to of a call as the chunk, but for those that have failed.
func (w *worker[T]) reload(in *inputs[T], from, to int) {
	w.from, w.n = from, to-from
	w.alive = w.alive[:0]
	for i := range w.n {
		w.alive = append(w.alive, i)
	}
	clear(w.logp[:w.n])
	clear(w.logDet[:w.n])
	clear(w.variance[:w.n])
	for _, sums := range w.penalty {
		clear(sums)
	}
	clear(w.cost[:w.n])
	readColumns(w.z, in.x, from, to)
	readColumns(w.wide, in.x, from, to)
	if in.cond.rows > 0 && in.all == nil {
		readConditions(w.given, w.plan.given, in.cond, from, to)
	}
	if len(w.failed) > 0 {
		dead := map[int]bool{}
		for _, e := range w.failed {
			dead[e.Row-from] = true
		}
		w.leave(dead)
	}
}

// check makes the rows leave whose numbers, read from t into columns, are not finite.
func (w *worker[T]) check(t table, cols [][]T) {
	dead := map[int]bool{}
	for i, row := range w.alive {
		for d, col := range cols {
			if at := w.from + row; !isFinite(col[row]) {
				w.failOutside(at, t.fault, t.what, d, t.at(at, d))
				dead[i] = true
				break
			}
		}
	}
	w.leave(dead)
}

// checkColumns makes the rows leave whose values, by place in alive, are not finite.
func (w *worker[T]) checkColumns(cols [][]T, reason error, what string) {
	dead := map[int]bool{}
	for i, row := range w.alive {
		for d, col := range cols {
			if !isFinite(col[i]) {
				w.failOutside(w.from+row, reason, what, d, float64(col[i]))
				dead[i] = true
				break
			}
		}
	}
	w.leave(dead)
}

// failOutside notes that a row of the call has failed outside of the blocks.
func (w *worker[T]) failOutside(row int, reason error, of string, col int, value float64) {
	at := &ode.RowError{Row: row, Reason: reason}
	w.failed = append(w.failed, &RowError{Block: -1, Of: of, RowError: at, Column: col, Value: value})
}

// survive calls work, which needs all rows of the chunk to come through, again without those that have failed until
// nothing fails. What a row gets does not depend on the others.
func (w *worker[T]) survive(in *inputs[T], from, to int, work func() error) error {
	w.load(in, from, to)
	for len(w.alive) > 0 {
		before := len(w.failed)
		if err := work(); err != nil || len(w.failed) == before {
			return err
		}
		w.reload(in, from, to)
	}
	return nil
}

// spread puts numbers of the rows that are alive into dst, by row of the chunk, NaN where a row has failed.
func (w *worker[T]) spread(dst, values []float64) {
	toNaN(dst)
	for i, row := range w.alive {
		dst[row] = values[i]
	}
}

// carry carries z through all blocks, from the base to the data or, inverse, from the data to the base, and adds up log
// |det| and what else is wanted beside it. With keep, pull can go back.
func (w *worker[T]) carry(ctx context.Context, in *inputs[T], inverse, keep bool) error {
	for i := range w.carriers {
		b := i
		if inverse {
			b = len(w.carriers) - 1 - i
		}
		if len(w.alive) == 0 {
			return nil
		}
		if err := w.carriers[b].carry(ctx, in, inverse, keep); err != nil {
			return fmt.Errorf("block %d: %w", b, err)
		}
	}
	return nil
}

// pull goes the way of carry back: it replaces the cotangent of where z has come to by that of where it came from.
func (w *worker[T]) pull(ctx context.Context, in *inputs[T], inverse bool) error {
	failed := len(w.failed)
	for i := range w.carriers {
		b := i
		if !inverse {
			b = len(w.carriers) - 1 - i
		}
		if err := w.carriers[b].back(ctx, in, inverse); err != nil {
			return fmt.Errorf("block %d: %w", b, err)
		}
		if len(w.failed) > failed { // the adjoint equation has no solution for a row
			return nil
		}
	}
	return nil
}

// bury takes the rows that failed in block b out of the chunk.
func (w *worker[T]) bury(b int, failed *ode.SolveError) {
	dead := map[int]bool{}
	for _, e := range failed.Rows {
		dead[e.Row] = true
		of := *e
		of.Row = w.from + w.alive[e.Row]
		w.failed = append(w.failed, &RowError{Block: b, Of: w.plan.blocks[b].kind(), RowError: &of})
	}
	w.leave(dead)
}

// leave takes rows, by place in alive, out of the chunk.
func (w *worker[T]) leave(dead map[int]bool) {
	if len(dead) == 0 {
		return
	}
	kept := 0
	for i, row := range w.alive {
		if dead[i] {
			continue
		}
		w.alive[kept], w.logp[kept], w.logDet[kept], w.variance[kept] = row, w.logp[i], w.logDet[i], w.variance[i]
		for d := range w.z {
			w.z[d][kept] = w.z[d][i]
		}
		for d := range w.wide {
			w.wide[d][kept] = w.wide[d][i]
		}
		kept++
	}
	w.alive = w.alive[:kept]
}

// logProb writes log p of the chunk's rows, whose z stands at the base.
func (w *worker[T]) logProb(dst []float64) error {
	if err := w.base.logProb(); err != nil {
		return err
	}
	for i := range w.alive {
		w.logp[i] += w.logDet[i]
	}
	w.spread(dst, w.logp)
	return nil
}

func fill[T graph.Float](dst []T, v T) {
	for i := range dst {
		dst[i] = v
	}
}

func clearColumns[T graph.Float](cols [][]T, n int) {
	for _, col := range cols {
		clear(col[:n])
	}
}

// convertColumns copies n rows of columns to those of another type.
func convertColumns[T, S graph.Float](dst [][]T, src [][]S, n int) {
	for j, col := range dst {
		for i, v := range src[j][:n] {
			col[i] = T(v)
		}
	}
}

func copyColumns[T graph.Float](dst, src [][]T, n int) {
	for j := range dst {
		copy(dst[j][:n], src[j][:n])
	}
}
