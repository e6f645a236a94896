package optim_test

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/optim"
)

// record runs two epochs of 5 rows in batches of 2, where the loss is the
// number of the step, and returns the events and the run's error.
func record(answer func(optim.Event) error) (events []optim.Event, err error) {
	fit := optim.Trainer{
		Optimizer: &sgd{}, Rate: optim.Steps(1, 0.5, 3), Epochs: 2, Batch: 2,
		Observe: func(e optim.Event) error {
			events = append(events, e)
			return answer(e)
		},
	}
	s := newScript(func(step int, _ pair) (float64, error) { return float64(step), nil })
	return events, fit.Run(background, s, numbers(5))
}

func TestEvents(t *testing.T) {
	events, err := record(func(optim.Event) error { return nil })
	require.NoError(t, err)
	type brief struct {
		kind              optim.Kind
		epoch, step, rows int
		loss, rate        float64
	}
	var got []brief
	for _, e := range events {
		got = append(got, brief{e.Kind, e.Epoch, e.Step, e.Rows, e.Loss, e.Rate})
		assert.Equal(t, 2, e.Epochs)
		assert.Equal(t, 6, e.Steps)
		assert.Equal(t, 1.0, e.GradNorm)
		assert.NoError(t, e.Err)
	}
	assert.Equal(t, []brief{
		{optim.StepDone, 1, 1, 2, 1, 1},
		{optim.StepDone, 1, 2, 4, 2, 1},
		{optim.StepDone, 1, 3, 5, 3, 1},
		{optim.EpochDone, 1, 3, 5, (2*1 + 2*2 + 3) / 5.0, 1},
		{optim.StepDone, 2, 4, 7, 4, 0.5},
		{optim.StepDone, 2, 5, 9, 5, 0.5},
		{optim.StepDone, 2, 6, 10, 6, 0.5},
		{optim.EpochDone, 2, 6, 10, (2*4 + 2*5 + 6) / 5.0, 0.5},
		{optim.Finished, 2, 6, 10, (2*4 + 2*5 + 6) / 5.0, 0.5},
	}, got)
	for i := 1; i < len(events); i++ {
		assert.GreaterOrEqual(t, events[i].Elapsed, events[i-1].Elapsed)
	}
}

func TestObserverEndsTheRun(t *testing.T) {
	full := errors.New("disk full")
	at := func(kind optim.Kind, step int, err error) func(optim.Event) error {
		return func(e optim.Event) error {
			if e.Kind == kind && e.Step == step {
				return err
			}
			return nil
		}
	}
	for _, test := range []struct {
		name   string
		answer func(optim.Event) error
		events int
		want   string
	}{
		{"error after a step", at(optim.StepDone, 2, full), 3, "optim: epoch 1, after step 2: observer: disk full"},
		{"error after an epoch", at(optim.EpochDone, 3, full), 5, "optim: epoch 1, after step 3: observer: disk full"},
		{"error at the end", at(optim.Finished, 6, full), 9, "optim: epoch 2, after step 6: observer: disk full"},
		{"stop after a step", at(optim.StepDone, 4, optim.ErrStop), 6, ""},
		{"stop after an epoch", at(optim.EpochDone, 3, fmt.Errorf("good enough: %w", optim.ErrStop)), 5, ""},
		{"stop at the end", at(optim.Finished, 6, optim.ErrStop), 9, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			events, err := record(test.answer)
			require.Len(t, events, test.events)
			last := events[len(events)-1]
			assert.Equal(t, optim.Finished, last.Kind)
			if test.want == "" {
				require.NoError(t, err)
				assert.NoError(t, last.Err)
				return
			}
			require.ErrorIs(t, err, full)
			assert.EqualError(t, err, test.want)
			if test.name != "error at the end" {
				assert.Equal(t, err, last.Err)
			}
		})
	}
}

