package optim_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/internal/ranks"
	"github.com/go-ffjord/ffjord/optim"
)

// together runs work as so many ranks and returns how each of them ended.
func together(n int, work func(rank int, r optim.Reducer) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for rank, r := range ranks.New(n) {
		wg.Go(func() { errs[rank] = work(rank, r) })
	}
	wg.Wait()
	return errs
}

// wideRows make batches of three chunks, 128, 128 and 44 rows.
var wideRows = toy.Draw(toy.Moons{Noise: 0.1}, 700, seeded(5))

// wideJob is a job whose batches have several chunks.
func wideJob(set func(j *job)) *job {
	j := newJob("")
	set(j)
	j.fit.Checkpoint, j.fit.Epochs, j.fit.Batch = nil, 2, 300
	return j
}

func (j *job) wideRun(ctx context.Context, r optim.Reducer) error {
	j.fit.Reducer = r
	return j.fit.Run(ctx, j.flow.NLL(), wideRows)
}

// However many ranks train, each has the bits of one alone: numbers of the model, losses, costs, the optimizer's memory.
func TestRanksHaveTheSameBits(t *testing.T) {
	all, counts := jobs(), []int{1, 2, 4}
	if testing.Short() { // those that leave something beside the parameters
		short := map[string]func(*job){}
		for _, name := range []string{"Hutchinson", "batch norm", "accumulate", "validation, average, plateau"} {
			short[name] = all[name]
		}
		all, counts = short, []int{2, 4}
	}
	for name, set := range all {
		t.Run(name, func(t *testing.T) {
			alone := wideJob(set)
			require.NoError(t, alone.wideRun(background, nil))
			want := alone.left(t)
			for _, n := range counts {
				all := make([]*job, n)
				for i := range all {
					all[i] = wideJob(set)
				}
				errs := together(n, func(rank int, r optim.Reducer) error { return all[rank].wideRun(background, r) })
				for rank, j := range all {
					require.NoError(t, errs[rank])
					require.Equal(t, want, j.left(t), "rank %d of %d", rank, n)
				}
			}
		})
	}
}

// A Summer's own order is off by rounding alone: eleven steps of Adam on sums of three chunks, each off by some 2⁻⁵³ of
// its size, stay within 1e-9 of each other, and the ranks of one run within nothing.
func TestRanksInAnOrderOfTheirOwn(t *testing.T) {
	set := func(j *job) { j.flow.Params.Dtype = tensor.Float64 }
	alone := wideJob(set)
	require.NoError(t, alone.wideRun(background, nil))
	all := []*job{wideJob(set), wideJob(set), wideJob(set)}
	for _, err := range together(3, func(rank int, r optim.Reducer) error {
		return all[rank].wideRun(background, ranks.Unordered{Local: r.(*ranks.Local)})
	}) {
		require.NoError(t, err)
	}
	first := all[0].left(t)
	assert.Equal(t, first, all[1].left(t))
	assert.Equal(t, first, all[2].left(t))
	moved := false
	for p := range alone.flow.Params.All() {
		got, want := all[0].flow.Params.Get(p.Name()).Numbers(), p.Numbers()
		assert.InDeltaSlice(t, want, got, 1e-9, p.Name())
		moved = moved || !assert.ObjectsAreEqual(want, got)
	}
	assert.True(t, moved, "the order of the sum makes no difference: this test compares nothing")
}

// counted is an objective like centre that has a state, a cost and noise of its own: what of it depends on the rows is
// their mean.
type counted struct {
	centre
	state pair
	noise *rand.Rand
	drawn *[]uint64
}

func newCounted(noise *rand.PCG) counted {
	return counted{newCentre(3, -2), newPair(0.0, 0), rand.New(noise), new([]uint64)}
}

func (c counted) Loss(ctx context.Context, batch *tensor.Dense) (float64, error) {
	*c.drawn = append(*c.drawn, c.noise.Uint64())
	state, x := c.state.value.Float64s(), batch.Float64s()
	clear(state)
	for i, v := range x {
		state[i%2] += v / float64(batch.Shape()[0])
	}
	return c.centre.Loss(ctx, batch)
}

