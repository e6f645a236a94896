package optim_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/optim"
)

// slow is a drift whose steps take a second each, by the clock of a synctest bubble.
func slow() script {
	return newScript(func(int, pair) (float64, error) {
		time.Sleep(time.Second)
		return 0, nil
	})
}

func TestLimitEndsARun(t *testing.T) {
	for _, test := range []struct {
		name       string
		limit      time.Duration
		validating time.Duration // what a validation takes
		steps      int
		measured   int
		left       float64 // w at the end
	}{
		{"without", 0, 0, 20, 0, -20},
		{"long enough", time.Hour, 0, 20, 0, -20},
		{"to the second", 20 * time.Second, 0, 20, 0, -20},
		{"in an epoch", 7500 * time.Millisecond, 0, 7, 0, -7},
		{"shorter than a step", time.Millisecond, 0, 1, 0, -1},
		// Epochs of 4 steps. After 4 steps and a validation 6 s are gone, after 7 steps 9: the next step and the last
		// validation would be 12.
		{"with the last validation", 11500 * time.Millisecond, 2 * time.Second, 7, 2, -4},
		{"that has just been", 12500 * time.Millisecond, 2 * time.Second, 8, 2, -4},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := slow()
				fit := optim.Trainer{Optimizer: &sgd{1}, Epochs: 5, Batch: 5, Limit: test.limit}
				if test.validating > 0 {
					fit.Validation = &optim.Validation{Loss: func(ctx context.Context) (float64, error) {
						time.Sleep(test.validating)
						return bowl(s)(ctx)
					}}
				}
				var last optim.Event
				fit.Observe = func(e optim.Event) error {
					last = e
					time.Sleep(time.Minute) // that of observers does not count
					return nil
				}
				require.NoError(t, fit.Run(t.Context(), s, numbers(20)))
				assert.Equal(t, test.steps, last.Step)
				assert.Equal(t, test.measured, last.Validations)
				assert.Equal(t, test.left, s.value.Float64s()[0])
				assert.Equal(t, test.steps < 20, last.Advice != "", last.Advice)
				if test.limit > time.Second {
					assert.LessOrEqual(t, last.Elapsed, test.limit)
				}
			})
		})
	}
}

// A schedule goes as far as the clock where that is ahead of the steps, and as far as the steps elsewhere.
func TestLimitBendsTheSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var rates []float64
		fit := optim.Trainer{
			Optimizer: &sgd{1}, Rate: func(step, _ int) float64 { return float64(step) }, Epochs: 5, Batch: 5,
			Limit: 10 * time.Second,
			Observe: func(e optim.Event) error {
				if e.Kind == optim.StepDone {
					rates = append(rates, e.Rate)
					assert.LessOrEqual(t, e.Left(), 10*time.Second-e.Elapsed)
				}
				return nil
			},
		}
		require.NoError(t, fit.Run(t.Context(), slow(), numbers(20)))
		// Of 20 steps, the last of which is 19, the clock takes 1.9 a second.
		assert.Equal(t, []float64{1, 3, 5, 7, 9, 11, 13, 15, 17, 19}, rates)
	})
}

// Where the steps are ahead of the clock, a Limit changes no bit.
func TestLimitThatIsLongChangesNothing(t *testing.T) {
	learn := func(limit time.Duration) []float64 {
		c := newCentre(0)
		fit := optim.Trainer{Rate: optim.Cosine(1, 0), Epochs: 5, Batch: 3, Seed: 1, Limit: limit}
		require.NoError(t, fit.Run(t.Context(), c, numbers(20)))
		return c.at()
	}
	synctest.Test(t, func(t *testing.T) { assert.Equal(t, learn(0), learn(time.Second)) })
}

// A run that goes on from a file has the time that was left.
func TestLimitGoesOn(t *testing.T) {
	path := t.TempDir() + "/run"
	learn := func(limit time.Duration) (steps int) {
		s := newScript(func(int, pair) (float64, error) { time.Sleep(time.Second); return 0, nil })
		fit := optim.Trainer{
			Optimizer: &optim.SGD{LR: 1}, Epochs: 5, Batch: 5, Limit: limit,
			Checkpoint: &optim.Checkpoint{Path: path},
			Observe:    func(e optim.Event) error { steps = e.Step; return nil },
		}
		require.NoError(t, fit.Run(context.Background(), s, numbers(20)))
		return steps
	}
	synctest.Test(t, func(t *testing.T) {
		assert.Equal(t, 6, learn(6*time.Second))
		assert.Equal(t, 6, learn(6*time.Second), "the time is over")
		assert.Equal(t, 10, learn(10*time.Second))
	})
}
