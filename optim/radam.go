package optim

import (
	"cmp"
	"fmt"
	"math"

	"gorgonia.org/gorgonia"
)

var (
	_ gorgonia.Solver = (*RAdam)(nil)
	_ RateSetter      = (*RAdam)(nil)
	_ Stateful        = (*RAdam)(nil)
)

// RAdam is Adam that steps by the mean gradient alone until the mean square is worth something, and by less than Adam
// for a while after that, so that it needs no warm-up (Liu et al. 2020, Algorithm 2). With m and v of [Adam], the step t
// and ρ∞ = 2/(1-β₂) - 1,
//
//	m̂ = m/(1-β₁ᵗ),  ρ = ρ∞ - 2tβ₂ᵗ/(1-β₂ᵗ)
//	θ ← θ - LR · m̂                                                     where ρ ≤ 4
//	θ ← θ - LR · r · m̂ · √(1-β₂ᵗ)/(√v + Eps),                          where ρ > 4
//	        r = √((ρ-4)(ρ-2)ρ∞ / ((ρ∞-4)(ρ∞-2)ρ))
//
// The paper has no Eps, and divides by zero where v is zero. Like Gorgonia's solvers it leaves the gradients zero. An
// RAdam serves one model.
type RAdam struct {
	LR    float64 // learning rate; zero means 1e-3; a schedule or SetRate takes its place for good
	Beta1 float64 // decay β₁ of the mean m; zero means 0.9
	Beta2 float64 // decay β₂ of the mean square v; zero means 0.999
	Eps   float64 // keeps the step finite where v is zero; zero means 1e-8
	Decay float64 // decoupled weight decay λ of all parameters, as that of [Adam]; zero means none

	slots
}

// Rate returns the learning rate of the next step.
func (a *RAdam) Rate() float64 { return a.rateOr(a.LR, 1e-3) }

// Step moves every parameter of the model by one step. It fails as that of [Adam] does.
func (a *RAdam) Step(model []gorgonia.ValueGrad) error {
	rate, β1, β2, eps := a.Rate(), cmp.Or(a.Beta1, 0.9), cmp.Or(a.Beta2, 0.999), cmp.Or(a.Eps, 1e-8)
	if !validRate(rate) || !validRate(a.Decay) || !validBeta(β1) || !validBeta(β2) || !validRate(eps) {
		return fmt.Errorf("optim: RAdam: LR is %g, Beta1 %g, Beta2 %g, Eps %g, Decay %g: "+
			"want a rate and a decay of at least 0 and betas from 0 to below 1", rate, β1, β2, eps, a.Decay)
	}
	if err := a.begin(rule{"RAdam", [2]string{"m", "v"}, true, [2]float64{β1, β2}, eps}, model); err != nil {
		return err
	}
	c := radamStep{β1: β1, β2: β2, eps: eps}
	c.mean, c.scaled = rectified(rate, β1, β2, a.steps)
	for i, p := range a.params {
		p.decay(rate, a.Decay)
		v := a.vectors[i]
		radam(p.w32, p.g32, v.f32[0], v.f32[1], c)
		radam(p.w64, p.g64, v.f64[0], v.f64[1], c)
	}
	return nil
}

// rectified returns what step t multiplies m by, and m/(√v + Eps): one of them is zero.
func rectified(rate, β1, β2 float64, t int) (mean, scaled float64) {
	n := float64(t)
	hat, power := rate/(1-math.Pow(β1, n)), math.Pow(β2, n)
	ρMax := 2/(1-β2) - 1
	ρ := ρMax - 2*n*power/(1-power)
	if !(ρ > 4) {
		return hat, 0
	}
	r := math.Sqrt((ρ - 4) * (ρ - 2) * ρMax / ((ρMax - 4) * (ρMax - 2) * ρ))
	return 0, hat * r * math.Sqrt(1-power)
}

// radamStep has the numbers of one step that are the same for all parameters.
type radamStep struct{ β1, β2, eps, mean, scaled float64 }

func radam[T float](w, g, m, v []T, c radamStep) {
	β1, β2, eps, mean, scaled := T(c.β1), T(c.β2), T(c.eps), T(c.mean), T(c.scaled)
	g, m, v = g[:len(w)], m[:len(w)], v[:len(w)]
	for i := range w {
		m[i] = β1*m[i] + (1-β1)*g[i]
		v[i] = β2*v[i] + (1-β2)*g[i]*g[i]
		if scaled == 0 {
			w[i] -= mean * m[i]
		} else {
			w[i] -= scaled * m[i] / (T(math.Sqrt(float64(v[i]))) + eps)
		}
		g[i] = 0
	}
}
