package optim

import (
	"context"
	"fmt"
	"time"
)

// errLate ends a run whose time is over.
var errLate = fmt.Errorf("the time is over: %w", ErrStop)

// late ends the run, with a last validation, by errLate where the time is over.
func (r *run) late(ctx context.Context) error {
	if !r.over() {
		return nil
	}
	return firstError(r.validate(ctx), errLate)
}

// over reports whether there are steps to come and the time that is left is too short for one more, of the length of
// those so far, and a last validation.
func (r *run) over() bool {
	if r.Limit == 0 || r.event.Step == 0 || r.event.Step == r.event.Steps {
		return false
	}
	elapsed := r.clock()
	need := (elapsed - r.event.Validating) / time.Duration(r.event.Step)
	if r.event.Validations > 0 {
		need += r.event.Validating / time.Duration(r.event.Validations)
	}
	return elapsed+need > r.Limit
}

// clock returns the time that the run has taken, of several ranks that of the first when they met last: all have to
// judge alike.
func (r *run) clock() time.Duration {
	if r.ranks.many() {
		return max(r.event.Elapsed, r.ranks.clock)
	}
	return r.elapsed(time.Now())
}

// place returns the step that the schedule is asked about: the next one, or, where that is later, the one whose share of
// all steps is the clock's share of the Limit.
func (r *run) place() int {
	if r.Limit == 0 {
		return r.event.Step
	}
	last := r.event.Steps - 1
	spent := min(1, r.clock().Seconds()/r.Limit.Seconds())
	return max(r.event.Step, min(last, int(spent*float64(last))))
}

// shortened says what the Limit has left out.
func (r *run) shortened() string {
	return fmt.Sprintf("the Limit of %v has ended the run in epoch %d of %d", r.Limit, r.event.Epoch, r.Epochs)
}
