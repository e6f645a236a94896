package graph

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// ChunkRows returns the number of rows that are carried together in a call of the given row count. It depends on the
// row count alone, never on the machine: sums over rows are added chunk by chunk, so that the size of a chunk is part
// of a result's last digits.
func ChunkRows(rows int) int {
	switch {
	case rows <= 16:
		return 16 // a machine of this size keeps columns of 16 close together
	case rows <= 256:
		return 128
	}
	return 512
}

// ForChunks cuts rows into chunks of ChunkRows and calls work for each, on up to GOMAXPROCS goroutines; a call of one
// chunk runs on the caller's. No two calls of the same worker overlap, and workers count from 0. The error is that of
// the first failing chunk; a panic in work becomes an error, and ctx is checked before every chunk.
func ForChunks(ctx context.Context, rows int, work func(worker, chunk, from, to int) error) error {
	size := ChunkRows(rows)
	chunks := (rows + size - 1) / size
	errs := make([]error, chunks)
	var next atomic.Int64
	var failed atomic.Bool
	carry := func(worker int) {
		for !failed.Load() {
			c := int(next.Add(1)) - 1
			if c >= chunks {
				return
			}
			if errs[c] = ctx.Err(); errs[c] == nil {
				errs[c] = protect(func() error { return work(worker, c, c*size, min(rows, (c+1)*size)) })
			}
			if errs[c] != nil {
				failed.Store(true)
			}
		}
	}
	workers := Workers(rows)
	var wg sync.WaitGroup
	for w := 1; w < workers; w++ {
		wg.Go(func() { carry(w) })
	}
	carry(0)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Workers returns the number of workers that ForChunks uses at most for so many rows.
func Workers(rows int) int {
	size := ChunkRows(rows)
	return max(1, min(runtime.GOMAXPROCS(0), (rows+size-1)/size))
}

// protect turns a panic of f into an error.
func protect(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("graph: panic while running: %v\n%s", r, debug.Stack())
		}
	}()
	return f()
}
