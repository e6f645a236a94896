package optim

import (
	"fmt"

	"github.com/go-ffjord/ffjord/internal/guard"
)

// setRate gives the optimizer the rate of the step and keeps it for the event: that of the schedule, or else the
// optimizer's own, times what warm-up, plateaus and budgets make of it. Where there is neither, the optimizer is left alone.
func (r *run) setRate() error {
	factor := float64(r.at.Lowered)
	if r.event.Step < r.WarmUp {
		factor *= float64(r.event.Step+1) / float64(r.WarmUp+1)
	}
	var rate float64
	if r.Rate != nil {
		err := guard.Call("Schedule", func() error {
			rate = r.Rate(r.place(), r.event.Steps)
			return nil
		})
		if err != nil {
			return err
		}
	} else {
		err := guard.Call("Optimizer.Rate", func() error {
			rate = rateOf(r.Optimizer)
			return nil
		})
		if err != nil {
			return err
		}
		if factor == 1 && !r.at.Scaled {
			r.event.Rate = rate
			return nil
		}
		if !r.at.Scaled || rate != r.event.Rate { // nobody, or somebody else, has set it
			r.at.Base = number(rate)
		}
		r.at.Scaled, rate = true, float64(r.at.Base)
	}
	rate *= factor
	if !validRate(rate) {
		return fmt.Errorf("the schedule gives a learning rate of %g, want a finite number of at least 0", rate)
	}
	r.event.Rate = rate
	return guard.Call("Optimizer.SetRate", func() error {
		setRate(r.Optimizer, rate)
		return nil
	})
}
