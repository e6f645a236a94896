package nn

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// Param is one named matrix and the gradient of the loss with respect to it. It is a gorgonia.ValueGrad, which
// Gorgonia's solvers step.
type Param struct {
	name       string
	state      bool // not trained
	rows, cols int

	value *tensor.Dense // nil where a file says that there is such a parameter and its numbers are not read yet
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

// Matrix returns what Value does, as the type that it has.
func (p *Param) Matrix() *tensor.Dense { return p.value }

// Gradient returns what Grad does, as the type that it has and without an error.
func (p *Param) Gradient() *tensor.Dense { return p.grad }

// Trained reports whether training moves the parameter by its gradient. It does not where a layer has asked for it as
// State.
func (p *Param) Trained() bool { return !p.state }

// Numbers returns a copy of the values, row-major.
func (p *Param) Numbers() []float64 { return numbers(p.value) }

// GradientNumbers returns a copy of the gradient that was left last, row-major.
func (p *Param) GradientNumbers() []float64 { return numbers(p.grad) }

func numbers(m *tensor.Dense) []float64 {
	out := make([]float64, m.DataSize())
	switch data := m.Data().(type) {
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
	if want := p.rows * p.cols; len(values) != want {
		return fmt.Errorf("nn: parameter %s: set %d numbers, want %d", quote.Text(p.name), len(values), want)
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
func (p *Param) Shape() (rows, cols int) { return p.rows, p.cols }

// allocate makes the values and the gradient, all 0.
func (p *Param) allocate(dtype tensor.Dtype) {
	if dtype == tensor.Float64 {
		p.value, p.grad = zeros[float64](p.rows, p.cols), zeros[float64](p.rows, p.cols)
	} else {
		p.value, p.grad = zeros[float32](p.rows, p.cols), zeros[float32](p.rows, p.cols)
	}
}

func zeros[T float32 | float64](rows, cols int) *tensor.Dense {
	return tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(make([]T, rows*cols)))
}

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
