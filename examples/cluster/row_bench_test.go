package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/optim"
)

// BenchmarkRow measures what the flags -row and -score stand for, a row's loss with its gradient and a row's
// log-density, in batches of a chunk, by the flow that flows.Defaults has for ten columns, after it has learnt rows
// that are bent: GOMAXPROCS=1 makes it one core.
func BenchmarkRow(b *testing.B) {
	const rows, columns, batch = 8192, 10, 512
	rng := rand.New(rand.NewPCG(1, 0))
	x := data.Rows(columns, bent(rows, columns, rng)...)
	flow, err := flows.Defaults(x, rng)
	require.NoError(b, err)
	var training, scoring []float64
	for b.Loop() {
		began := time.Now()
		t := optim.Trainer{Batch: batch, Epochs: 3, Seed: 1, Observe: func(e optim.Event) error {
			if e.Kind == optim.StepDone && e.Epoch == 3 {
				training = append(training, time.Since(began).Seconds())
			}
			began = time.Now()
			return nil
		}}
		require.NoError(b, t.Run(b.Context(), flow.NLL(), x))
		began = time.Now()
		_, err := flow.LogProb(b.Context(), x)
		require.NoError(b, err)
		scoring = append(scoring, time.Since(began).Seconds())
	}
	b.ReportMetric(1e6*slices.Min(training)/batch, "µs/row")
	b.ReportMetric(1e6*slices.Min(scoring)/rows, "µs/score")
	b.ReportMetric(float64(parameters(flow)), "params")
	b.ReportMetric(0, "ns/op")
}

// bent returns rows whose columns follow from the one before, with noise.
func bent(rows, columns int, rng *rand.Rand) []float64 {
	var x []float64
	for range rows {
		v := rng.NormFloat64()
		for range columns {
			x = append(x, v)
			v = math.Sin(2*v) + 0.3*rng.NormFloat64()
		}
	}
	return x
}

func parameters(f *flows.Flow) (n int) {
	for p := range f.Params.All() {
		n += len(p.Numbers())
	}
	return n
}
