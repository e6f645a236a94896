package flows_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
	"github.com/go-ffjord/ffjord/optim"
)

// manyCores reports how many times as fast a training step would be on more cores than the machine need have, from
// measured times: those of its chunks, each by itself, which idle workers take in their order, and of what a single
// goroutine does when all are there. It knows nothing of caches that cores share, nor of how long a goroutine takes to
// wake.
func manyCores(b *testing.B) {
	counts := []int{256, 512, 1024, 2048, 4096, 8192}
	if testing.Short() {
		counts = counts[:2]
	}
	for _, rows := range counts {
		b.Run(fmt.Sprintf("%d rows", rows), func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			grid := chunkRuns(b, seedFlow(tensor.Float32, eightSteps), rows)
			tolerance := chunkRuns(b, seedFlow(tensor.Float32, ode.Solver{}), rows)
			m := medians(b, append(grid, tolerance...)...)
			for _, cores := range []int{4, 8, 16} {
				b.ReportMetric(speedup(m[:len(grid)], cores), fmt.Sprintf("times-on-%d", cores))
				b.ReportMetric(speedup(m[len(grid):], cores), fmt.Sprintf("times-on-%d-by-tolerance", cores))
			}
		})
	}
}

// chunkRuns returns functions that do a chunk of a training step each, and at last one that does the rest of it.
func chunkRuns(b *testing.B, f *flows.Flow, rows int) []func() {
	x, nll, adam := toFloat32(draw(seeded(1), rows, 2, 1)), f.NLL(), &optim.Adam{LR: 1e-4}
	sums, notes, err := nll.Share(b.Context(), x, 0, 1)
	must(b, err)
	for _, more := range sums[1:] {
		floats.Add(sums[0], more)
	}
	var runs []func()
	for share, of := 0, graph.Chunks(rows); share < of; share++ {
		runs = append(runs, func() {
			_, _, err := nll.Share(b.Context(), x, share, of)
			must(b, err)
		})
	}
	return append(runs, func() {
		_, err := nll.Join(rows, sums[0], notes)
		must(b, err)
		must(b, adam.Step(nll.Model()))
	})
}

// speedup is by how many times more cores are faster, from the seconds of all chunks and of the rest.
func speedup(seconds []float64, cores int) float64 {
	last := len(seconds) - 1
	return floats.Sum(seconds) / (makespan(seconds[:last], cores) + seconds[last])
}

// makespan returns when the last of the works is done, of which each worker takes the next when it is idle.
func makespan(works []float64, workers int) float64 {
	busy := make([]float64, workers) // until when
	for _, w := range works {
		next := 0
		for i := range busy {
			if busy[i] < busy[next] {
				next = i
			}
		}
		busy[next] += w
	}
	return slices.Max(busy)
}

func TestMakespan(t *testing.T) {
	works := []float64{3, 1, 1, 1, 2}
	require.Equal(t, 8.0, makespan(works, 1))
	require.Equal(t, 5.0, makespan(works, 2)) // 3+2, 1+1+1
	require.Equal(t, 3.0, makespan(works, 3)) // 3, 1+1, 1+2
	require.Equal(t, 3.0, makespan(works, 16))
}

// No worker is idle while rows wait: as many chunks are in work at once as there are cores, and to the end. Every chunk
// waits until all have begun that can be in work beside it; were one never taken, none would end.
func TestNoWorkerIdleWhileRowsWait(t *testing.T) {
	for _, cores := range []int{4, 8, 16} {
		for _, rows := range []int{512, 1024, 4096, 10000} {
			before := runtime.GOMAXPROCS(cores)
			var mu sync.Mutex
			chunks := graph.Chunks(rows)
			begun := make([]int, (chunks+cores-1)/cores) // of each round of as many chunks as cores
			all := make([]chan struct{}, len(begun))
			for i := range all {
				all[i] = make(chan struct{})
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			err := graph.ForChunks(ctx, rows, func(_, chunk, _, _ int) error {
				round := chunk / cores
				mu.Lock()
				if begun[round]++; begun[round] == min(cores, chunks-round*cores) {
					close(all[round])
				}
				mu.Unlock()
				select {
				case <-all[round]:
					return nil
				case <-ctx.Done():
					return fmt.Errorf("chunk %d of %d waits for others that no worker takes", chunk, chunks)
				}
			})
			cancel()
			runtime.GOMAXPROCS(before)
			require.NoError(t, err, "%d rows on %d cores", rows, cores)
		}
	}
}
