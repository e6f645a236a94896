package optim_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/optim"
)

// valley is (cosh w - 1), on whose sides steps of a fixed length, as Adam's are, go ever higher.
func valley(start float64) script {
	return newScript(func(step int, p pair) (float64, error) {
		w := p.value.Float64s()[0]
		if step == 1 {
			w = start
			p.value.Float64s()[0] = w
		}
		p.grad.Float64s()[0] = -math.Sinh(w) // the wrong way
		return math.Cosh(w) - 1, nil
	})
}

// A loss that explodes is an error, and the parameters are the best ones.
func TestExplodingLossEndsTheRun(t *testing.T) {
	s := valley(0.5)
	err := optim.Trainer{Optimizer: &optim.Adam{LR: 0.1}, Epochs: 10, Batch: 1}.Run(background, s, numbers(100))
	var diverged *optim.DivergedError
	require.ErrorAs(t, err, &diverged)
	assert.Equal(t, 1, diverged.Epoch)
	assert.Equal(t, 64, diverged.Step, "a window of steps, up to cosh 6.8")
	assert.InDelta(t, math.Cosh(0.5)-1, diverged.Lowest, 1e-15)
	assert.Equal(t, 0, diverged.LowestStep)
	assert.Greater(t, diverged.Loss, diverged.Lowest+100*(1+diverged.Lowest))
	assert.Equal(t, 0.5, s.value.Float64s()[0], "as before the first step")
	assert.EqualError(t, err, fmt.Sprintf("optim: epoch 1, step 64: the loss has exploded, to a mean of %.4g from 0.1276 after step 0, "+
		"whose parameters are kept; try a learning rate lower than 0.1, a warm-up or a MaxNorm, or allow it by MaxRise", diverged.Loss))

	assert.NoError(t, optim.Trainer{Optimizer: &optim.Adam{LR: 0.1}, Batch: 1, MaxRise: math.Inf(1)}.Run(background, valley(0.5), numbers(100)))
}

// The best parameters are those from the end of the window of the lowest loss, and one bad batch is no explosion.
func TestExplosionGoesBackToTheBest(t *testing.T) {
	s := newScript(func(step int, _ pair) (float64, error) {
		switch {
		case step == 70:
			return 5000, nil // a mean of 5000/64 above the lowest, and so allowed
		case step <= 3*64:
			return -float64((step - 1) / 64), nil
		}
		return 1000, nil
	})
	err := optim.Trainer{Optimizer: &sgd{1}, Batch: 1, Epochs: 4}.Run(background, s, numbers(128))
	var diverged *optim.DivergedError
	require.ErrorAs(t, err, &diverged)
	assert.Equal(t, optim.DivergedError{Epoch: 2, Step: 256, Loss: 1000, Lowest: -2, LowestStep: 192, Rate: 1}, *diverged)
	assert.Equal(t, -192.0, s.value.Float64s()[0])
}

// Columns that were not scaled give a loss that says so in the events.
func TestAdviceForUnscaledColumns(t *testing.T) {
	rows := numbers(50)
	for i := range rows.Float64s() {
		rows.Float64s()[i] *= 1e6
	}
	var history optim.History
	fit := optim.Trainer{Epochs: 2, Observe: history.Observe}
	require.NoError(t, fit.Run(background, newCentre(0), rows))
	assert.Contains(t, history.Last().Advice, `the mean loss is 4.04e+14, where rows of 1 scaled columns have a few nats a column: scale the columns first`)

	require.NoError(t, fit.Run(background, newCentre(0), numbers(50)))
	assert.Empty(t, history.Last().Advice)
}

