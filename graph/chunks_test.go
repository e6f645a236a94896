package graph_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/graph"
)

func TestForChunksCoversEveryRowOnce(t *testing.T) {
	for _, rows := range []int{0, 1, 127, 128, 129, 256, 257, 512, 5000} {
		var mu sync.Mutex
		seen := make([]int, rows)
		busy := make([]bool, graph.Workers(rows))
		err := graph.ForChunks(context.Background(), rows, func(worker, chunk, from, to int) error {
			mu.Lock()
			assert.False(t, busy[worker], "worker %d carries two chunks at once", worker)
			busy[worker] = true
			mu.Unlock()
			assert.Equal(t, chunk*graph.ChunkRows(rows), from)
			assert.LessOrEqual(t, to-from, graph.ChunkRows(rows))
			mu.Lock()
			defer mu.Unlock()
			for i := from; i < to; i++ {
				seen[i]++
			}
			busy[worker] = false
			return nil
		})
		require.NoError(t, err)
		for i, n := range seen {
			require.Equal(t, 1, n, "row %d of %d", i, rows)
		}
	}
}

func TestForChunksFirstError(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	third, last := errors.New("third"), errors.New("last")
	for range 50 {
		err := graph.ForChunks(context.Background(), 512*8, func(_, chunk, _, _ int) error {
			switch chunk {
			case 2:
				runtime.Gosched()
				return third
			case 3, 4, 5, 6, 7:
				return last
			}
			return nil
		})
		require.Equal(t, third, err)
	}
}

func TestForChunksPanic(t *testing.T) {
	for _, rows := range []int{3, 512 * 8} {
		err := graph.ForChunks(context.Background(), rows, func(int, int, int, int) error { panic("a bug") })
		var panicked *graph.PanicError
		require.ErrorAs(t, err, &panicked)
		assert.Equal(t, "a bug", panicked.Value)
		assert.Contains(t, fmt.Sprintf("%+v", err), "chunks_test.go", "the place of the panic")
	}
}

// A goroutine that ends in the work is an error and not a chunk that was never done; on the caller's goroutine it goes
// on, after the others have ended.
func TestForChunksGoexit(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	var working, exits atomic.Int64
	for range 50 {
		ended := make(chan error, 1)
		go func() {
			err := errors.New("the caller's goroutine ended")
			defer func() { ended <- err }()
			err = graph.ForChunks(context.Background(), 512*8, func(worker, chunk, _, _ int) error {
				working.Add(1)
				defer working.Add(-1)
				runtime.Gosched()
				if chunk == 2 {
					exits.Add(1)
					runtime.Goexit()
				}
				return nil
			})
		}()
		require.Error(t, <-ended)
		assert.Zero(t, working.Load(), "work goes on behind the caller's back")
	}
	assert.EqualValues(t, 50, exits.Load())
}

func TestForChunksCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	calls := 0
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	err := graph.ForChunks(ctx, 512*8, func(_, chunk, _, _ int) error {
		calls++
		if chunk == 1 {
			cancel()
		}
		return nil
	})
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, 2, calls)
}

func TestWorkers(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
	for rows, want := range map[int]int{0: 1, 1: 1, 128: 1, 129: 2, 257: 3, 5000: 3} {
		assert.Equal(t, want, graph.Workers(rows), "%d rows", rows)
	}
}

// So many cores can have a part in a call; the chunks of many rows are no smaller than they must be for that.
func TestChunkRowsFeedCores(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(16))
	for rows, want := range map[int]int{16: 1, 100: 1, 256: 2, 384: 4, 512: 4, 1000: 8, 1024: 8, 2048: 8, 4096: 16, 8192: 16} {
		assert.Equal(t, want, graph.Workers(rows), "%d rows", rows)
	}
	assert.Equal(t, 512, graph.ChunkRows(1<<20))
	for rows := 160; rows <= 1024; rows++ {
		chunk := graph.ChunkRows(rows)
		chunks := (rows + chunk - 1) / chunk
		assert.LessOrEqual(t, float64((chunks+1)/2*chunk), 0.625*float64(rows), "%d rows for two cores", rows)
	}
}

// The chunks of some shares are those of the whole call, each once.
func TestForChunksBetween(t *testing.T) {
	const rows = 1000
	var whole, shares [][3]int
	var mu sync.Mutex
	into := func(all *[][3]int) func(_, chunk, from, to int) error {
		return func(_, chunk, from, to int) error {
			mu.Lock()
			defer mu.Unlock()
			*all = append(*all, [3]int{chunk, from, to})
			return nil
		}
	}
	require.NoError(t, graph.ForChunks(context.Background(), rows, into(&whole)))
	assert.Equal(t, 8, graph.Chunks(rows))
	for _, end := range []int{0, 3, 3, 8} {
		require.NoError(t, graph.ForChunksBetween(context.Background(), rows, len(shares), end, into(&shares)))
	}
	assert.ElementsMatch(t, whole, shares)
}
