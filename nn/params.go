package nn

import (
	"fmt"
	"iter"
	"math/rand/v2"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Params hold the numbers of a model: named matrices in the order in which the model first asked for them. Building the
// model makes them; a build that fails leaves those that it had made. Save and Load keep them in a file.
type Params struct {
	Rand  *rand.Rand   // draws initial values; needed until the model has asked for all its parameters
	Dtype tensor.Dtype // tensor.Float32 or tensor.Float64; zero is Float32

	list   []*Param
	byName map[string]*Param
}

// NewParams returns empty float32 parameters that draw their initial values from rng.
func NewParams(rng *rand.Rand) *Params { return &Params{Rand: rng} }

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
	at := func(i int) float64 { return values[i] }
	if p.value.Dtype() == tensor.Float32 {
		at = func(i int) float64 { return float64(float32(values[i])) }
	}
	if err := p.finiteAt(len(values), at); err != nil {
		return fmt.Errorf("nn: set %w", err)
	}
	p.fill(at)
	return nil
}

// Shape returns the numbers of rows and columns.
func (p *Param) Shape() (rows, cols int) { return p.value.Shape()[0], p.value.Shape()[1] }

// DtypeOrDefault returns the element type of all parameters.
func (p *Params) DtypeOrDefault() tensor.Dtype {
	if p.Dtype.Type == nil {
		return tensor.Float32
	}
	return p.Dtype
}

// All iterates over the parameters in order.
func (p *Params) All() iter.Seq[*Param] {
	return func(yield func(*Param) bool) {
		for _, q := range p.list {
			if !yield(q) {
				return
			}
		}
	}
}

// Get returns the parameter name, or nil.
func (p *Params) Get(name string) *Param { return p.byName[name] }

// Len returns the number of parameters.
func (p *Params) Len() int { return len(p.list) }

// Count returns the number of numbers in all parameters.
func (p *Params) Count() int {
	n := 0
	for _, q := range p.list {
		n += q.value.DataSize()
	}
	return n
}

// ensure makes the parameter name if it does not exist yet, drawn from init, and checks its shape if it does.
func (p *Params) ensure(name string, init Init, rows, cols int) error {
	if q := p.byName[name]; q != nil {
		if r, c := q.Shape(); r != rows || c != cols {
			return fmt.Errorf("nn: parameter %q has shape (%d, %d), and a layer asks for (%d, %d)", name, r, c, rows, cols)
		}
		return nil
	}
	switch {
	case rows < 1 || cols < 1:
		return fmt.Errorf("nn: parameter %q of shape (%d, %d): want at least (1, 1)", name, rows, cols)
	case p.Rand == nil:
		return fmt.Errorf("nn: parameter %q needs an initial value, and Params.Rand is nil", name)
	}
	if init == nil {
		init = GlorotUniform
	}
	drawn := make([]float64, rows*cols)
	init(p.Rand, drawn, rows, cols)
	q := &Param{name: name}
	switch dt := p.DtypeOrDefault(); dt {
	case tensor.Float64:
		q.value = dense(drawn, rows, cols)
		q.grad = dense(make([]float64, len(drawn)), rows, cols)
	case tensor.Float32:
		narrow := make([]float32, len(drawn))
		for i, v := range drawn {
			narrow[i] = float32(v)
		}
		q.value = dense(narrow, rows, cols)
		q.grad = dense(make([]float32, len(drawn)), rows, cols)
	default:
		return fmt.Errorf("nn: parameters of element type %v: want float32 or float64", dt)
	}
	if err := q.finite(); err != nil {
		return fmt.Errorf("nn: initial value of %w", err)
	}
	if p.byName == nil {
		p.byName = map[string]*Param{}
	}
	p.byName[name] = q
	p.list = append(p.list, q)
	return nil
}

func dense[T float32 | float64](data []T, rows, cols int) *tensor.Dense {
	return tensor.New(tensor.WithShape(rows, cols), tensor.WithBacking(data))
}
