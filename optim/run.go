package optim

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"gorgonia.org/gorgonia"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/internal/guard"
	"github.com/go-ffjord/ffjord/internal/place"
)

// run is one run of a Trainer.
type run struct {
	Trainer
	objective Objective
	source    data.Source

	ranks   ranks // of which this is one
	event   Event // where the run stands, as observers see it
	at      standing
	share   share // what the step under way has gathered
	columns int   // of the rows
	started time.Time
	absent  time.Duration // spent in observers
	cut     string        // what the Limit has left out

	model  []gorgonia.ValueGrad
	params []parameter // of the model
	all    []parameter // params, then the objective's state
	decays []float64   // λ of every parameter

	good    snapshot // the latest parameters that had a finite loss
	watch   watch
	best    snapshot // all, where the held-out rows had their lowest loss
	raw     snapshot // the parameters, while the average is measured
	average average
	saver   *saver // nil without a Checkpoint
}

// standing is where a run stands between two steps, beside its tensors and what events tell.
type standing struct {
	Epochs, Batches int // done: epochs, and batches of the one under way

	EpochRows             int // of the epoch under way
	EpochLoss             number
	Evaluations, Rejected int

	Held     judge // of the losses of the held-out rows
	BestStep int   // where they were lowest
	Flat     judge // of the losses that a Plateau looks at
	Lowered  number
	Base     number // the optimizer's own rate, if Scaled
	Scaled   bool
	Over     bool // the last epoch has passed the budget
	Watch    window
	Ended    bool // by Patience: there is nothing to go on with
}

// run trains with settings that are checked and filled.
func (t Trainer) run(ctx context.Context, objective Objective, source data.Source) error {
	r := &run{Trainer: t, objective: objective, source: source, ranks: newRanks(t.Reducer), started: time.Now()}
	r.event = Event{Epochs: t.Epochs, Loss: math.NaN(), Limit: t.Limit}
	r.at = standing{Lowered: 1, Held: newJudge(), Flat: newJudge()}
	defer func() { r.saver.wait() }()
	err := guard.Call("Source.Len", func() error {
		batches := source.Len()
		r.event.Steps = t.Epochs * ((batches + t.Accumulate - 1) / t.Accumulate)
		return nil
	})
	if err == nil {
		err = r.agree(ctx)
	}
	if err == nil {
		err = r.open(ctx)
	}
	if err == nil && !r.at.Ended {
		err = r.epochs(ctx)
	}
	return r.finish(ctx, err)
}

// readModel takes the model's parameters, gradients and state as they now are.
func (r *run) readModel() error {
	return guard.Call("Objective.Model", func() error {
		r.model = r.objective.Model()
		if len(r.model) == 0 {
			return errors.New("optim: the objective has no parameters")
		}
		var err error
		if r.params, err = flatten(r.params[:0], r.model); err != nil {
			return err
		}
		r.all = append(r.all[:0], r.params...)
		if s, ok := r.objective.(WithState); ok {
			if r.all, err = flatten(r.all, s.State()); err != nil {
				return err
			}
		}
		if r.decays == nil && len(r.Decay) > 0 {
			r.decays, err = decays(r.Decay, names(r.model))
		}
		return err
	})
}

func (r *run) epochs(ctx context.Context) error {
	for r.at.Epochs < r.Epochs {
		if r.over() {
			return errLate
		}
		r.event.Epoch = r.at.Epochs + 1
		if err := r.epoch(ctx); err != nil {
			return err
		}
	}
	return nil
}

// epoch goes through the rows that are left of an epoch and tells of the whole.
func (r *run) epoch(ctx context.Context) error {
	if err := r.deal(ctx); err != nil {
		return err
	}
	if err := r.watch.close(r); err != nil {
		return err
	}
	r.event.Loss = float64(r.at.EpochLoss) / float64(r.at.EpochRows)
	advice, err := r.spend()
	if err != nil {
		return err
	}
	var ended error
	switch {
	case r.Validation == nil:
		r.plateau(r.event.Loss)
	case r.Validation.Every == 0:
		if ended = r.validate(ctx); ended != nil && !errors.Is(ended, errPatience) {
			return ended
		}
	}
	e := r.event
	e.Evaluations = float64(r.at.Evaluations) / float64(r.at.EpochRows)
	e.Rejected = float64(r.at.Rejected) / float64(r.at.EpochRows)
	e.Advice = join(advice, r.advice(e.Loss))
	told := r.tellEvent(EpochDone, e)
	r.at.Epochs++
	r.at.Batches, r.at.EpochRows, r.at.EpochLoss, r.at.Evaluations, r.at.Rejected = 0, 0, 0, 0, 0
	return firstError(told, ended)
}