func (c counted) State() []gorgonia.ValueGrad { return []gorgonia.ValueGrad{c.state} }
func (c counted) Evaluations() (int, int)     { return 7, 1 }

// An objective that knows nothing of chunks has its rows divided, and the mean of everything taken.
func TestRanksOfAnyObjective(t *testing.T) {
	x := toy.Draw(toy.Moons{Noise: 0.1}, 103, seeded(4))
	train := func(r optim.Reducer) (counted, *optim.History, error) {
		noise := rand.NewPCG(0, 0)
		c, h := newCounted(noise), &optim.History{}
		fit := optim.Trainer{
			Optimizer: &sgd{0.3}, Epochs: 3, Batch: 10, Seed: 1, Reducer: r, Observe: h.Observe,
			Noise: map[string]*rand.PCG{"noise": noise},
		}
		return c, h, fit.Run(background, c, x)
	}
	alone, want, err := train(nil)
	require.NoError(t, err)
	all, histories := make([]counted, 4), make([]*optim.History, 4)
	for _, err := range together(4, func(rank int, r optim.Reducer) (err error) {
		all[rank], histories[rank], err = train(r)
		return err
	}) {
		require.NoError(t, err)
	}
	for rank, c := range all {
		// 33 steps of sums of ten numbers of size 1
		assert.InDeltaSlice(t, alone.at(), c.at(), 1e-13)
		assert.InDeltaSlice(t, alone.state.value.Float64s(), c.state.value.Float64s(), 1e-13)
		assert.InDelta(t, want.Last().Loss, histories[rank].Last().Loss, 1e-13)
		assert.Equal(t, all[0].at(), c.at())
		assert.InDelta(t, (10*4+3)*7./103, histories[rank].Last().Evaluations, 1e-13, "the last batch has rows for three ranks")
		if rank > 0 {
			assert.NotEqual(t, (*all[0].drawn)[0], (*c.drawn)[0], "two ranks draw the same noise for different rows")
		}
	}
}

// Whatever ends the run of one rank ends those of all, soon, with an error that says whose and why, and with the same
// parameters.
func TestRanksEndTogether(t *testing.T) {
	broken := errors.New("a broken disk")
	at := func(j *job, kind optim.Kind, step int, then func() error) {
		told := j.fit.Observe
		j.fit.Observe = optim.Observers(told, func(e optim.Event) error {
			if e.Kind == kind && e.Step == step {
				return then()
			}
			return nil
		})
	}
	for name, test := range map[string]struct {
		spoil func(j *job, cancel func()) // on rank 1
		first func(j *job)                // on rank 0
		text  string                      // of the others; empty where all end well
		apart bool                        // rank 1 has not taken the step that the others have, if any
	}{
		"observer": {spoil: func(j *job, _ func()) {
			at(j, optim.StepDone, 4, func() error { return broken })
		}, text: "rank 1: epoch 2, after step 4: observer: a broken disk"},
		"observer at the end": {spoil: func(j *job, _ func()) {
			at(j, optim.EpochDone, 6, func() error { return broken })
		}, text: "rank 1: epoch 2, after step 6: observer: a broken disk"},
		"stop": {spoil: func(j *job, _ func()) {
			at(j, optim.StepDone, 4, func() error { return optim.ErrStop })
		}},
		"stop at the end": {spoil: func(j *job, _ func()) {
			at(j, optim.EpochDone, 6, func() error { return optim.ErrStop })
		}},
		"context": {spoil: func(j *job, cancel func()) {
			at(j, optim.StepDone, 4, func() error { cancel(); return nil })
		}, text: "rank 1: epoch 2, step 5: context canceled"},
		"panic": {spoil: func(j *job, _ func()) {
			at(j, optim.StepDone, 2, func() error { panic("a bug") })
		}, text: "rank 1: epoch 1, after step 2: observer: "},
		"settings": {spoil: func(j *job, _ func()) { j.fit.Epochs = -1 }, text: "rank 1: Trainer: Epochs is -1", apart: true},
		"NaN": {spoil: func(j *job, _ func()) {
			j.fit.Rate = func(step, steps int) float64 {
				if step == 3 {
					return math.NaN()
				}
				return 0.01
			}
		}, first: func(j *job) { j.fit.Rate = func(int, int) float64 { return 0.01 } }, text: "rank 1: epoch 2, step 4: ", apart: true},
	} {
		t.Run(name, func(t *testing.T) {
			all := []*job{wideJob(func(*job) {}), wideJob(func(*job) {}), wideJob(func(*job) {})}
			ctx, cancel := context.WithCancel(background)
			defer cancel()
			test.spoil(all[1], cancel)
			if test.first != nil {
				test.first(all[0])
				test.first(all[2])
			}
			errs := together(3, func(rank int, r optim.Reducer) error {
				if rank == 1 {
					return all[rank].wideRun(ctx, r)
				}
				return all[rank].wideRun(background, r)
			})
			for rank, err := range errs {
				if test.text == "" {
					require.NoError(t, err)
				} else if rank == 1 {
					require.Error(t, err)
				} else {
					var of *optim.RankError
					require.ErrorAs(t, err, &of)
					assert.Equal(t, 1, of.Rank)
					assert.ErrorContains(t, err, test.text)
				}
				if test.apart {
					continue
				}
				for p := range all[0].flow.Params.All() {
					assert.Equal(t, p.Numbers(), all[rank].flow.Params.Get(p.Name()).Numbers())
				}
			}
		})
	}
}

