package optim

import (
	"cmp"
	"fmt"
	"math"

	"gorgonia.org/gorgonia"
)

var (
	_ gorgonia.Solver = (*Adam)(nil)
	_ RateSetter      = (*Adam)(nil)
	_ Stateful        = (*Adam)(nil)
)

// Adam is the optimizer of Kingma and Ba (2015), Algorithm 1. With the gradient g of step t,
//
//	m ← β₁ m + (1-β₁) g
//	v ← β₂ v + (1-β₂) g²
//	θ ← θ - LR · m/(1-β₁ᵗ) / (√(v/(1-β₂ᵗ)) + Eps)
//
// With Decay it is AdamW (Loshchilov and Hutter 2019, Algorithm 2): θ ← θ - LR · Decay · θ comes first, and m and v see
// nothing of it.
//
// Like Gorgonia's solvers it leaves the gradients zero. Its memory goes by the position of a parameter in the model, so
// an Adam serves one model. The zero value is the paper's.
type Adam struct {
	LR    float64 // learning rate; zero means 1e-3; a schedule or SetRate takes its place for good
	Beta1 float64 // decay β₁ of the mean m; zero means 0.9
	Beta2 float64 // decay β₂ of the mean square v; zero means 0.999
	Eps   float64 // keeps the step finite where v is zero; zero means 1e-8
	Decay float64 // decoupled weight decay λ of all parameters; zero means none

	slots
}

// Rate returns the learning rate of the next step.
func (a *Adam) Rate() float64 { return a.rateOr(a.LR, 1e-3) }

// Step moves every parameter of the model by one step. It fails, before anything moves, if a parameter or gradient is
// not a contiguous float32 or float64 *tensor.Dense, if the model is not the one of the step before, or, with a
// [*GradientError], if the square of a gradient is beyond its type.
func (a *Adam) Step(model []gorgonia.ValueGrad) error {
	rate, β1, β2, eps := a.Rate(), cmp.Or(a.Beta1, 0.9), cmp.Or(a.Beta2, 0.999), cmp.Or(a.Eps, 1e-8)
	if !validRate(rate) || !validRate(a.Decay) || !validBeta(β1) || !validBeta(β2) || !validRate(eps) {
		return fmt.Errorf("optim: Adam: LR is %g, Beta1 %g, Beta2 %g, Eps %g, Decay %g: "+
			"want a rate and a decay of at least 0 and betas from 0 to below 1", rate, β1, β2, eps, a.Decay)
	}
	if err := a.begin(rule{"Adam", [2]string{"m", "v"}, true, [2]float64{β1, β2}, eps}, model); err != nil {
		return err
	}
	c := adamStep{
		β1: β1, β2: β2, rate: rate, eps: eps,
		mHat: 1 / (1 - math.Pow(β1, float64(a.steps))),
		vHat: 1 / (1 - math.Pow(β2, float64(a.steps))),
	}
	for i, p := range a.params {
		p.decay(rate, a.Decay)
		v := a.vectors[i]
		adam(p.w32, p.g32, v.f32[0], v.f32[1], c)
		adam(p.w64, p.g64, v.f64[0], v.f64[1], c)
	}
	return nil
}

// adamStep has the numbers of one step that are the same for all parameters.
type adamStep struct{ β1, β2, mHat, vHat, rate, eps float64 }

func adam[T float](w, g, m, v []T, c adamStep) {
	β1, β2 := T(c.β1), T(c.β2)
	mHat, vHat, rate, eps := T(c.mHat), T(c.vHat), T(c.rate), T(c.eps)
	g, m, v = g[:len(w)], m[:len(w)], v[:len(w)]
	for i := range w {
		m[i] = β1*m[i] + (1-β1)*g[i]
		v[i] = β2*v[i] + (1-β2)*g[i]*g[i]
		w[i] -= rate * (m[i] * mHat) / (T(math.Sqrt(float64(v[i]*vHat))) + eps)
		g[i] = 0
	}
}
