package optim

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
)

// Trainer minimises an [Objective] over the rows of a table or of a source, in batches, for a number of epochs.
type Trainer struct {
	// Solver takes the steps. Nil means a new Adam{} for each run. A solver keeps its memory from one run to the next.
	Solver gorgonia.Solver
	// Rate gives the learning rate of every step. Nil leaves the solver's own.
	Rate Schedule
	// Epochs is how often every row is seen. Zero means 1.
	Epochs int
	// Batch is the number of rows of a step of Run; the last batch of an epoch holds what is left. Zero means 256.
	// RunSource takes the batches as they come.
	Batch int
	// MaxNorm bounds the Euclidean length of the gradient over all parameters; a longer one is shortened to it. Zero
	// means no bound.
	MaxNorm float64
	// MaxRise ends a run whose loss explodes, with a [*DivergedError]: when its mean over 64 steps, or over those to the
	// end of the epoch where that is sooner, is above lowest + MaxRise·(1 + |lowest|). Lowest is the lowest such mean so
	// far, at first the loss of the first batch. Zero means 100; +Inf means no bound.
	MaxRise float64
	// Rand shuffles the rows of Run, anew for each epoch. Nil means a generator with the same fixed seed for each run.
	// RunSource takes the rows as they come.
	Rand *rand.Rand
	// Observe is told of every step and epoch. Nil means no one is.
	Observe Observer
}

// Run trains on the rows of train (rows, dim). It moves the parameters of the objective in place and returns nil when
// all epochs are done or an observer asked to stop.
//
// When ctx is done it returns ctx.Err(), wrapped, and the parameters are those of the last finished step. When the loss,
// the gradient or a parameter is not finite it returns a [*NonFiniteError], and when the objective, the solver or another
// function that it was given fails or panics, that error or a [*PanicError], wrapped; the parameters are then the latest
// that had a finite loss. When the loss explodes it returns a [*DivergedError], and the parameters are the best.
func (t Trainer) Run(ctx context.Context, objective Objective, train *tensor.Dense) error {
	if err := t.check(objective); err != nil {
		return err
	}
	t = t.withDefaults()
	batches, err := data.NewBatches(train, t.Batch, t.Rand)
	if err != nil {
		return fmt.Errorf("optim: %w", err)
	}
	return t.run(ctx, objective, batches)
}

// RunSource trains as Run does, on the batches (rows, dim) of float32 or float64 that source deals: a [data.Stream] of a
// file larger than memory, or a source of one's own that draws rows for ever. Batch and Rand of the Trainer do not
// apply, since the source decides on both; Run is RunSource with [data.NewBatches].
//
// When the source breaks an epoch off, RunSource returns its Err, wrapped; the parameters stay as the last step left
// them.
func (t Trainer) RunSource(ctx context.Context, objective Objective, source data.Source) error {
	if err := t.check(objective); err != nil {
		return err
	}
	if source == nil {
		return errors.New("optim: Trainer: no source")
	}
	return t.withDefaults().run(ctx, objective, source)
}

// withDefaults returns t with its zeros replaced by what they mean.
func (t Trainer) withDefaults() Trainer {
	if t.Solver == nil {
		t.Solver = &Adam{}
	}
	if t.Epochs == 0 {
		t.Epochs = 1
	}
	if t.Batch == 0 {
		t.Batch = 256
	}
	if t.MaxRise == 0 {
		t.MaxRise = 100
	}
	if t.Rand == nil {
		t.Rand = rand.New(rand.NewPCG(0, 0))
	}
	return t
}

func (t Trainer) check(objective Objective) error {
	switch {
	case objective == nil:
		return errors.New("optim: Trainer: no objective")
	case t.Epochs < 0:
		return fmt.Errorf("optim: Trainer: Epochs is %d, want 0 or more", t.Epochs)
	case t.Batch < 0:
		return fmt.Errorf("optim: Trainer: Batch is %d, want 0 or more", t.Batch)
	case !(t.MaxNorm >= 0) || math.IsInf(t.MaxNorm, 1):
		return fmt.Errorf("optim: Trainer: MaxNorm is %g, want a finite number of at least 0", t.MaxNorm)
	}
	if !(t.MaxRise >= 0) {
		return fmt.Errorf("optim: Trainer: MaxRise is %g, want a number of at least 0", t.MaxRise)
	}
	return checkSolver(t.Solver, t.Rate != nil)
}
