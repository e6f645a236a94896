package optim

import "fmt"

// NonFiniteError says that training met a number that is NaN or infinite and
// stopped. The parameters are those of the last step whose loss was finite.
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
