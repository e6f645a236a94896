package optim_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// What is taken up again with the same bits one by one is so together: every optimizer with and without an estimated trace, a
// stream of a file, an average and a batch norm, each stopped in the middle of an epoch of its own.
func TestResumedInEveryCombination(t *testing.T) {
	if testing.Short() {
		t.Skip("resumes 80 runs, which takes too long for -short")
	}
	folder := t.TempDir()
	file := filepath.Join(folder, "rows.csv")
	text := "x,y\n"
	for row := range slices.Chunk(jobRows.Float64s(), 2) {
		text += fmt.Sprintf("%v,%v\n", row[0], row[1])
	}
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	for k, optimizer := range slices.Sorted(maps.Keys(optimizers())) {
		for with := range 16 {
			estimated, streamed, averaged, normed := with&1 > 0, with&2 > 0, with&4 > 0, with&8 > 0
			name := fmt.Sprintf("%s/estimated=%t,streamed=%t,averaged=%t,normed=%t", optimizer, estimated, streamed, averaged, normed)
			t.Run(name, func(t *testing.T) {
				run := func(path string, stops ...int) []any {
					var j *job
					for _, stop := range append(stops, -1) {
						j = newJob(filepath.Join(folder, fmt.Sprint(k, with, path)))
						j.fit.Optimizer, j.fit.Epochs = optimizers()[optimizer], 3
						block := flows.FFJORD{Field: nn.MLP{Hidden: []int{5}}, Solver: ode.Solver{Steps: 2}}
						if estimated {
							j.fit.Noise = map[string]*rand.PCG{"trace": j.noise}
							block.Trace = flows.Hutchinson{Rand: rand.New(j.noise)}
						}
						j.flow.Blocks = block
						if normed {
							j.flow.Blocks = flows.Chain{block, flows.MovingBatchNorm{}}
						}
						if averaged {
							j.fit.AverageDecay = 0.9
						}
						if streamed {
							var err error
							j.source, err = data.NewStream(data.CSV{}.Open(file), data.StreamOptions{Batch: 16, Seed: 5})
							require.NoError(t, err)
						}
						require.NoError(t, j.run(stop, stop%2 == 0))
					}
					return j.left(t)
				}
				assert.True(t, assert.ObjectsAreEqual(run("whole"), run("parts", 9+with%6)))
			})
		}
	}
}
