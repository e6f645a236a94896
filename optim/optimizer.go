package optim

import (
	"errors"
	"fmt"

	"gorgonia.org/gorgonia"
)

// RateSetter is an optimizer whose learning rate can be read and changed between steps while it keeps everything else. An
// optimizer of one's own has to be one to be used with a [Schedule].
type RateSetter interface {
	Rate() float64
	SetRate(rate float64)
}

// checkOptimizer refuses solvers of Gorgonia that would quietly do something else than they were asked to. Nil stands for
// Adam.
func checkOptimizer(s gorgonia.Solver, scheduled, rated bool) error {
	switch s.(type) {
	case *gorgonia.AdamW:
		return errors.New("optim: gorgonia.AdamW never changes a parameter; use optim.Adam")
	case *gorgonia.AdaGradSolver:
		return errors.New("optim: gorgonia.AdaGradSolver ignores its learning rate; use optim.Adam or gorgonia.RMSPropSolver")
	}
	if _, ok := s.(RateSetter); rated && !scheduled && !ok && s != nil {
		return fmt.Errorf("optim: optimizer %T does not tell its rate, which WarmUp, Plateau, Decay and Budget change: give a Rate", s)
	}
	if !scheduled {
		return nil
	}
	switch s.(type) {
	case nil, RateSetter, *gorgonia.AdamSolver, *gorgonia.VanillaSolver, *gorgonia.Momentum, *gorgonia.RMSPropSolver:
		return nil
	case *gorgonia.BarzilaiBorweinSolver:
		return errors.New("optim: gorgonia.BarzilaiBorweinSolver finds its own learning rate; leave Rate nil")
	}
	return fmt.Errorf("optim: optimizer %T takes no schedule: it has no methods Rate and SetRate; leave Rate nil", s)
}

// setRate changes the learning rate of an optimizer that checkOptimizer let pass.
func setRate(s gorgonia.Solver, rate float64) {
	if r, ok := s.(RateSetter); ok {
		r.SetRate(rate)
		return
	}
	gorgonia.WithLearnRate(rate)(s)
}

// rateOf returns the optimizer's learning rate, or zero if it does not tell.
func rateOf(s gorgonia.Solver) float64 {
	if r, ok := s.(RateSetter); ok {
		return r.Rate()
	}
	return 0
}
