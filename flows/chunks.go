package flows

import (
	"context"
	"fmt"

	"github.com/go-ffjord/ffjord/graph"
)

// forChunks calls work with a worker that holds no other chunk meanwhile.
func (c *compiled[T]) forChunks(ctx context.Context, rows int, work func(w *worker[T], chunk, from, to int) error) error {
	workers := make([]*worker[T], graph.Workers(rows))
	defer c.release(workers)
	err := graph.ForChunks(ctx, rows, func(i, chunk, from, to int) error {
		if workers[i] == nil {
			workers[i] = c.acquire(graph.ChunkRows(rows))
		}
		return work(workers[i], chunk, from, to)
	})
	if err != nil {
		return fmt.Errorf("flows: %w", err)
	}
	return nil
}

func (c *compiled[T]) acquire(lanes int) *worker[T] {
	c.mu.Lock()
	defer c.mu.Unlock()
	if free := c.free[lanes]; len(free) > 0 {
		c.free[lanes] = free[:len(free)-1]
		return free[len(free)-1]
	}
	return newWorker(c, lanes)
}

func (c *compiled[T]) release(workers []*worker[T]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range workers {
		if w != nil {
			c.free[w.lanes] = append(c.free[w.lanes], w)
		}
	}
}
