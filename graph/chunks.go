package graph

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/go-ffjord/ffjord/internal/guard"
	"github.com/go-ffjord/ffjord/internal/kernel"
)

// ChunkRows returns the number of rows that are carried together in a call of the given row count: a small chunk lets
// more cores take part, and costs more on each of them, since a call of a kernel takes as long as some 20 rows in it.
// Up to 1024 rows are an even number of chunks, as near as whole vectors allow, so that two cores have as much to do.
// It depends on the row count alone, never on the machine: sums over rows are added chunk by chunk, so that the size of
// a chunk is part of a result's last digits.
func ChunkRows(rows int) int {
	switch {
	case rows == 1:
		return 1 // a machine of one row has its columns as lanes
	case rows <= 16:
		return 16 // a machine of this size keeps columns of 16 close together
	case rows <= 128:
		return 128
	case rows <= 1024:
		pairs := (rows + 255) / 256
		return kernel.Pad((rows + 2*pairs - 1) / (2 * pairs)) // 4 cores have a part in 384 rows, 8 in 1024
	case rows <= 4096:
		return 256
	}
	return 512
}

// ForChunks cuts rows into chunks of ChunkRows and calls work for each, on up to GOMAXPROCS goroutines; a call of one
// chunk runs on the caller's. No two calls of the same worker overlap, and workers count from 0. The error is that of
// the first failing chunk; ctx is checked before every chunk. A panic in work becomes a [*PanicError], and so does
// runtime.Goexit on another goroutine than the caller's; on the caller's it goes on, after all work has ended.
func ForChunks(ctx context.Context, rows int, work func(worker, chunk, from, to int) error) error {
	return ForChunksBetween(ctx, rows, 0, Chunks(rows), work)
}

// ForChunksBetween is ForChunks for the chunks first ... end-1 of all rows alone: for a machine's share of a call that
// several machines make together.
func ForChunksBetween(
	ctx context.Context, rows, first, end int, work func(worker, chunk, from, to int) error,
) error {
	const callback = "the work on a chunk of rows"
	size := ChunkRows(rows)
	chunks := end - first
	if chunks <= 0 {
		return nil
	}
	errs := make([]error, chunks)
	var next atomic.Int64
	var failed atomic.Bool
	carry := func(worker int) {
		c, exited := 0, true
		defer func() {
			if exited {
				errs[c] = guard.Recovered(callback, guard.ErrExit)
				failed.Store(true)
			}
		}()
		for !failed.Load() {
			if c = int(next.Add(1)) - 1; c >= chunks {
				break
			}
			if errs[c] = ctx.Err(); errs[c] == nil {
				errs[c] = guard.Call(callback, func() error {
					chunk := first + c
					return work(worker, chunk, chunk*size, min(rows, (chunk+1)*size))
				})
			}
			if errs[c] != nil {
				failed.Store(true)
			}
		}
		exited = false
	}
	workers := max(1, min(runtime.GOMAXPROCS(0), chunks))
	var wg sync.WaitGroup
	for w := 1; w < workers; w++ {
		wg.Go(func() { carry(w) })
	}
	defer wg.Wait() // where work ends this goroutine
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
	return max(1, min(runtime.GOMAXPROCS(0), Chunks(rows)))
}

// Chunks returns the number of chunks of ChunkRows that so many rows are cut into.
func Chunks(rows int) int {
	size := ChunkRows(rows)
	return (rows + size - 1) / size
}