// deal has the source deal the batches that are left of the epoch, and takes the steps.
func (r *run) deal(ctx context.Context) error {
	if err := r.seek(); err != nil {
		return r.after(err)
	}
	var failed error
	err := guard.Call("Source.Epoch", func() error {
		skip := r.at.Batches
		for batch := range r.source.Epoch() {
			if skip > 0 {
				skip--
				continue
			}
			if failed = r.batch(ctx, batch); failed != nil {
				return nil
			}
		}
		return nil
	})
	if failed != nil {
		return failed
	}
	if err == nil {
		err = guard.Call("Source.Err", r.source.Err)
	}
	if err != nil {
		return r.after(err)
	}
	if r.share.batches > 0 { // fewer than are accumulated elsewhere
		if err := r.step(ctx); err != nil {
			return err
		}
	}
	if r.at.EpochRows == 0 {
		return r.after(errors.New("the source has no rows"))
	}
	return nil
}

// tell sends an event; the observer's time does not count as elapsed.
func (r *run) tell(kind Kind, loss float64, result error) error {
	e := r.event
	e.Loss, e.Err = loss, result
	if kind == Finished {
		e.Advice = join(r.advice(loss), r.cut)
	}
	return r.tellEvent(kind, e)
}

func (r *run) tellEvent(kind Kind, e Event) error {
	now := time.Now()
	e.Kind, e.Elapsed = kind, r.elapsed(now)
	if kind == EpochDone {
		r.saver.remember(e)
	}
	if r.Observe == nil {
		return nil
	}
	err := guard.Call("Observer", func() error { return r.Observe(e) })
	r.absent += time.Since(now)
	if err != nil {
		return place.In(fmt.Sprintf("optim: epoch %d, after step %d: observer", e.Epoch, e.Step), err)
	}
	return nil
}

// elapsed returns the time that the run has taken, in all its parts.
func (r *run) elapsed(now time.Time) time.Duration {
	return r.event.Elapsed + now.Sub(r.started) - r.absent
}

// finish writes the last checkpoint, leaves the model with the parameters that were asked for, sends the last event and
// returns what the run returns.
func (r *run) finish(ctx context.Context, err error) error {
	if errors.Is(err, errPatience) {
		r.at.Ended = true
	}
	if errors.Is(err, errLate) {
		r.cut = r.shortened()
	}
	stopped := errors.Is(err, ErrStop)
	if stopped {
		err = nil
	}
	var other *RankError
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &other) {
		if failed := r.saver.last(r); failed != nil {
			err = errors.Join(err, failed)
		}
	}
	if stopped && err == nil {
		r.ranks.leave(ctx, ErrStop) // who stops has left well, whatever the others say
	} else {
		err = r.ranks.leave(ctx, err)
	}
	switch {
	case r.Validation != nil && !r.Validation.KeepLast && !r.best.empty():
		r.best.restore(r.all)
	case r.average != nil && err == nil:
		r.average.restore(r.params)
	}
	told := r.tell(Finished, r.event.Loss, err)
	if err == nil && !errors.Is(told, ErrStop) {
		return told
	}
	return err
}

// during adds to an error the step under way.
func (r *run) during(err error) error {
	return place.In(fmt.Sprintf("optim: epoch %d, step %d", r.event.Epoch, r.event.Step+1), err)
}

// after adds to an error the step that was taken last.
func (r *run) after(err error) error {
	return place.In(fmt.Sprintf("optim: epoch %d, after step %d", r.event.Epoch, r.event.Step), err)
}

func (r *run) nonFinite(what string, loss, norm float64) error {
	return &NonFiniteError{
		What: what, Epoch: r.event.Epoch, Step: r.event.Step + 1,
		Loss: loss, GradNorm: norm, Rate: r.event.Rate,
	}
}

// advice says what is likely wrong with a mean loss of the rows.
func (r *run) advice(loss float64) string { return advice(loss, r.columns) }

// join joins two pieces of advice, either of which may be empty.
func join(a, b string) string {
	if a != "" && b != "" {
		return a + "; " + b
	}
	return a + b
}

// firstError returns the error that a run is to end with: a failure before a wish to stop.
func firstError(told, ended error) error {
	if told != nil {
		return told
	}
	return ended
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
