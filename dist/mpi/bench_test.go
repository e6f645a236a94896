package mpi_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/dist/mpi"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/optim"
)

// sizeVariable tells a rank how many rows a step has, and how many steps there are.
const sizeVariable = "FFJORD_MPI_TEST_SIZE"

// BenchmarkStep trains by two ranks of one core and by one process with two workers, in turn, on the same batches of a
// net of three hidden layers of 64, steps by tolerance. It reports the least time of a step of each, since others of a
// shared machine can only add to it, and how the two compare.
func BenchmarkStep(b *testing.B) {
	for _, size := range []struct{ rows, steps int }{{8192, 12}, {256, 150}} {
		if testing.Short() {
			size.steps = 3
		}
		b.Run(fmt.Sprintf("rows=%d", size.rows), func(b *testing.B) {
			var workers, ranks []float64
			for b.Loop() {
				took, err := stepTime(b.Context(), nil, size.rows, size.steps)
				require.NoError(b, err)
				workers = append(workers, took)
				j := job{ranks: 2, name: "step", env: []string{"GOMAXPROCS=1", fmt.Sprintf("%s=%d %d", sizeVariable, size.rows, size.steps)}}
				ranks = append(ranks, numbers(b, j)[0])
			}
			b.ReportMetric(slices.Min(workers), "ms-two-workers")
			b.ReportMetric(slices.Min(ranks), "ms-two-ranks")
			b.ReportMetric(slices.Min(ranks)/slices.Min(workers), "times-two-workers")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// step is a rank of BenchmarkStep.
func step(w *mpi.World) (string, error) {
	var rows, steps int
	if _, err := fmt.Sscan(os.Getenv(sizeVariable), &rows, &steps); err != nil {
		return "", err
	}
	took, err := stepTime(context.Background(), w, rows, steps)
	return fmt.Sprint(took), err
}

// stepTime returns the least time of a step, in milliseconds; the first compiles and does not count.
func stepTime(ctx context.Context, r optim.Reducer, rows, steps int) (float64, error) {
	flow := &flows.Flow{
		Dim: 2, Params: nn.NewParams(rand.New(rand.NewPCG(1, 0))), Blocks: flows.FFJORD{Field: nn.MLP{Hidden: []int{64, 64, 64}}},
	}
	var took []float64
	began := time.Now()
	t := optim.Trainer{Batch: rows, Seed: 1, Reducer: r, Observe: func(e optim.Event) error {
		if e.Kind == optim.StepDone {
			took = append(took, 1e3*time.Since(began).Seconds())
			began = time.Now()
		}
		return nil
	}}
	err := t.Run(ctx, flow.NLL(), toy.Draw(toy.Moons{Noise: 0.1}, rows*(steps+1), rand.New(rand.NewPCG(2, 0))))
	if err != nil {
		return 0, err
	}
	return slices.Min(took[1:]), nil
}

// BenchmarkExchange tells what two ranks take to exchange a byte, to gather the sums of a batch of 8192 rows (16 chunks
// of 10 000 numbers), and to add up one vector of each in the engine's order.
func BenchmarkExchange(b *testing.B) {
	var took [3][]float64
	for b.Loop() {
		for i, us := range numbers(b, job{ranks: 2, name: "time", env: []string{"GOMAXPROCS=1"}}) {
			took[i] = append(took[i], us)
		}
	}
	for i, unit := range []string{"µs-byte", "µs-gather", "µs-sum"} {
		b.ReportMetric(slices.Min(took[i]), unit)
	}
	b.ReportMetric(0, "ns/op")
}

// exchangeTimes is a rank of BenchmarkExchange. It says medians.
func exchangeTimes(w *mpi.World) (string, error) {
	const params, chunks, times = 10000, 16, 100
	ctx := context.Background()
	gather := func(bytes int) func() error {
		mine := make([]byte, bytes)
		return func() error { _, err := w.Gather(ctx, mine); return err }
	}
	vector := make([]float64, params)
	said := make([]string, 3)
	for i, exchange := range []func() error{
		gather(1),
		gather(8 * params * chunks / 2),
		func() error { return mpi.EngineOrder{World: w}.Sum(ctx, vector) },
	} {
		var took []float64
		for range times {
			began := time.Now()
			if err := exchange(); err != nil {
				return "", err
			}
			took = append(took, 1e6*time.Since(began).Seconds())
		}
		said[i] = fmt.Sprint(median(took))
	}
	return strings.Join(said, " "), nil
}

// numbers runs a job and returns those that rank 0 says.
func numbers(b *testing.B, j job) (all []float64) {
	said, err := j.run(b)
	require.NoError(b, err, "%q", said)
	for word := range strings.FieldsSeq(said[0]) {
		n, err := strconv.ParseFloat(word, 64)
		require.NoError(b, err)
		all = append(all, n)
	}
	return all
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return x[len(x)/2]
}
