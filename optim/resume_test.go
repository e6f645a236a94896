package optim_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/internal/safetensors"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
	"github.com/go-ffjord/ffjord/optim"
)

// job is a run of 40 steps on a flow: five epochs of eight batches.
type job struct {
	flow    *flows.Flow
	fit     optim.Trainer
	history *optim.History
	source  data.Source // nil for a table
	noise   *rand.PCG
}

var jobRows = toy.Draw(toy.Moons{Noise: 0.1}, 8*16-3, rand.New(rand.NewPCG(1, 2)))

// newJob makes a job with a checkpoint at path.
func newJob(path string) *job {
	j := &job{history: &optim.History{}, noise: rand.NewPCG(0, 0)}
	j.flow = &flows.Flow{Dim: 2, Params: nn.NewParams(seeded(7)), Blocks: flows.FFJORD{
		Field: nn.MLP{Hidden: []int{5}}, Solver: ode.Solver{Steps: 2},
	}}
	j.fit = optim.Trainer{
		Optimizer: &optim.Adam{LR: 0.05}, Rate: optim.Cosine(0.05, 0.01), Epochs: 5, Batch: 16, Seed: 3,
		Observe:    j.history.Observe,
		Checkpoint: &optim.Checkpoint{Path: path, Every: time.Hour},
	}
	return j
}

// run trains and stops after so many steps, by its context as a signal would, or by an observer.
func (j *job) run(stop int, byContext bool) error {
	ctx, cancel := context.WithCancel(background)
	defer cancel()
	j.fit.Observe = optim.Observers(j.history.Observe, func(e optim.Event) error {
		if e.Kind == optim.StepDone && e.Step == stop {
			if !byContext {
				return optim.ErrStop
			}
			cancel()
		}
		return nil
	})
	var err error
	if j.source != nil {
		err = j.fit.RunSource(ctx, j.flow.NLL(), j.source)
	} else {
		err = j.fit.Run(ctx, j.flow.NLL(), jobRows)
	}
	if byContext && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// left is what a job leaves behind: every number of the model, the history without times, and the next draws.
func (j *job) left(t *testing.T) []any {
	var all []any
	for p := range j.flow.Params.All() {
		all = append(all, p.Name(), p.Numbers())
	}
	for _, e := range j.history.Epochs {
		e.Elapsed, e.Validating = 0, 0
		all = append(all, e)
	}
	x, err := j.flow.Sample(background, 3, rand.New(j.noise))
	require.NoError(t, err)
	return append(all, x.Data(), j.fit.Optimizer.(optim.Stateful).State())
}

// jobs are the ways to train that are to be taken up again with the same bits.
func jobs() map[string]func(j *job) {
	all := map[string]func(j *job){
		"optimizer's own rate": func(j *job) { j.fit.Rate = nil },
		"Hutchinson": func(j *job) {
			j.fit.Noise = map[string]*rand.PCG{"trace": j.noise}
			j.flow.Blocks = flows.FFJORD{
				Field: nn.MLP{Hidden: []int{5}}, Solver: ode.Solver{Steps: 2}, Trace: flows.Hutchinson{Rand: rand.New(j.noise)},
			}
		},
		"average": func(j *job) { j.fit.AverageDecay = 0.9 },
		"batch norm": func(j *job) {
			j.flow.Blocks = flows.Chain{j.flow.Blocks, flows.MovingBatchNorm{}}
		},
		"accumulate": func(j *job) { j.fit.Accumulate, j.fit.Batch = 2, 8 },
		"decay, clipping, warm-up": func(j *job) {
			j.fit.Decay, j.fit.MaxNorm, j.fit.WarmUp = []optim.Decay{{Params: "*.weight", Weight: 0.1}}, 0.5, 25
		},
		"validation, average, plateau": func(j *job) {
			held := toy.Draw(toy.Moons{Noise: 0.1}, 20, seeded(9))
			j.fit.Validation = &optim.Validation{Loss: j.flow.HeldOut(held), Every: 3}
			j.fit.Plateau, j.fit.AverageDecay = &optim.Plateau{Patience: 1}, 0.8
			j.fit.Rate = nil
		},
		"adaptive steps, double": func(j *job) {
			j.flow.Params.Dtype = tensor.Float64
			j.flow.Blocks = flows.FFJORD{Field: nn.MLP{Hidden: []int{5}}}
			j.fit.Budget = &optim.Budget{Evaluations: 20, Then: optim.LowerRate}
		},
	}
	for name, optimizer := range optimizers() {
		all[name] = func(j *job) { j.fit.Optimizer = optimizers()[name] }
		_ = optimizer
	}
	return all
}

// A run that was interrupted anywhere and taken up again ends with the bits of one that never was.
func TestResumedIsUninterrupted(t *testing.T) {
	for n, name := range slices.Sorted(maps.Keys(jobs())) {
		set := jobs()[name]
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			whole := newJob(filepath.Join(folder, "whole"))
			set(whole)
			require.NoError(t, whole.run(-1, false))
			require.Len(t, whole.history.Epochs, 5)
			want := whole.left(t)
			for k, stops := range [][]int{{20}, {16}, {1, 2, 39}} { // in mid-epoch, at an epoch's last step, at the ends
				if testing.Short() && k != n%3 {
					continue // each in one way
				}
				path := filepath.Join(folder, fmt.Sprint("parts", k))
				var j *job
				for i, stop := range append(stops, -1) {
					j = newJob(path) // as a new process would
					set(j)
					require.NoError(t, j.run(stop, i%2 == 0))
				}
				require.True(t, assert.ObjectsAreEqual(want, j.left(t)), "stopped after %v", stops)
			}
		})
	}
}

