package optim

import (
	"fmt"

	"github.com/go-ffjord/ffjord/internal/guard"
)

// PanicError says that a function which training was given panicked: the objective, the optimizer, the schedule, the
// source or the observer. Its text names which, its %+v has the stack. A runtime.Goexit in one of them ends the
// goroutine that called Run, as it would anywhere.
type PanicError = guard.PanicError

// NonFiniteError says that training met a number that is NaN or infinite and stopped. The parameters are those of the
// last step whose loss was finite.
type NonFiniteError struct {
	What     string  // "loss", "gradient", or the parameter that a step spoiled
	Epoch    int     // from 1
	Step     int     // from 1, over the whole run
	Loss     float64 // mean loss of the batch
	GradNorm float64 // length of the gradient; NaN if the loss was not finite
	Rate     float64 // learning rate of the step before; zero if not known
}

// Error names the place and what to try.
func (e *NonFiniteError) Error() string {
	rate := ""
	if e.Rate > 0 {
		rate = fmt.Sprintf(" than %g", e.Rate)
	}
	return fmt.Sprintf("optim: epoch %d, step %d: %s is not finite (loss %g, gradient norm %g); "+
		"the last good parameters are kept; try a learning rate lower%s, a MaxNorm, or float64",
		e.Epoch, e.Step, e.What, e.Loss, e.GradNorm, rate)
}

// GradientError says that an optimizer was given a gradient that its memory cannot hold. Taken as it is, it would make the
// weight NaN or, once a mean square is infinite, keep it from ever moving again. Nothing has moved.
type GradientError struct {
	Optimizer string  // which: "Adam"
	Parameter string  // which: `parameter "w"`
	Element   int     // of the parameter
	Value     float64 // of the gradient
	Limit     float64 // that the optimizer can take
}

// Error names the place and what to try.
func (e *GradientError) Error() string {
	return fmt.Sprintf("optim: %s: gradient of %s, element %d, is %.4g: want at most %.3g in size; try a MaxNorm or a lower learning rate",
		e.Optimizer, e.Parameter, e.Element, e.Value, e.Limit)
}

func (p parameter) gradientError(r rule, name string, element int) error {
	e := &GradientError{Optimizer: r.optimizer, Parameter: name, Element: element, Limit: p.largest(r.squares)}
	if p.g32 != nil {
		e.Value = float64(p.g32[element])
	} else {
		e.Value = p.g64[element]
	}
	return e
}