// A failing run ends with its error, not with what an observer says to it.
func TestFinishedTellsTheError(t *testing.T) {
	var last optim.Event
	s := newScript(func(int, pair) (float64, error) { return math.NaN(), nil })
	err := optim.Trainer{Observe: func(e optim.Event) error {
		last = e
		return errors.New("too late")
	}}.Run(background, s, numbers(3))
	var bad *optim.NonFiniteError
	require.ErrorAs(t, err, &bad)
	assert.Equal(t, optim.Finished, last.Kind)
	assert.Equal(t, err, last.Err)
	assert.True(t, math.IsNaN(last.Loss))
	assert.Empty(t, last.Advice, "there is no loss to speak of")
}

func TestObservers(t *testing.T) {
	a, b := errors.New("a"), errors.New("b")
	count := 0
	say := func(err error) optim.Observer {
		return func(optim.Event) error {
			count++
			return err
		}
	}
	assert.NoError(t, optim.Observers()(optim.Event{}))
	assert.NoError(t, optim.Observers(say(nil), nil, say(nil))(optim.Event{}))
	err := optim.Observers(say(a), say(optim.ErrStop), say(b))(optim.Event{})
	assert.ErrorIs(t, err, a)
	assert.ErrorIs(t, err, b)
	assert.NotErrorIs(t, err, optim.ErrStop, "a failure is not a wish to stop")
	assert.ErrorIs(t, optim.Observers(say(nil), say(optim.ErrStop))(optim.Event{}), optim.ErrStop)
	assert.Equal(t, 7, count)
}

func TestHistory(t *testing.T) {
	var h optim.History
	assert.Zero(t, h.Last())
	for range 2 {
		_, err := record(h.Observe)
		require.NoError(t, err)
		require.Len(t, h.Epochs, 2, "a run starts it anew")
		assert.Equal(t, 1, h.Epochs[0].Epoch)
		assert.Equal(t, 4.8, h.Last().Loss)
		assert.Equal(t, optim.Finished, h.End.Kind)
		assert.Equal(t, h.Last().Step, h.End.Step)
	}
}

// failing is a disk that takes nothing.
type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestHistoryAsCSV(t *testing.T) {
	h := optim.History{Epochs: []optim.Event{
		{Epoch: 1, Step: 3, Loss: 1.0 / 3, Rate: 0.01, GradNorm: 5, Elapsed: 1500 * time.Millisecond, Evaluations: 12.5},
		{Epoch: 2, Step: 6, Loss: math.NaN(), Validations: 1, Held: -2, Rejected: 0.5, Validating: time.Second},
	}}
	var out strings.Builder
	require.NoError(t, h.WriteCSV(&out))
	assert.Equal(t, "epoch,step,nll,rate,grad_norm,seconds,held,evaluations,rejected,validating\n"+
		"1,3,0.3333333333333333,0.01,5,1.500,,12.5,0,0.000\n2,6,NaN,0,0,0.000,-2,0,0.5,1.000\n", out.String())
	h.Label = "Loss"
	out.Reset()
	require.NoError(t, h.WriteCSV(&out))
	assert.Contains(t, out.String(), "epoch,step,loss,rate")
	full := errors.New("disk full")
	assert.ErrorIs(t, h.WriteCSV(failing{full}), full)

	path := filepath.Join(t.TempDir(), "history.csv")
	require.NoError(t, h.SaveCSV(path))
	saved, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, out.String(), string(saved))
	none := filepath.Join(path, "below")
	assert.ErrorContains(t, h.SaveCSV(none), "optim: history: write "+none)
}

func ExampleObservers() {
	var history optim.History
	enough := func(e optim.Event) error {
		if e.Kind == optim.EpochDone && e.Loss < 1 {
			return optim.ErrStop
		}
		return nil
	}
	fit := optim.Trainer{
		Optimizer: &optim.Adam{LR: 0.5},
		Epochs:    100,
		Observe:   optim.Observers(history.Observe, enough),
	}
	if err := fit.Run(background, newCentre(5), numbers(2)); err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range history.Epochs {
		fmt.Printf("epoch %d: %.2f\n", e.Epoch, e.Loss)
	}
	// Output:
	// epoch 1: 10.25
	// epoch 2: 8.13
	// epoch 3: 6.26
	// epoch 4: 4.65
	// epoch 5: 3.31
	// epoch 6: 2.22
	// epoch 7: 1.38
	// epoch 8: 0.78
}
