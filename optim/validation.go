package optim

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/go-ffjord/ffjord/internal/guard"
)

// Validation measures a model, while it is trained, on rows that training does not see, keeps the best parameters, and
// ends a run that gets no better. With an AverageDecay of the Trainer the averaged parameters are measured, and kept.
type Validation struct {
	// Loss returns the mean loss of the held-out rows under the parameters as they are: that of package flows is
	// Flow.HeldOut, by the trace and the tolerances of evaluation. A loss that is NaN or infinite is no better than
	// any other. Of several ranks the first calls it, and the others wait.
	Loss func(ctx context.Context) (float64, error)
	// Every is the number of steps from one validation to the next. Zero means the end of each epoch.
	Every int
	// Patience is the number of validations in a row without a better one after which the run ends, as it does when all
	// epochs are done. Zero means that it goes on.
	Patience int
	// MinDelta is by how much a loss has to be lower to be better. Zero means by anything.
	MinDelta float64
	// KeepLast leaves the model with the parameters of the last step. False means that a run, however it ends, leaves it
	// with the best that were measured.
	KeepLast bool
}

func (v *Validation) check() error {
	switch {
	case v == nil:
		return nil
	case v.Loss == nil:
		return errors.New("optim: Trainer: Validation: no Loss")
	case v.Every < 0 || v.Patience < 0 || !validRate(v.MinDelta):
		return fmt.Errorf("optim: Trainer: Validation: Every is %d, Patience %d, MinDelta %g, want 0 or more",
			v.Every, v.Patience, v.MinDelta)
	}
	return nil
}

// judge remembers how the losses of a series compare.
type judge struct {
	Best number // lowest so far, +Inf before the first
	Bad  int    // in a row that were no better
}

func newJudge() judge { return judge{Best: number(math.Inf(1))} }

// better counts a loss and reports whether it is the lowest by delta.
func (j *judge) better(loss, delta float64) bool {
	if isFinite(loss) && loss < float64(j.Best)-delta {
		*j = judge{number(loss), 0}
		return true
	}
	j.Bad++
	return false
}

// errPatience ends a run that gets no better.
var errPatience = fmt.Errorf("no better loss of the held-out rows: %w", ErrStop)

// validate measures the model, and ends the run by errPatience.
func (r *run) validate(ctx context.Context) error {
	v := r.Validation
	if v == nil {
		return nil
	}
	started := time.Now()
	if r.average != nil {
		r.raw.keep(r.params)
		r.average.restore(r.params)
	}
	var loss float64
	var took time.Duration
	var err error
	if r.ranks.first() {
		err = guard.Call("Validation.Loss", func() (err error) {
			loss, err = v.Loss(ctx)
			return err
		})
	}
	if err == nil && r.ranks.many() {
		loss, took, err = r.heldOfFirst(ctx, loss, time.Since(started))
	}
	if err == nil && r.at.Held.better(loss, v.MinDelta) {
		r.best.keep(r.all)
		r.at.BestStep = r.event.Step
	}
	if r.average != nil {
		r.raw.restore(r.params)
	}
	if !r.ranks.many() {
		took = time.Since(started)
	}
	r.event.Validating += took
	if err != nil {
		return r.after(fmt.Errorf("validation: %w", err))
	}
	r.event.Validations++
	r.event.Held, r.event.BestHeld = loss, float64(r.at.Held.Best)
	r.plateau(loss)
	if v.Patience > 0 && r.at.Held.Bad >= v.Patience {
		return errPatience
	}
	return nil
}

// heldOfFirst returns the loss that the first rank has measured, and how long that took, on all of them.
func (r *run) heldOfFirst(ctx context.Context, loss float64, took time.Duration) (float64, time.Duration, error) {
	place := fmt.Sprintf("the validation after step %d", r.event.Step)
	said, err := r.ranks.fromFirst(ctx, place, appendNumbers(nil, []float64{loss, float64(took)}))
	if err != nil {
		return 0, 0, err
	}
	held, _, ok := takeNumbers(said)
	if !ok || len(held) != 2 {
		return 0, 0, &RankError{0, errors.New("its message has no loss of the held-out rows")}
	}
	return held[0], time.Duration(held[1]), nil
}