// What an observer sets is what events and history tell of the steps from then on.
func TestEventsTellTheRateThatWasSet(t *testing.T) {
	for _, optimizer := range []optim.Stateful{&optim.Adam{LR: 0.01}, &optim.SGD{LR: 0.01}} {
		var history optim.History
		var rates []float64
		fit := optim.Trainer{Optimizer: optimizer, Epochs: 3, Observe: optim.Observers(history.Observe, func(e optim.Event) error {
			if e.Kind == optim.EpochDone {
				rates = append(rates, e.Rate)
				optimizer.(optim.RateSetter).SetRate([]float64{0, 0.5, 1}[e.Epoch-1])
			}
			return nil
		})}
		require.NoError(t, fit.Run(background, newCentre(1), numbers(5)))
		assert.Equal(t, []float64{0.01, 0, 0.5}, rates)
		assert.Equal(t, 0.5, history.Last().Rate)
	}
}

// panicking panics, or ends its goroutine, where it is told to.
type panicking struct {
	centre
	dealt
	at   string
	exit bool
}

func (p panicking) maybe(at string) {
	if p.at != at {
		return
	}
	if p.exit {
		runtime.Goexit()
	}
	panic(errors.New("no luck"))
}

func (p panicking) Model() []gorgonia.ValueGrad { p.maybe("Objective.Model"); return p.centre.Model() }
func (p panicking) Rate() float64               { p.maybe("Optimizer.Rate"); return 1 }
func (p panicking) SetRate(float64)             { p.maybe("Optimizer.SetRate") }
func (p panicking) Step([]gorgonia.ValueGrad) error {
	p.maybe("Optimizer.Step")
	return nil
}

func (p panicking) Len() int   { p.maybe("Source.Len"); return p.dealt.Len() }
func (p panicking) Err() error { p.maybe("Source.Err"); return nil }

// source and objective have methods of one name.
type panickingLoss struct{ panicking }

func (p panickingLoss) Loss(ctx context.Context, batch *tensor.Dense) (float64, error) {
	p.maybe("Objective.Loss")
	return p.centre.Loss(ctx, batch)
}

type panickingSource struct{ panicking }

func (p panickingSource) Epoch() iter.Seq[*tensor.Dense] {
	return func(yield func(*tensor.Dense) bool) {
		p.maybe("Source.Epoch")
		p.dealt.Epoch()(yield)
	}
}

// No function that training is given can end the program: a panic is an error that names the function.
func TestPanicsOfCallbacks(t *testing.T) {
	run := func(p panicking, scheduled bool) error {
		fit := optim.Trainer{Optimizer: p, Observe: func(optim.Event) error { p.maybe("Observer"); return nil }}
		if scheduled {
			fit.Rate = func(int, int) float64 { p.maybe("Schedule"); return 1 }
		}
		return fit.RunSource(background, panickingLoss{p}, panickingSource{p})
	}
	for _, at := range []string{
		"Objective.Loss", "Objective.Model", "Optimizer.Step", "Optimizer.Rate", "Optimizer.SetRate", "Schedule", "Observer",
		"Source.Len", "Source.Epoch", "Source.Err",
	} {
		t.Run(at, func(t *testing.T) {
			p := panicking{newCentre(3), dealt{numbers(2)}, at, false}
			err := run(p, at != "Optimizer.Rate")
			var panicked *optim.PanicError
			require.ErrorAs(t, err, &panicked)
			assert.Equal(t, at, panicked.Callback)
			assert.ErrorContains(t, err, at+" panicked: no luck")
			assert.Contains(t, fmt.Sprintf("%+v", panicked), "panicking.maybe")

			p.exit = true
			over := make(chan error, 1)
			go func() {
				defer close(over)
				over <- run(p, at != "Optimizer.Rate")
			}()
			select {
			case err, told := <-over:
				assert.False(t, told, "Goexit ends the goroutine that called it, got %v", err)
			case <-time.After(10 * time.Second):
				t.Fatal("hangs")
			}
			p.at = ""
			assert.NoError(t, run(p, true), "and the next run is as good as ever")
		})
	}
}

// A batch that is none is an error.
func TestSourceOfNothing(t *testing.T) {
	err := optim.Trainer{}.RunSource(background, newCentre(0), dealt{nil})
	assert.EqualError(t, err, "optim: epoch 1, step 1: the source gave a batch that is not (rows, dim)")
}

var _ data.Source = panickingSource{}
