package optim

import (
	"fmt"

	"gorgonia.org/gorgonia"
)

var (
	_ gorgonia.Solver = (*SGD)(nil)
	_ RateSetter      = (*SGD)(nil)
	_ Stateful        = (*SGD)(nil)
)

// SGD goes down the gradient, with a momentum if wanted (Polyak 1964; Sutskever et al. 2013, equations 1 to 4). With the
// gradient g,
//
//	b ← Momentum · b + g
//	θ ← θ - LR · b                      or, with Nesterov,
//	θ ← θ - LR · (g + Momentum · b)
//
// which for a constant rate is the papers' velocity, v = -LR · b, and for a Nesterov momentum the papers' point of
// looking ahead, θ + Momentum · v, at which the gradient is taken. A change of the rate acts at once, also on what b has
// gathered.
//
// Like Gorgonia's solvers it leaves the gradients zero. An SGD serves one model.
type SGD struct {
	LR       float64 // learning rate; zero means 1e-2; a schedule or SetRate takes its place for good
	Momentum float64 // share of b that a step keeps, from 0 to below 1; zero means no momentum
	Nesterov bool    // look ahead (Nesterov 1983); without a momentum it makes no difference
	Decay    float64 // decoupled weight decay λ of all parameters, as that of [Adam]; zero means none

	slots
}

// Rate returns the learning rate of the next step.
func (s *SGD) Rate() float64 { return s.rateOr(s.LR, 1e-2) }

// Step moves every parameter of the model by one step. It fails as that of [Adam] does.
func (s *SGD) Step(model []gorgonia.ValueGrad) error {
	rate := s.Rate()
	if !validRate(rate) || !validRate(s.Decay) || !validBeta(s.Momentum) {
		return fmt.Errorf("optim: SGD: LR is %g, Momentum %g, Decay %g: "+
			"want a rate and a decay of at least 0 and a momentum from 0 to below 1", rate, s.Momentum, s.Decay)
	}
	if err := s.begin(rule{"SGD", [2]string{"b"}, false, [2]float64{s.Momentum}, 1}, model); err != nil {
		return err
	}
	for i, p := range s.params {
		p.decay(rate, s.Decay)
		sgd(p.w32, p.g32, s.vectors[i].f32[0], rate, s.Momentum, s.Nesterov)
		sgd(p.w64, p.g64, s.vectors[i].f64[0], rate, s.Momentum, s.Nesterov)
	}
	return nil
}

func sgd[T float](w, g, b []T, lr, momentum float64, nesterov bool) {
	rate, μ := T(lr), T(momentum)
	g, b = g[:len(w)], b[:len(w)]
	for i := range w {
		b[i] = μ*b[i] + g[i]
		step := b[i]
		if nesterov {
			step = g[i] + μ*b[i]
		}
		w[i] -= rate * step
		g[i] = 0
	}
}
