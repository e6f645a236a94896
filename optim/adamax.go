package optim

import (
	"cmp"
	"fmt"
	"math"

	"gorgonia.org/gorgonia"
)

var (
	_ gorgonia.Solver = (*Adamax)(nil)
	_ RateSetter      = (*Adamax)(nil)
	_ Stateful        = (*Adamax)(nil)
)

// Adamax is Adam with the largest gradient of late in place of the mean square (Kingma and Ba 2015, Algorithm 2), which
// no gradient can overflow. With the gradient g of step t,
//
//	m ← β₁ m + (1-β₁) g
//	u ← max(β₂ u, |g|)
//	θ ← θ - LR/(1-β₁ᵗ) · m/u
//
// A weight whose gradient has always been zero stays where it is. Like Gorgonia's solvers it leaves the gradients zero.
// An Adamax serves one model. The zero value is the paper's.
type Adamax struct {
	LR    float64 // learning rate; zero means 2e-3; a schedule or SetRate takes its place for good
	Beta1 float64 // decay β₁ of the mean m; zero means 0.9
	Beta2 float64 // decay β₂ of the largest gradient u; zero means 0.999
	Decay float64 // decoupled weight decay λ of all parameters, as that of [Adam]; zero means none

	slots
}

// Rate returns the learning rate of the next step.
func (a *Adamax) Rate() float64 { return a.rateOr(a.LR, 2e-3) }

// Step moves every parameter of the model by one step. It fails as that of [Adam] does.
func (a *Adamax) Step(model []gorgonia.ValueGrad) error {
	rate, β1, β2 := a.Rate(), cmp.Or(a.Beta1, 0.9), cmp.Or(a.Beta2, 0.999)
	if !validRate(rate) || !validRate(a.Decay) || !validBeta(β1) || !validBeta(β2) {
		return fmt.Errorf("optim: Adamax: LR is %g, Beta1 %g, Beta2 %g, Decay %g: "+
			"want a rate and a decay of at least 0 and betas from 0 to below 1", rate, β1, β2, a.Decay)
	}
	if err := a.begin(rule{"Adamax", [2]string{"m", "u"}, false, [2]float64{β1, β2}, 1}, model); err != nil {
		return err
	}
	hat := rate / (1 - math.Pow(β1, float64(a.steps)))
	for i, p := range a.params {
		p.decay(rate, a.Decay)
		v := a.vectors[i]
		adamax(p.w32, p.g32, v.f32[0], v.f32[1], β1, β2, hat)
		adamax(p.w64, p.g64, v.f64[0], v.f64[1], β1, β2, hat)
	}
	return nil
}

func adamax[T float](w, g, m, u []T, b1, b2, hat float64) {
	β1, β2, rate := T(b1), T(b2), T(hat)
	g, m, u = g[:len(w)], m[:len(w)], u[:len(w)]
	for i := range w {
		m[i] = β1*m[i] + (1-β1)*g[i]
		u[i] = max(β2*u[i], g[i], -g[i])
		if u[i] > 0 {
			w[i] -= rate * (m[i] / u[i])
		}
		g[i] = 0
	}
}
