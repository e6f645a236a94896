package optim_test

import (
	"context"
	"math/rand/v2"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

func dense[T float32 | float64](values ...T) *tensor.Dense {
	return tensor.New(tensor.WithShape(1, len(values)), tensor.WithBacking(values))
}

// pair is a parameter with its gradient.
type pair struct {
	value, grad *tensor.Dense
	name        string
	err         error
}

func (p pair) Value() gorgonia.Value         { return p.value }
func (p pair) Grad() (gorgonia.Value, error) { return p.grad, p.err }
func (p pair) Name() string                  { return p.name }
func (p pair) Model() []gorgonia.ValueGrad   { return []gorgonia.ValueGrad{p} }
func newPair[T float32 | float64](v ...T) pair {
	return pair{value: dense(v...), grad: dense(make([]T, len(v))...)}
}

// centre is the objective ½ E|w - x|² with gradient w - E x: its minimum is
// the mean of the rows.
type centre struct{ pair }

func newCentre(start ...float64) centre { return centre{newPair(start...)} }

func (c centre) at() []float64 { return c.value.Float64s() }

func (c centre) Loss(_ context.Context, batch *tensor.Dense) (float64, error) {
	w, g, x := c.value.Float64s(), c.grad.Float64s(), batch.Float64s()
	rows := float64(batch.Shape()[0])
	clear(g)
	var loss float64
	for i, v := range x {
		d := w[i%len(w)] - v
		loss += d * d / 2 / rows
		g[i%len(w)] += d / rows
	}
	return loss, nil
}

// script is an objective of one number w with gradient 1 whose loss, and what
// else happens, a function of the step decides.
type script struct {
	pair
	calls *int
	play  func(step int, p pair) (float64, error)
}

func newScript(play func(step int, p pair) (float64, error)) script {
	return script{newPair(0.0), new(int), play}
}

func (s script) Loss(context.Context, *tensor.Dense) (float64, error) {
	*s.calls++
	s.grad.Float64s()[0] = 1
	return s.play(*s.calls, s.pair)
}

// numbers is the table (n, 1) of 0 to n-1.
func numbers(n int) *tensor.Dense {
	values := make([]float64, n)
	for i := range values {
		values[i] = float64(i)
	}
	return tensor.New(tensor.WithShape(n, 1), tensor.WithBacking(values))
}

// sgd moves by -rate times the gradient.
type sgd struct{ rate float64 }

func (s *sgd) Rate() float64        { return s.rate }
func (s *sgd) SetRate(rate float64) { s.rate = rate }
func (s *sgd) Step(model []gorgonia.ValueGrad) error {
	for _, vg := range model {
		p := vg.(pair)
		for i, g := range p.grad.Float64s() {
			p.value.Float64s()[i] -= s.rate * g
		}
	}
	return nil
}
