package optim

import (
	"errors"
	"fmt"
	"time"
)

// Checkpoint keeps a run in a file, so that it survives whatever ends its process: parameters, the best and the averaged
// ones, the model's state, the optimizer's memory, the place in the epoch, history and counters. A run that finds its file
// goes on from there, and ends with the same bits as one that was never interrupted; one that was over stays so, unless
// Epochs has grown.
//
// For that everything random has to follow from the Trainer's Seed: the source of the rows is a [data.Seeker], as a table
// and a seeded Stream are, the optimizer is [Stateful], and what the objective draws is in Noise.
//
// The file is written when training begins, every so often, and when Run returns, which it does soon after ctx is done: a
// context that ends on SIGINT, SIGTERM and SIGHUP (signal.NotifyContext) makes the last one complete. It appears whole or
// not at all, so that a kill or a full disk costs what came after the one before. While it is written training goes on.
type Checkpoint struct {
	// Path is the file.
	Path string
	// Every is the time from one writing to the next. Zero means a minute.
	Every time.Duration
	// Steps is the number of steps from one writing to the next, beside Every. Zero means that only time counts.
	Steps int
	// Settings are in words what else the run follows from, such as its learning rate, which is a function. A run that
	// finds a file with others does not go on from it, by [ErrOtherRun].
	Settings string
	// Failed is told of a file that can't be written. What it returns ends the run; nil goes on with training, and with
	// trying. A nil Failed ends the run by the error.
	Failed func(err error) error
}

// The reasons for which a run can't go on from a file, as errors.Is finds them in what Run returns.
var (
	ErrDamaged    = errors.New("the file is damaged, or no checkpoint")
	ErrOtherModel = errors.New("it is of another model")
	ErrOtherData  = errors.New("it is of other data")
	ErrOtherRun   = errors.New("it is of a run with other settings")
)

// CheckpointError says that a checkpoint can't be read or written. The run has not moved any parameter then, or has
// gone on to where the parameters are.
type CheckpointError struct {
	Path string
	Err  error // wraps one of the reasons, or an error of the file system
}

func (e *CheckpointError) Error() string {
	return fmt.Sprintf("optim: checkpoint %s: %v", e.Path, e.Err)
}

// Unwrap returns Err.
func (e *CheckpointError) Unwrap() error { return e.Err }

func (c *Checkpoint) check() error {
	switch {
	case c == nil:
		return nil
	case c.Path == "":
		return errors.New("optim: Trainer: Checkpoint: no Path")
	case c.Every < 0 || c.Steps < 0:
		return fmt.Errorf("optim: Trainer: Checkpoint: Every is %v, Steps %d, want 0 or more", c.Every, c.Steps)
	}
	return nil
}