// A stream of a file is taken up in mid-epoch as a table is.
func TestResumedStream(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "rows.csv")
	text := "x,y\n"
	for i := 0; i < len(jobRows.Float64s()); i += 2 {
		text += fmt.Sprintf("%v,%v\n", jobRows.Float64s()[i], jobRows.Float64s()[i+1])
	}
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	run := func(path string, stops ...int) []any {
		var j *job
		for _, stop := range append(stops, -1) {
			j = newJob(filepath.Join(folder, path))
			seed := uint64(5)
			source, err := data.NewStream(data.CSV{}.Open(file), data.StreamOptions{Batch: 16, Seed: seed})
			require.NoError(t, err)
			j.source = source
			require.NoError(t, j.run(stop, false))
		}
		return j.left(t)
	}
	assert.Equal(t, run("whole"), run("parts", 3, 21))
}

// A run that is over stays over, and goes on when it is given more epochs.
func TestFinishedRunIsTakenUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	first := newJob(path)
	require.NoError(t, first.run(-1, false))
	want := first.left(t)
	again := newJob(path)
	require.NoError(t, again.run(-1, false))
	assert.Equal(t, want, again.left(t))

	more := newJob(path)
	more.fit.Epochs = 6
	require.NoError(t, more.run(-1, false))
	assert.Len(t, more.history.Epochs, 6)
	assert.Equal(t, 48, more.history.Last().Step)
	assert.NotEqual(t, want[1], more.left(t)[1])

	early := newJob(filepath.Join(t.TempDir(), "run"))
	early.fit.Validation = &optim.Validation{Loss: func(context.Context) (float64, error) { return 1, nil }, Patience: 2}
	require.NoError(t, early.run(-1, false))
	require.Len(t, early.history.Epochs, 3)
	early.history = &optim.History{}
	require.NoError(t, early.run(-1, false))
	assert.Len(t, early.history.Epochs, 3, "it had ended by patience")
}

// A checkpoint that is not of this run is refused by name, and nothing is changed.
func TestCheckpointsThatAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run")
	require.NoError(t, newJob(path).run(20, false))
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, test := range []struct {
		name   string
		change func(j *job)
		file   func() []byte
		want   error
		text   string
	}{
		{"another width", func(j *job) { j.flow.Blocks = flows.FFJORD{Field: nn.MLP{Hidden: []int{6}}} }, nil, optim.ErrOtherModel, `tensor "model 0" has`},
		{"other names", func(j *job) { j.flow.Blocks = flows.Affine{Learn: true} }, nil, optim.ErrOtherModel, "its parameters are"},
		{"another type", func(j *job) { j.flow.Params.Dtype = tensor.Float64 }, nil, optim.ErrOtherModel, "numbers of float32"},
		{"another optimizer", func(j *job) { j.fit.Optimizer = &optim.SGD{} }, nil, optim.ErrOtherRun, `the state is of optimizer "Adam"`},
		{"other words", func(j *job) { j.fit.Checkpoint.Settings = "rate 0.5" }, nil, optim.ErrOtherRun, `they were "", here they are "rate 0.5"`},
		{"another seed", func(j *job) { j.fit.Seed = 4 }, nil, optim.ErrOtherRun, "Seed was 3"},
		{"another batch", func(j *job) { j.fit.Batch = 17 }, nil, optim.ErrOtherRun, "Batch 16"},
		{"another number of batches", func(j *job) { j.fit.Batch = 32 }, nil, optim.ErrOtherRun, "an epoch had 8 batches, here it has 4"},
		{"other rows", func(j *job) {
			j.source, _ = data.NewSeededBatches(data.Rows(2, 1, 2), 16, 1)
		}, nil, optim.ErrOtherData, "the fingerprint of its rows"},
		{"cut", nil, func() []byte { return whole[:len(whole)-1] }, optim.ErrDamaged, ""},
		{"empty", nil, func() []byte { return []byte{} }, optim.ErrDamaged, ""},
		{"a flipped bit", nil, func() []byte {
			b := slices.Clone(whole)
			b[len(b)/2] ^= 4
			return b
		}, optim.ErrDamaged, "checksum"},
		{"a file of parameters", nil, func() []byte {
			b, err := (&safetensors.File{Metadata: map[string]string{"format": "pt"}}).Encode()
			require.NoError(t, err)
			return b
		}, optim.ErrDamaged, `its format is "pt", want "ffjord-go run"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			at := filepath.Join(t.TempDir(), "run")
			b := whole
			if test.file != nil {
				b = test.file()
			}
			require.NoError(t, os.WriteFile(at, b, 0o600))
			j := newJob(at)
			if test.change != nil {
				test.change(j)
			}
			err := j.run(-1, false)
			require.ErrorIs(t, err, test.want)
			var checkpoint *optim.CheckpointError
			require.ErrorAs(t, err, &checkpoint)
			assert.Equal(t, at, checkpoint.Path)
			assert.ErrorContains(t, err, "optim: checkpoint "+at+": ")
			assert.ErrorContains(t, err, test.text)
			assert.Empty(t, j.history.Epochs)
			left, err := os.ReadFile(at)
			require.NoError(t, err)
			assert.Equal(t, b, left, "the file is as it was")
		})
	}
}
