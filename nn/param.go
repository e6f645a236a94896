package nn

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Param is one named matrix and the gradient of the loss with respect to it. It is a gorgonia.ValueGrad, which
// Gorgonia's solvers step.
type Param struct {
	name  string
	state bool // not trained

	value *tensor.Dense
	grad  *tensor.Dense
}

var _ gorgonia.ValueGrad = (*Param)(nil)

// Name returns the names of owner, layers and parameter joined by dots, such as "block0.1.weight".
func (p *Param) Name() string { return p.name }

// Value returns the matrix, a *tensor.Dense of shape (rows, cols). It is the storage itself.
func (p *Param) Value() gorgonia.Value { return p.value }

// Grad returns the gradient that was left last, a *tensor.Dense of the same shape, zero at first. It is the storage
// itself.
func (p *Param) Grad() (gorgonia.Value, error) { return p.grad, nil }

// Trained tells whether training moves the parameter by its gradient. It does not where a layer has asked for it as
// State.
func (p *Param) Trained() bool { return !p.state }

// Numbers returns a copy of the values, row-major.
func (p *Param) Numbers() []float64 {
	out := make([]float64, p.value.DataSize())
	switch data := p.value.Data().(type) {
	case []float32:
		for i, v := range data {
			out[i] = float64(v)
		}
	case []float64:
		copy(out, data)
	}
	return out
}

// Set replaces the values by finite numbers, row-major, in the storage that the parameter has.
func (p *Param) Set(values []float64) error {
	if want := p.value.DataSize(); len(values) != want {
		return fmt.Errorf("nn: parameter %q: set %d numbers, want %d", p.name, len(values), want)
	}
	at := p.rounded(func(i int) float64 { return values[i] })
	if err := p.finiteAt(at); err != nil {
		return fmt.Errorf("nn: set %w", err)
	}
	p.fill(at)
	return nil
}

// rounded gives numbers as they are in the parameter's element type.
func (p *Param) rounded(at elements) elements {
	if p.value.Dtype() == tensor.Float32 {
		return func(i int) float64 { return float64(float32(at(i))) }
	}
	return at
}

// Shape returns the numbers of rows and columns.
func (p *Param) Shape() (rows, cols int) { return p.value.Shape()[0], p.value.Shape()[1] }

// fill sets every value, row-major.
func (p *Param) fill(at elements) {
	switch data := p.value.Data().(type) {
	case []float32:
		for i := range data {
			data[i] = float32(at(i))
		}
	case []float64:
		for i := range data {
			data[i] = at(i)
		}
	}
}
