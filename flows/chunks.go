package flows

import (
	"context"
	"fmt"
	"runtime"

	"github.com/go-ffjord/ffjord/graph"
)

// forChunks calls work with a worker that holds no other chunk meanwhile, and returns a [*SolveError] where rows have
// failed in any chunk. Where a block takes shared steps, all rows are one chunk.
func (c *compiled[T]) forChunks(ctx context.Context, rows int, work func(w *worker[T], chunk, from, to int) error) error {
	return c.forChunksBetween(ctx, rows, 0, c.chunks(rows), work)
}

// forChunksBetween is forChunks for the chunks first ... end-1 alone.
func (c *compiled[T]) forChunksBetween(
	ctx context.Context, rows, first, end int, work func(w *worker[T], chunk, from, to int) error,
) error {
	if first >= end {
		return nil
	}
	if c.plan.shared() {
		w := newWorker(c, rows) // not kept: each row count would keep one of its size
		if err := work(w, 0, 0, rows); err != nil {
			return fmt.Errorf("flows: %w", err)
		}
		return failures([][]*RowError{w.failed}, true)
	}
	workers := make([]*worker[T], graph.Workers(rows))
	defer c.release(workers)
	failed := make([][]*RowError, end-first)
	err := graph.ForChunksBetween(ctx, rows, first, end, func(i, chunk, from, to int) error {
		if workers[i] == nil {
			workers[i] = c.acquire(graph.ChunkRows(rows))
		}
		err := work(workers[i], chunk, from, to)
		failed[chunk-first] = workers[i].failed
		return err
	})
	if err != nil {
		return fmt.Errorf("flows: %w", err)
	}
	return failures(failed, false)
}

// chunks returns how many chunks a call of so many rows has.
func (c *compiled[T]) chunks(rows int) int {
	if c.plan.shared() {
		return 1
	}
	return graph.Chunks(rows)
}

// chunkOf returns the rows of a chunk of a call of so many.
func (c *compiled[T]) chunkOf(rows, chunk int) (from, to int) {
	if c.plan.shared() {
		return 0, rows
	}
	size := graph.ChunkRows(rows)
	return chunk * size, min(rows, (chunk+1)*size)
}

// failures joins the failures of all chunks, nil where there are none: in order of rows, but for shared steps.
func failures(chunks [][]*RowError, shared bool) error {
	var all []*RowError
	for _, rows := range chunks {
		all = append(all, rows...)
	}
	if all == nil {
		return nil
	}
	e := &SolveError{Rows: all}
	if !shared {
		e.sort()
	}
	return e
}

func (c *compiled[T]) acquire(lanes int) *worker[T] {
	c.mu.Lock()
	defer c.mu.Unlock()
	if free := c.free[lanes]; len(free) > 0 {
		w := free[len(free)-1]
		c.free[lanes] = free[:len(free)-1]
		w.call++
		return w
	}
	return newWorker(c, lanes)
}

// release keeps as many workers of a size as can be busy at once, and leaves those of a burst of calls to be collected.
func (c *compiled[T]) release(workers []*worker[T]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range workers {
		if w != nil && len(c.free[w.lanes]) < runtime.GOMAXPROCS(0) {
			for _, through := range w.carriers {
				through.rest()
			}
			c.free[w.lanes] = append(c.free[w.lanes], w)
		}
	}
}