// A row that one rank can't take is an error on all ranks, and so is a loss that is NaN on one.
func TestRanksMeetRowsThatFail(t *testing.T) {
	rows := toy.Draw(toy.Moons{Noise: 0.1}, 700, seeded(5))
	rows.Float64s()[2*650] = 1e300 // in the last chunk of six, and no float32
	all := []*job{wideJob(func(*job) {}), wideJob(func(*job) {})}
	errs := together(2, func(rank int, r optim.Reducer) error {
		all[rank].fit.Reducer, all[rank].fit.Batch = r, 700
		return all[rank].fit.Run(background, all[rank].flow.NLL(), rows)
	})
	others := 0
	for _, err := range errs {
		require.Error(t, err)
		assert.ErrorContains(t, err, "is 1e+300, which overflows the flow's float32")
		var of *optim.RankError
		if errors.As(err, &of) {
			others++
		}
	}
	assert.Equal(t, 1, others, "%v", errs)
	errs = together(2, func(rank int, r optim.Reducer) error {
		spoiled := newScript(func(step int, _ pair) (float64, error) {
			if rank == 1 && step == 3 {
				return math.NaN(), nil
			}
			return 1, nil
		})
		return optim.Trainer{Optimizer: &sgd{0.1}, Epochs: 2, Batch: 4, Reducer: r}.Run(background, spoiled, numbers(20))
	})
	for _, err := range errs {
		var nan *optim.NonFiniteError
		require.ErrorAs(t, err, &nan)
		assert.Equal(t, 3, nan.Step)
	}
}

// Ranks read a file of their own each, or the same, in windows; whose rows are others is refused before the first step.
func TestRanksOfAStream(t *testing.T) {
	write := func(x *tensor.Dense) string {
		var text strings.Builder
		text.WriteString("x,y\n")
		for i := 0; i < x.Size(); i += 2 {
			fmt.Fprintf(&text, "%v,%v\n", x.Float64s()[i], x.Float64s()[i+1])
		}
		file := filepath.Join(t.TempDir(), "rows.csv")
		require.NoError(t, os.WriteFile(file, []byte(text.String()), 0o600))
		return file
	}
	run := func(j *job, r optim.Reducer, file string) error {
		source, err := data.NewStream(data.CSV{}.Open(file), data.StreamOptions{Batch: 300, Window: 350, Seed: 5})
		if err != nil {
			return err
		}
		j.fit.Reducer = r
		return j.fit.RunSource(background, j.flow.NLL(), source)
	}
	file, again := write(wideRows), write(wideRows)
	other := write(toy.Draw(toy.Moons{Noise: 0.1}, 700, seeded(6)))
	alone := wideJob(func(*job) {})
	require.NoError(t, run(alone, nil, file))
	all := []*job{wideJob(func(*job) {}), wideJob(func(*job) {})}
	for _, err := range together(2, func(rank int, r optim.Reducer) error { return run(all[rank], r, []string{file, again}[rank]) }) {
		require.NoError(t, err)
	}
	want := alone.left(t)
	assert.Equal(t, want, all[0].left(t))
	assert.Equal(t, want, all[1].left(t))
	for _, err := range together(2, func(rank int, r optim.Reducer) error {
		return run(wideJob(func(*job) {}), r, []string{file, other}[rank])
	}) {
		assert.ErrorContains(t, err, "it has not the rows of rank 0")
	}
}

