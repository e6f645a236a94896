package optim_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/optim"
)

// echo is the first of so many ranks, of which all others say the same in no time.
type echo int

func (e echo) Rank() (rank, ranks int) { return 0, int(e) }

func (e echo) Gather(_ context.Context, mine []byte) ([][]byte, error) {
	return slices.Repeat([][]byte{mine}, int(e)), nil
}

// ready is an objective whose chunks cost nothing: so many, each of so many numbers.
type ready struct {
	centre
	chunks, numbers int
}

func (o ready) Share(_ context.Context, batch *tensor.Dense, _, of int) (sums, notes [][]float64, err error) {
	for range o.chunks / of {
		sums = append(sums, make([]float64, o.numbers))
		notes = append(notes, make([]float64, batch.Shape()[0]/o.chunks)) // a log-density for each row
	}
	return sums, notes, nil
}

func (o ready) Join(int, []float64, [][]float64) (float64, error) { return 0, nil }

// BenchmarkRank tells what a rank does beside its share of the work: for each row of the batch (dealing, checksums, notes)
// and for each number of all chunks (reading, adding). They are two of those that examples/cluster reckons with.
func BenchmarkRank(b *testing.B) {
	for _, job := range []struct {
		per                            string
		rows, columns, chunks, numbers int
		count                          int // what there are of it in a step
	}{
		{per: "row", rows: 1 << 16, columns: 10, chunks: 16, numbers: 1, count: 1 << 16},
		{per: "number", rows: 16, columns: 2, chunks: 16, numbers: 10000, count: 16 * 10000},
	} {
		b.Run(job.per, func(b *testing.B) {
			x := data.Rows(job.columns, make([]float64, job.rows*job.columns)...)
			var took []float64
			for b.Loop() {
				began := time.Now()
				t := optim.Trainer{Epochs: 9, Batch: job.rows, Seed: 1, Reducer: echo(job.chunks), Observe: func(e optim.Event) error {
					if e.Kind == optim.StepDone {
						took = append(took, float64(time.Since(began).Nanoseconds()))
						began = time.Now()
					}
					return nil
				}}
				require.NoError(b, t.Run(b.Context(), ready{newCentre(0, 0), job.chunks, job.numbers}, x))
			}
			b.ReportMetric(median(took)/float64(job.count), "ns/"+job.per)
			b.ReportMetric(0, "ns/op")
		})
	}
}
