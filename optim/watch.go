package optim

import (
	"fmt"
	"math"
)

// watched is the most steps over which the loss is averaged to see whether it explodes: one bad batch does not count.
const watched = 64

// window is what is known of the loss, over windows of steps.
type window struct {
	Sum         number // of the losses in the window under way, times their rows
	Rows, Steps int    // in the window under way
	Lowest      number // mean loss of a window so far; at first the loss of the first batch
	At          int    // the steps that had been taken when it was met
}

// watch follows the loss in run.at.Watch, and keeps the parameters from the end of the best window.
type watch struct{ best snapshot }

// add counts the step that was taken.
func (w *watch) add(r *run, loss float64, rows int) error {
	at := &r.at.Watch
	if w.best.empty() {
		at.Lowest = number(loss)
		w.best.copy(&r.good) // from before the step
	}
	at.Sum += number(loss * float64(rows))
	at.Rows += rows
	at.Steps++
	if at.Steps < watched {
		return nil
	}
	return w.close(r)
}

// close ends the window under way, which may be empty. When the loss has exploded it restores the best parameters and
// returns a *DivergedError.
func (w *watch) close(r *run) error {
	at := &r.at.Watch
	if at.Rows == 0 {
		return nil
	}
	mean, lowest := float64(at.Sum)/float64(at.Rows), float64(at.Lowest)
	at.Sum, at.Rows, at.Steps = 0, 0, 0
	if mean > lowest+r.MaxRise*(1+math.Abs(lowest)) {
		w.best.restore(r.params)
		return &DivergedError{
			Epoch: r.event.Epoch, Step: r.event.Step, Loss: mean, Lowest: lowest, LowestStep: at.At, Rate: r.event.Rate,
		}
	}
	if mean < lowest {
		at.Lowest, at.At = number(mean), r.event.Step
		w.best.keep(r.params)
	}
	return nil
}

// DivergedError says that the loss has exploded and training stopped. The parameters are those of the best mean loss.
type DivergedError struct {
	Epoch      int     // from 1
	Step       int     // steps taken in the whole run
	Loss       float64 // mean over the last steps
	Lowest     float64 // the best such mean
	LowestStep int     // steps that had been taken then: those parameters are kept
	Rate       float64 // learning rate of the last step; zero if not known
}

// Error names the place and what to try.
func (e *DivergedError) Error() string {
	rate := ""
	if e.Rate > 0 {
		rate = fmt.Sprintf(" than %g", e.Rate)
	}
	return fmt.Sprintf("optim: epoch %d, step %d: the loss has exploded, to a mean of %.4g from %.4g after step %d, "+
		"whose parameters are kept; try a learning rate lower%s, a warm-up or a MaxNorm, or allow it by MaxRise",
		e.Epoch, e.Step, e.Loss, e.Lowest, e.LowestStep, rate)
}

// advice says what is likely wrong where the mean loss of rows of so many columns is no loss of a model that has learnt
// them; empty where nothing is.
func advice(loss float64, columns int) string {
	const most = 1e4 // nats a column; scaled columns have one or two
	if !(math.Abs(loss) > most*float64(max(1, columns))) {
		return ""
	}
	return fmt.Sprintf("the mean loss is %.3g, where rows of %d scaled columns have a few nats a column: "+
		"scale the columns first, as flows.Standardize with data.FitStandardize does", loss, columns)
}