// Ranks that do not fit together are refused before the first step, and other rows at the batch that has them.
func TestRanksThatDiffer(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(j *job) // on rank 2
		rows  *tensor.Dense
		text  string
	}{
		"start":     {spoil: func(j *job) { j.flow.Params.Rand = seeded(8) }, text: "it has not the starting values"},
		"model":     {spoil: func(j *job) { j.flow.Dim = 3 }, rows: matrixOf(700, 3), text: "it has not the parameters of rank 0"},
		"settings":  {spoil: func(j *job) { j.fit.Batch = 200 }, text: "it has not the batches of an epoch of rank 0"},
		"max norm":  {spoil: func(j *job) { j.fit.MaxNorm = 1 }, text: "it has not the settings of rank 0"},
		"optimizer": {spoil: func(j *job) { j.fit.Optimizer = &optim.RAdam{} }, text: "it has not the optimizer of rank 0"},
		"decay":     {spoil: func(j *job) { j.fit.Decay = []optim.Decay{{Weight: 1}} }, text: "it has not the Decay of rank 0"},
		"rows":      {spoil: func(*job) {}, rows: toy.Draw(toy.Moons{Noise: 0.1}, 700, seeded(6)), text: "it has not the rows of rank 0"},
		"order":     {spoil: func(j *job) { j.fit.Seed, j.fit.Rand = 0, seeded(1) }, text: "it has not the settings of rank 0"},
		"rate":      {spoil: func(j *job) { j.fit.Rate = optim.Constant(0.3) }, text: "its model is no longer that of rank 0"},
	} {
		t.Run(name, func(t *testing.T) {
			errs := together(3, func(rank int, r optim.Reducer) error {
				j, rows := wideJob(func(*job) {}), wideRows
				if rank == 2 {
					test.spoil(j)
					if test.rows != nil {
						rows = test.rows
					}
				}
				j.fit.Reducer = r
				return j.fit.Run(background, j.flow.NLL(), rows)
			})
			for _, err := range errs {
				var of *optim.RankError
				require.ErrorAs(t, err, &of)
				assert.Equal(t, 2, of.Rank)
				assert.ErrorContains(t, err, test.text)
			}
		})
	}
	errs := together(2, func(rank int, r optim.Reducer) error {
		return optim.Trainer{Optimizer: &sgd{0.1}, Rand: seeded(uint64(rank)), Batch: 4, Reducer: r}.Run(background, newCentre(1), numbers(20))
	})
	for _, err := range errs {
		assert.ErrorContains(t, err, "its batch has other rows than that of rank 0")
	}
}

func matrixOf(rows, dim int) *tensor.Dense {
	x := numbers(rows * dim)
	if err := x.Reshape(rows, dim); err != nil {
		panic(err)
	}
	return x
}

