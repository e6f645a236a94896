package optim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/go-ffjord/ffjord/internal/guard"
)

// Search tries settings S of one's own, a struct say of widths, depths and decays, and finds those of the lowest loss:
// of held-out rows, for one. It knows nothing of what is tried. S must be what encoding/json writes and reads again.
type Search[S any] struct {
	// Grid are the settings that are tried, in this order. Either it or Draw is wanted.
	Grid []S
	// Draw draws the settings of a trial. Trial k has the Stream of Seed, "trial" and k, whatever came before.
	Draw func(rng *rand.Rand) S
	// Trials is how many are tried. Zero means the whole Grid, or 20 draws.
	Trials int
	// Limit is how long the trials may take, those of a file among them: the one under way is left out by the end of
	// its context. Zero means no bound.
	Limit time.Duration
	// Seed is what Draw draws from.
	Seed uint64
	// Path is a file that is written anew, whole or not at all, after each trial. A Search that finds it takes its
	// trials for done, and goes on. Empty means that nothing is kept.
	Path string
	// Loss tries settings, lower is better. An error is that of the trial, which is kept and found worse than any
	// other, as is a loss that is NaN; only the end of ctx ends the search.
	Loss func(ctx context.Context, settings S) (float64, error)
	// Observe is told of each trial when it is done. What it returns ends the search, [ErrStop] without an error.
	Observe func(Trial[S]) error
}

// Trial is one try of a [Search].
type Trial[S any] struct {
	Number   int // from 0
	Settings S
	Loss     float64 // +Inf where it failed
	Took     time.Duration
	Failed   string // why it failed
}

// Run makes the trials and returns them in their order, with those of the file first. What it returns beside an error
// is what has been tried so far. It is an error if all trials have failed.
func (s Search[S]) Run(ctx context.Context) (Trials[S], error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	trials, err := s.read()
	if err != nil {
		return nil, err
	}
	var spent time.Duration
	for _, t := range trials {
		spent += t.Took
	}
	for k := len(trials); k < s.trials(); k++ {
		if s.Limit > 0 && spent >= s.Limit {
			break
		}
		trial, err := s.try(ctx, k, spent)
		if err != nil {
			return trials, err
		}
		if trial == nil {
			break
		}
		spent += trial.Took
		trials = append(trials, *trial)
		if err := s.write(trials); err != nil {
			return trials, err
		}
		if err := s.tell(*trial); err != nil {
			if errors.Is(err, ErrStop) {
				break
			}
			return trials, err
		}
	}
	return trials, trials.check()
}

// trials returns how many trials are wanted.
func (s Search[S]) trials() int {
	switch {
	case s.Draw == nil && s.Trials == 0:
		return len(s.Grid)
	case s.Trials == 0:
		return 20
	}
	return s.Trials
}

func (s Search[S]) check() error {
	switch {
	case s.Loss == nil:
		return errors.New("optim: Search: no Loss")
	case (s.Draw == nil) == (len(s.Grid) == 0):
		return errors.New("optim: Search: want one of Grid and Draw")
	case s.Trials < 0 || s.Draw == nil && s.Trials > len(s.Grid):
		return fmt.Errorf("optim: Search: Trials is %d, want 0 or more, and of a Grid at most its %d",
			s.Trials, len(s.Grid))
	case s.Limit < 0:
		return fmt.Errorf("optim: Search: Limit is %v, want 0 or more", s.Limit)
	}
	return nil
}

// settings returns those of a trial.
func (s Search[S]) settings(k int) (drawn S, err error) {
	if s.Draw == nil {
		return s.Grid[k], nil
	}
	err = guard.Call("Search.Draw", func() error {
		drawn = s.Draw(rand.New(Stream(s.Seed, "trial", k, 0)))
		return nil
	})
	return drawn, err
}

// try makes a trial after so much time was spent. It returns nil where the Limit has ended it.
func (s Search[S]) try(ctx context.Context, k int, spent time.Duration) (*Trial[S], error) {
	trial := Trial[S]{Number: k}
	var err error
	if trial.Settings, err = s.settings(k); err != nil {
		return nil, fmt.Errorf("optim: trial %d: %w", k, err)
	}
	bounded := ctx
	if s.Limit > 0 {
		var cancel context.CancelFunc
		bounded, cancel = context.WithTimeout(ctx, s.Limit-spent)
		defer cancel()
	}
	started := time.Now()
	err = guard.Call("Search.Loss", func() (err error) {
		trial.Loss, err = s.Loss(bounded, trial.Settings)
		return err
	})
	trial.Took = time.Since(started)
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("optim: trial %d: %w", k, ctx.Err())
	case err != nil && bounded.Err() != nil:
		return nil, nil
	case err != nil:
		trial.Loss, trial.Failed = math.Inf(1), err.Error()
	case math.IsNaN(trial.Loss):
		trial.Loss, trial.Failed = math.Inf(1), "the loss is NaN"
	}
	return &trial, nil
}

func (s Search[S]) tell(trial Trial[S]) error {
	if s.Observe == nil {
		return nil
	}
	return guard.Call("Search.Observe", func() error { return s.Observe(trial) })
}

// same reports whether two settings are written alike.
func same[S any](a, b S) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}
