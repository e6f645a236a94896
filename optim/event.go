package optim

import (
	"errors"
	"time"
)

// Kind says what an Event is about.
type Kind int

const (
	StepDone  Kind = iota + 1 // the parameters have moved once
	EpochDone                 // every row has been seen once more
	Finished                  // the run is over: the last event, sent exactly once
	Resumed                   // the run goes on from a checkpoint: the first event then
)

// Event says where a run stands.
type Event struct {
	Kind Kind
	// Epoch is the epoch from 1 on, of Epochs.
	Epoch, Epochs int
	// Step is the number of steps done since the start of the run, of Steps.
	Step, Steps int
	// Loss is the mean loss over the rows: of the batch, before the step moved the parameters, when the event is a
	// StepDone; of the epoch, each batch as it was met, when it is an EpochDone; of the last whole epoch, or NaN before
	// there was one, when it is Finished.
	Loss float64
	// Rate is the learning rate of the last step, or zero if there is no schedule and the optimizer does not tell.
	Rate float64
	// GradNorm is the Euclidean length of the last step's gradient over all parameters, before clipping.
	GradNorm float64
	// Rows is the number of rows seen since the start of the run, a row that was seen in several epochs counted each
	// time.
	Rows int
	// Elapsed is the time since the start of the run, less the time that observers took.
	Elapsed time.Duration
	// Limit is how long the run may take, zero where there is no bound.
	Limit time.Duration
	// Validations is how often the held-out rows were measured, Held their last mean loss and BestHeld the lowest. Both are
	// zero before the first. Validating is the time that it took: its share of the run is Validating/Elapsed.
	Validations    int
	Held, BestHeld float64
	Validating     time.Duration
	// Evaluations are those of the field for a row, there and back, and Rejected the steps of the solver that were, in
	// the mean over the step or the epoch, if the objective is one [WithCost].
	Evaluations, Rejected float64
	// Past has the epochs of the run so far, when the event is a Resumed.
	Past []Event
	// Advice is what to do about a loss that no model of scaled rows has, or what a Limit has left out, when the event is an
	// EpochDone or Finished; empty where nothing seems wrong.
	Advice string
	// Err is what Run returns, when the event is Finished.
	Err error
}

// RowsPerSecond returns the pace of the run so far, zero before there is one.
func (e Event) RowsPerSecond() float64 {
	if e.Elapsed <= 0 {
		return 0
	}
	return float64(e.Rows) / e.Elapsed.Seconds()
}

// Left returns the time that the steps to come will take at the pace so far, no more than what is left of the Limit, and
// zero before there is a pace.
func (e Event) Left() time.Duration {
	if e.Step == 0 {
		return 0
	}
	left := time.Duration(float64(e.Elapsed) * float64(e.Steps-e.Step) / float64(e.Step))
	if e.Limit > 0 {
		return min(left, max(0, e.Limit-e.Elapsed))
	}
	return left
}

// Observer is told of every event of a run, in order, between the steps. An error ends the run and is returned by it,
// wrapped; [ErrStop] ends it without an error. What an observer returns to Finished is returned by the run only if
// nothing else is.
type Observer func(Event) error

// ErrStop is what an [Observer] returns when the training is good enough.
var ErrStop = errors.New("optim: stop training")

// Observers tells several observers of each event, in order. All of them are told even if one returns an error. Errors
// are joined; [ErrStop] is returned if there is no other.
func Observers(observers ...Observer) Observer {
	return func(e Event) error {
		var failed []error
		var stop error
		for _, observe := range observers {
			if observe == nil {
				continue
			}
			if err := observe(e); errors.Is(err, ErrStop) {
				stop = ErrStop
			} else if err != nil {
				failed = append(failed, err)
			}
		}
		if len(failed) > 0 {
			return errors.Join(failed...)
		}
		return stop
	}
}
