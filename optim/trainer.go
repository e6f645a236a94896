package optim

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
)

// Trainer minimises an [Objective] over the rows of a table or of a source, in batches, for a number of epochs.
type Trainer struct {
	// Optimizer takes the steps: [Adam] and others of this package, or a solver of Gorgonia's. It keeps its memory from
	// one run to the next. Nil means a new Adam{} for each run.
	Optimizer gorgonia.Solver
	// Rate gives the learning rate of every step. Nil leaves the optimizer's own.
	Rate Schedule
	// Epochs is how often every row is seen. Zero means 1.
	Epochs int
	// Limit is how long the run may take, Event.Elapsed: it ends in good order before, with a last validation where there
	// is one, and after one step at least. The schedule is fitted to it: where the time that is spent is a larger share of
	// the Limit than the steps are of all, the rate is that of the time. A run that the Limit does not touch has the bits of
	// one without. Of several ranks the Limit and the clock of the first count. Zero means no bound.
	Limit time.Duration
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
	// WarmUp is the number of steps at the start over which the rate rises, (step+1)/(WarmUp+1) of what it would be
	// without. Zero means none. Where there is no Rate, the optimizer must be a [RateSetter].
	WarmUp int
	// Plateau lowers the rate when the loss gets no better. Nil means that it stays.
	Plateau *Plateau
	// Accumulate is the number of batches that make a step together, with the mean gradient of all their rows. Zero means
	// one; the last step of an epoch takes those that are left.
	Accumulate int
	// Decay is the weight decay by groups of parameters; a parameter takes that of the first group that it is in. Nil means
	// none, beside what the optimizer has of its own.
	Decay []Decay
	// AverageDecay is the share β of an exponential moving average of the parameters that a step keeps, near 1, such as
	// 0.999: a ← β a + (1-β) θ, with β no more than (1+t)/(10+t) at step t. The averaged parameters are what a Validation
	// measures, and what a run that ends well leaves in the model. Zero means no average.
	AverageDecay float64
	// Validation measures the model on held-out rows, keeps the best and may end the run. Nil means that nothing does.
	Validation *Validation
	// Budget bounds what rows may cost. Nil means no bound.
	Budget *Budget
	// Checkpoint keeps the run in a file, from which the next Run goes on. Nil means that nothing is kept.
	Checkpoint *Checkpoint
	// Seed is what everything random in the run follows from by [Stream]: the order of the rows where Rand is nil, and
	// Noise. With a Seed, or a Checkpoint, each epoch's order depends on them and its number alone.
	Seed uint64
	// Noise are the sources that the objective draws from, by names of one's own: before every batch each is set to the
	// Stream of Seed, its name, the epoch and the batch. Nil leaves them as they are, and a run can't be taken up again
	// with the same bits.
	Noise map[string]*rand.PCG
	// Reducer joins the ranks of a run on several machines, or processes. Nil means that this process trains alone, as does
	// a Reducer of one rank.
	Reducer Reducer
	// Rand shuffles the rows of Run, anew for each epoch. Nil means a generator with the same fixed seed for each run.
	// RunSource takes the rows as they come.
	Rand *rand.Rand
	// Observe is told of every step and epoch. Nil means no one is.
	Observe Observer
}

// Run trains on the rows of train (rows, dim). It moves the parameters of the objective in place and returns nil when
// all epochs are done, when the Limit or the Validation's patience is at an end, or when an observer asked to stop.
//
// When ctx is done it returns ctx.Err(), wrapped, and the parameters are those of the last finished step. When the loss,
// the gradient or a parameter is not finite it returns a [*NonFiniteError], and when the objective, the optimizer or
// another function that it was given fails or panics, that error or a [*PanicError], wrapped; the parameters are then the
// latest that had a finite loss. When the loss explodes it returns a [*DivergedError], and the parameters are those from
// the end of the steps of lowest loss. With a Validation that does not KeepLast they are, in all these cases, the best that were
// measured, if any were.
func (t Trainer) Run(ctx context.Context, objective Objective, train *tensor.Dense) error {
	if err := t.check(objective); err != nil {
		return t.refuse(ctx, err)
	}
	t = t.withDefaults()
	batches, err := t.batches(train)
	if err != nil {
		return t.refuse(ctx, fmt.Errorf("optim: %w", err))
	}
	return t.run(ctx, objective, batches)
}

