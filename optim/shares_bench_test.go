package optim_test

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/internal/ranks"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/optim"
)

// BenchmarkShares trains the demo's flow for an epoch, plainly and with one of what runs beside training, in turn, and
// reports medians: the time with an average of the parameters, and with a Reducer of one rank, as multiples of the plain
// time, what a checkpoint costs and so the share of one a minute, and the share of validating on a tenth of the rows.
func BenchmarkShares(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 0))
	parts, err := data.Holdout{NoTest: true}.Split(toy.Draw(toy.Moons{Noise: 0.06}, 8192, rng), rng)
	require.NoError(b, err)
	block := flows.FFJORD{Field: nn.MLP{Hidden: []int{8, 8}, Time: nn.Tile}}
	flow := &flows.Flow{Dim: 2, Blocks: flows.Chain{block, block, block, block}, Params: nn.NewParams(rng)}
	const checkpoints = 11 // the first, the last, and one after every third of 29 steps
	folder := b.TempDir()
	var last optim.Event
	runs := []func(t *optim.Trainer, i int){
		func(*optim.Trainer, int) {},
		func(t *optim.Trainer, _ int) { t.AverageDecay = 0.999 },
		func(t *optim.Trainer, i int) {
			t.Checkpoint = &optim.Checkpoint{Path: filepath.Join(folder, strconv.Itoa(i)), Steps: 3}
		},
		func(t *optim.Trainer, _ int) { t.Validation = &optim.Validation{Loss: flow.HeldOut(parts.Validation)} },
		func(t *optim.Trainer, _ int) { t.Reducer = ranks.New(1)[0] },
	}
	var took [5][]float64
	var validating []float64
	for i := 0; b.Loop(); i++ {
		for k, with := range runs {
			t := optim.Trainer{Optimizer: &optim.Adam{LR: 1e-4}, Seed: 1}
			t.Observe = func(e optim.Event) error { last = e; return nil }
			with(&t, i)
			began := time.Now()
			require.NoError(b, t.Run(b.Context(), flow.NLL(), parts.Train))
			took[k] = append(took[k], time.Since(began).Seconds())
			if t.Validation != nil {
				validating = append(validating, last.Validating.Seconds()/last.Elapsed.Seconds())
			}
		}
	}
	plain := median(took[0])
	one := (median(took[2]) - plain) / checkpoints
	b.ReportMetric(median(took[1])/plain, "average/plain")
	b.ReportMetric(median(took[4])/plain, "one-rank/plain")
	b.ReportMetric(1000*one, "ms/checkpoint")
	b.ReportMetric(100*one/60, "%checkpoints")
	b.ReportMetric(100*median(validating), "%validation")
	b.ReportMetric(0, "ns/op")
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return x[len(x)/2]
}
