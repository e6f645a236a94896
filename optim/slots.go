package optim

import (
	"cmp"
	"fmt"
	"math"

	"gorgonia.org/gorgonia"
)

// rule is what the optimizers of this package tell of themselves.
type rule struct {
	optimizer string
	slots     [2]string  // names of the vectors that it keeps for every parameter, empty for none
	squares   bool       // it keeps squares of gradients
	betas     [2]float64 // decays of its means
	eps       float64    // added to a root; 1 where it has none
}

// slots is what they share: a count of steps, a learning rate that can be set, and for every parameter of the model some
// vectors of its size and type, which are the optimizer's memory.
type slots struct {
	steps   int
	rate    float64 // set by SetRate, in place of the optimizer's own if rated
	rated   bool
	params  []parameter // of the step under way
	vectors []vectors   // by parameter; nil before the first step
}

// vectors are the slots of one parameter, in its own type.
type vectors struct {
	f32 [2][]float32
	f64 [2][]float64
}

// SetRate changes the learning rate from the next step on, and nothing else. Here zero is a rate of zero.
func (s *slots) SetRate(rate float64) { s.rate, s.rated = rate, true }

// rateOr returns the rate that was set, or else own, or fallback where own is zero.
func (s *slots) rateOr(own, fallback float64) float64 {
	if s.rated {
		return s.rate
	}
	return cmp.Or(own, fallback)
}

// begin reads and checks the model for the next step. Nothing has changed when it fails.
func (s *slots) begin(r rule, model []gorgonia.ValueGrad) error {
	if s.vectors != nil && len(model) != len(s.vectors) {
		return fmt.Errorf("optim: %s: model of %d parameters, was %d; use a new %[1]s for another model",
			r.optimizer, len(model), len(s.vectors))
	}
	s.params = s.params[:0]
	for i, vg := range model {
		p, err := flat(i, vg)
		if err != nil {
			return err
		}
		if s.vectors != nil && !s.vectors[i].fit(r, p) {
			return fmt.Errorf("optim: %s: %s changed its size or type; use a new %[1]s for another model", r.optimizer, name(i, vg))
		}
		if err := r.check(p); err != nil {
			return err
		}
		if j := p.beyond(r.squares); j >= 0 {
			return p.gradientError(r, name(i, vg), j)
		}
		s.params = append(s.params, p)
	}
	if s.vectors == nil {
		s.make(r)
	}
	s.steps++
	return nil
}

// make makes the slots, zero, for the model that was read.
func (s *slots) make(r rule) {
	s.vectors = make([]vectors, len(s.params))
	for i, p := range s.params {
		for k, name := range r.slots {
			if name != "" {
				s.vectors[i].f32[k] = make([]float32, len(p.w32))
				s.vectors[i].f64[k] = make([]float64, len(p.w64))
			}
		}
	}
}

// fit reports whether the vectors have the size and type of p.
func (v *vectors) fit(r rule, p parameter) bool {
	return r.slots[0] == "" || len(v.f32[0]) == len(p.w32) && len(v.f64[0]) == len(p.w64)
}

// check refuses what a float32 parameter would round to a 1 or a 0: means that forget nothing, or a division by zero.
func (r rule) check(p parameter) error {
	if p.w32 != nil && (float32(r.betas[0]) == 1 || float32(r.betas[1]) == 1 || float32(r.eps) == 0) {
		return fmt.Errorf("optim: %s: betas %g, Eps %g: want betas below 1-3e-8 and Eps above 1e-45 for float32 parameters",
			r.optimizer, r.betas, r.eps)
	}
	return nil
}

// validRate reports whether a rate, or a decay, is finite and not negative.
func validRate(x float64) bool { return isFinite(x) && x >= 0 }

// validBeta reports whether β is the decay of a mean.
func validBeta(β float64) bool { return β >= 0 && β < 1 }

// decay multiplies all weights by 1 - rate·λ, unless λ is zero.
func (p parameter) decay(rate, λ float64) {
	if λ != 0 {
		scale(p.w32, 1-rate*λ)
		scale(p.w64, 1-rate*λ)
	}
}

func scale[T float](w []T, factor float64) {
	for i := range w {
		w[i] *= T(factor)
	}
}

// largest returns the largest number of a parameter's type, or what has it as its square.
func (p parameter) largest(squared bool) float64 {
	largest := math.MaxFloat64
	if p.w32 != nil {
		largest = math.MaxFloat32
	}
	if squared {
		return math.Sqrt(largest)
	}
	return largest
}

// beyond returns the first element of the gradient that is NaN or larger than the optimizer can take, or -1.
func (p parameter) beyond(squared bool) int {
	limit := p.largest(squared)
	if i := beyond(p.g32, float32(limit)); i >= 0 {
		return i
	}
	return beyond(p.g64, limit)
}

func beyond[T float](g []T, limit T) int {
	for i, v := range g {
		if !(v <= limit && v >= -limit) {
			return i
		}
	}
	return -1
}