// A run that was kept by three ranks goes on with two, and then alone, with the bits of one that was never interrupted;
// only rank 0 touches the file.
func TestRanksResumeWithOthers(t *testing.T) {
	dir := t.TempDir()
	path := func(rank int) string { return filepath.Join(dir, fmt.Sprint("run", rank)) }
	make1 := func(rank int) *job {
		j := wideJob(jobs()["validation, average, plateau"])
		j.fit.Epochs = 4
		j.fit.Checkpoint = &optim.Checkpoint{Path: path(rank), Every: time.Hour}
		return j
	}
	stopAt := func(j *job, step int, cancel func()) {
		j.fit.Observe = optim.Observers(j.history.Observe, func(e optim.Event) error {
			if e.Kind == optim.StepDone && e.Step == step {
				cancel()
			}
			return nil
		})
	}
	for _, part := range []struct{ ranks, until int }{{3, 4}, {2, 7}} {
		errs := together(part.ranks, func(rank int, r optim.Reducer) error {
			ctx, cancel := context.WithCancel(background)
			defer cancel()
			j := make1(rank)
			stopAt(j, part.until, cancel)
			return j.wideRun(ctx, r)
		})
		for _, err := range errs {
			require.ErrorIs(t, err, context.Canceled)
		}
	}
	for rank := 1; rank < 3; rank++ {
		_, err := os.Stat(path(rank))
		require.ErrorIs(t, err, os.ErrNotExist)
	}
	last := make1(0)
	require.NoError(t, last.wideRun(background, nil))
	whole := make1(0)
	whole.fit.Checkpoint = nil
	whole.fit.Seed = 3
	require.NoError(t, whole.wideRun(background, nil))
	assert.Equal(t, whole.left(t), last.left(t))
}

// The clock of rank 0 counts for all: they end at the same step, and their rates are those of the same time.
func TestRanksShareALimit(t *testing.T) {
	all := []*job{wideJob(func(*job) {}), wideJob(func(*job) {}), wideJob(func(*job) {})}
	errs := together(3, func(rank int, r optim.Reducer) error {
		all[rank].fit.Limit, all[rank].fit.Epochs = time.Duration(200+rank)*time.Millisecond, 100000
		return all[rank].wideRun(background, r)
	})
	want := all[0].left(t)
	for rank, j := range all {
		require.NoError(t, errs[rank])
		if rank > 0 {
			assert.Equal(t, want, j.left(t))
		}
	}
}

// gone is a rank that can no longer be heard after so many meetings.
type gone struct {
	*ranks.Local
	left *int
	why  error
}

func (g gone) Gather(ctx context.Context, mine []byte) ([][]byte, error) {
	if *g.left--; *g.left < 0 {
		return nil, g.why
	}
	return g.Local.Gather(ctx, mine)
}

// When the others can't be heard any more, the run ends with an error and the checkpoint of the last step.
func TestRanksThatAreLost(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	cut := errors.New("the cable is cut")
	errs := together(2, func(_ int, r optim.Reducer) error {
		j := wideJob(func(*job) {})
		j.fit.Checkpoint = &optim.Checkpoint{Path: path, Every: time.Hour}
		return j.wideRun(background, gone{r.(*ranks.Local), new(3 + 4), cut})
	})
	for _, err := range errs {
		var of *optim.RankError
		require.ErrorAs(t, err, &of)
		assert.Equal(t, -1, of.Rank)
		assert.ErrorIs(t, err, cut)
	}
	j, step := wideJob(func(*job) {}), 0
	j.fit.Checkpoint = &optim.Checkpoint{Path: path, Every: time.Hour}
	j.fit.Observe = func(e optim.Event) error {
		if e.Kind == optim.Resumed {
			step = e.Step
		}
		return nil
	}
	require.NoError(t, j.wideRun(background, nil))
	assert.Equal(t, 4, step)
}

func TestReducerOfNoRank(t *testing.T) {
	for _, r := range []optim.Reducer{nobody{0, 0}, nobody{2, 2}, nobody{-1, 2}} {
		err := optim.Trainer{Reducer: r}.Run(background, newCentre(1), numbers(3))
		assert.ErrorContains(t, err, "want one from 0 to below their number")
	}
}

type nobody struct{ rank, ranks int }

func (n nobody) Rank() (int, int) { return n.rank, n.ranks }
func (nobody) Gather(context.Context, []byte) ([][]byte, error) {
	return nil, errors.New("is not called")
}