// batches deals the rows of a table, by Rand or by Seed.
func (t Trainer) batches(train *tensor.Dense) (*data.Batches, error) {
	if t.Seed != 0 || t.Checkpoint != nil {
		return data.NewSeededBatches(train, t.Batch, Stream(t.Seed, "rows", 0, 0).Uint64())
	}
	rng := t.Rand
	if rng == nil {
		rng = rand.New(rand.NewPCG(0, 0))
	}
	return data.NewBatches(train, t.Batch, rng)
}

// RunSource trains as Run does, on the batches (rows, dim) of float32 or float64 that source deals: a [data.Stream] of a
// file larger than memory, or a source of one's own that draws rows for ever. Batch and Rand of the Trainer do not
// apply, since the source decides on both; Run is RunSource with [data.NewBatches].
//
// When the source breaks an epoch off, RunSource returns its Err, wrapped; the parameters stay as the last step left
// them.
func (t Trainer) RunSource(ctx context.Context, objective Objective, source data.Source) error {
	if err := t.check(objective); err != nil {
		return t.refuse(ctx, err)
	}
	if source == nil {
		return t.refuse(ctx, errors.New("optim: Trainer: no source"))
	}
	t = t.withDefaults()
	t.Batch = 0
	return t.run(ctx, objective, source)
}

// withDefaults returns t with its zeros replaced by what they mean.
func (t Trainer) withDefaults() Trainer {
	if t.Optimizer == nil {
		t.Optimizer = &Adam{}
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
	t.Accumulate = max(1, t.Accumulate)
	t.Plateau = t.Plateau.withDefaults()
	return t
}

// refuse tells the other ranks that there is no run here.
func (t Trainer) refuse(ctx context.Context, err error) error {
	if checkReducer(t.Reducer) != nil {
		return err
	}
	ranks := newRanks(t.Reducer)
	return ranks.leave(ctx, err)
}

func (t Trainer) check(objective Objective) error {
	switch {
	case objective == nil:
		return errors.New("optim: Trainer: no objective")
	case t.Epochs < 0:
		return fmt.Errorf("optim: Trainer: Epochs is %d, want 0 or more", t.Epochs)
	case t.Limit < 0:
		return fmt.Errorf("optim: Trainer: Limit is %v, want 0 or more", t.Limit)
	case t.Batch < 0:
		return fmt.Errorf("optim: Trainer: Batch is %d, want 0 or more", t.Batch)
	case t.Accumulate < 0:
		return fmt.Errorf("optim: Trainer: Accumulate is %d, want 0 or more", t.Accumulate)
	case t.WarmUp < 0:
		return fmt.Errorf("optim: Trainer: WarmUp is %d, want 0 or more", t.WarmUp)
	case !validRate(t.MaxNorm):
		return fmt.Errorf("optim: Trainer: MaxNorm is %g, want a finite number of at least 0", t.MaxNorm)
	case !(t.MaxRise >= 0):
		return fmt.Errorf("optim: Trainer: MaxRise is %g, want a number of at least 0", t.MaxRise)
	case !(t.AverageDecay >= 0 && t.AverageDecay < 1):
		return fmt.Errorf("optim: Trainer: AverageDecay is %g, want a number from 0 to below 1", t.AverageDecay)
	case t.Rand != nil && (t.Seed != 0 || t.Checkpoint != nil):
		return errors.New("optim: Trainer: Rand can't be taken up again where it was: leave it nil, and set Seed")
	}
	for _, d := range t.Decay {
		if err := d.check(); err != nil {
			return err
		}
	}
	rated := t.WarmUp > 0 || t.Plateau != nil || len(t.Decay) > 0 || t.Budget != nil && t.Budget.Then == LowerRate
	return cmp.Or(
		checkReducer(t.Reducer),
		t.Validation.check(), t.Plateau.check(), t.Budget.check(), t.Checkpoint.check(),
		checkOptimizer(t.Optimizer, t.Rate != nil, rated),
	)
}
