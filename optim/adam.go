package optim

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"
)

var (
	_ gorgonia.Solver = (*Adam)(nil)
	_ RateSetter      = (*Adam)(nil)
)

// Adam is the solver of Kingma and Ba (2015), Algorithm 1. With the gradient g
// of step t,
//
//	m ← β₁ m + (1-β₁) g
//	v ← β₂ v + (1-β₂) g²
//	θ ← θ - LR · m/(1-β₁ᵗ) / (√(v/(1-β₂ᵗ)) + Eps)
//
// With Decay it is AdamW (Loshchilov & Hutter 2019, Algorithm 2): θ ← θ - LR · Decay · θ
// comes first, and the moments see nothing of it.
//
// Like Gorgonia's solvers it leaves the gradients zero. Moments are kept by
// position in the model, so an Adam serves one model. The zero value is the
// paper's.
type Adam struct {
	LR    float64 // learning rate; zero means 1e-3; a schedule or SetRate takes its place for good
	Beta1 float64 // decay β₁ of the mean m; zero means 0.9
	Beta2 float64 // decay β₂ of the mean square v; zero means 0.999
	Eps   float64 // keeps the step finite where v is zero; zero means 1e-8
	Decay float64 // of the weights, all of them, in units of the rate; zero means none

	steps   int
	moments []moments
	rate    float64 // set by SetRate, in place of LR if rated
	rated   bool
}

// moments are m and v of one parameter, in its own type.
type moments struct {
	m32, v32 []float32
	m64, v64 []float64
}

// Rate returns the learning rate of the next step.
func (a *Adam) Rate() float64 {
	if a.rated {
		return a.rate
	}
	return or(a.LR, 1e-3)
}

// SetRate changes the learning rate from the next step on, and nothing else.
// Here zero is a rate of zero.
func (a *Adam) SetRate(rate float64) { a.rate, a.rated = rate, true }

// Step moves every parameter of the model by one step. It fails, before
// anything moves, if a parameter or gradient is not a contiguous float32 or
// float64 *tensor.Dense, or if the model is not the one of the step before.
func (a *Adam) Step(model []gorgonia.ValueGrad) error {
	if err := a.match(model); err != nil {
		return err
	}
	a.steps++
	c := a.coefficients()
	if !isFinite(c.rate) || c.rate < 0 || !isFinite(c.eps) || !(c.β1 >= 0 && c.β1 < 1 && c.β2 >= 0 && c.β2 < 1 && a.Decay >= 0) || math.IsInf(a.Decay, 1) {
		a.steps--
		return fmt.Errorf("optim: Adam: LR is %g, Beta1 %g, Beta2 %g, Eps %g, Decay %g: need a rate and a decay of at least 0 and betas from 0 to below 1", c.rate, c.β1, c.β2, c.eps, a.Decay)
	}
	for i, vg := range model {
		p, err := flat(i, vg)
		if err != nil {
			return err
		}
		if a.Decay != 0 {
			decay(p.w32, 1-c.rate*a.Decay)
			decay(p.w64, 1-c.rate*a.Decay)
		}
		mo := a.moments[i]
		adam(p.w32, p.g32, mo.m32, mo.v32, c)
		adam(p.w64, p.g64, mo.m64, mo.v64, c)
	}
	return nil
}

// match makes moments for the first model and checks every later one.
func (a *Adam) match(model []gorgonia.ValueGrad) error {
	first := a.moments == nil
	made := a.moments
	if first {
		made = make([]moments, len(model))
	}
	if len(model) != len(made) {
		return fmt.Errorf("optim: Adam: model of %d parameters, was %d; use a new Adam for another model", len(model), len(made))
	}
	for i, vg := range model {
		p, err := flat(i, vg)
		if err != nil {
			return err
		}
		if first {
			made[i] = moments{
				m32: make([]float32, len(p.w32)), v32: make([]float32, len(p.w32)),
				m64: make([]float64, len(p.w64)), v64: make([]float64, len(p.w64)),
			}
		}
		if len(p.w32) != len(made[i].m32) || len(p.w64) != len(made[i].m64) {
			return fmt.Errorf("optim: Adam: %s changed its size or type; use a new Adam for another model", name(i, vg))
		}
	}
	a.moments = made
	return nil
}

// coefficients are the numbers of one step that are the same for all parameters.
type coefficients struct{ β1, β2, mHat, vHat, rate, eps float64 }

func (a *Adam) coefficients() coefficients {
	β1, β2, t := or(a.Beta1, 0.9), or(a.Beta2, 0.999), float64(a.steps)
	return coefficients{
		β1: β1, β2: β2,
		mHat: 1 / (1 - math.Pow(β1, t)),
		vHat: 1 / (1 - math.Pow(β2, t)),
		rate: a.Rate(),
		eps:  or(a.Eps, 1e-8),
	}
}

func adam[T float](w, g, m, v []T, c coefficients) {
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

// decay multiplies all weights by a factor.
func decay[T float](w []T, factor float64) {
	for i := range w {
		w[i] *= T(factor)
	}
}

// or returns x, or fallback if x is zero.
func or(x, fallback float64) float64 {
	if x == 0 {
		return fallback
	}
	return x
}
