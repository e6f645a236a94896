package graph_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
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
	err := graph.ForChunks(context.Background(), 3, func(int, int, int, int) error { panic("a bug") })
	require.ErrorContains(t, err, "graph: panic while running: a bug")
	assert.ErrorContains(t, err, "chunks_test.go", "the place of the panic")
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
	for rows, want := range map[int]int{0: 1, 1: 1, 128: 1, 129: 2, 513: 2, 5000: 3} {
		assert.Equal(t, want, graph.Workers(rows), "%d rows", rows)
	}
}
