package nn

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"sync/atomic"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/guard"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// Params hold the numbers of a model: named matrices in the order in which the model first asked for them. Building the
// model makes them; a build that fails leaves those that it had made. Save and Load keep them in a file, and LoadParams
// makes them from one before there is a model.
type Params struct {
	Rand  *rand.Rand   // draws initial values; may be nil once the model has asked for all its parameters
	Dtype tensor.Dtype // tensor.Float32 or tensor.Float64; zero is Float32

	list   []*Param // those asked for, then those of a file that nothing has asked for
	byName map[string]*Param
	unused int         // the length of the second part
	read   bool        // they come from a file
	built  atomic.Bool // a model was built over them, which may have no parameters at all
}

// NewParams returns empty float32 parameters that draw their initial values from rng.
func NewParams(rng *rand.Rand) *Params { return &Params{Rand: rng} }

// Unused returns the names of the parameters that came with a file (LoadParams) and that no model has asked for since,
// in the order of the file: what a model that fits the file leaves empty.
func (p *Params) Unused() []string {
	var names []string
	for _, q := range p.list[len(p.list)-p.unused:] {
		names = append(names, q.name)
	}
	return names
}

// DtypeOrDefault returns the element type of all parameters.
func (p *Params) DtypeOrDefault() tensor.Dtype {
	if p.Dtype.Type == nil {
		return tensor.Float32
	}
	return p.Dtype
}

// All iterates over the parameters in order, the unused ones last.
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
		n += q.rows * q.cols
	}
	return n
}

// ensure makes the parameter name if it does not exist yet, drawn from init, and checks its shape if it does.
func (p *Params) ensure(name string, init Init, rows, cols int) error {
	if q := p.byName[name]; q != nil {
		if q.rows != rows || q.cols != cols {
			return tensorError(name, ErrShape, "nn: parameter %s has shape (%d, %d), and a layer asks for (%d, %d)",
				quote.Text(name), q.rows, q.cols, rows, cols)
		}
		p.use(q)
		return nil
	}
	switch {
	case rows < 1 || cols < 1:
		return fmt.Errorf("nn: parameter %s of shape (%d, %d): want at least (1, 1)", quote.Text(name), rows, cols)
	case p.Rand == nil && p.read:
		return tensorError(name, ErrMissing, "nn: parameter %s (%d, %d) is missing from the file that the others came from",
			quote.Text(name), rows, cols)
	case p.Rand == nil:
		return fmt.Errorf("nn: parameter %s wants an initial value, and Params.Rand is nil", quote.Text(name))
	}
	q, err := p.drawn(name, init, rows, cols)
	if err != nil {
		return err
	}
	p.add(q)
	return nil
}

// drawn makes a parameter with values from init that is not in the list yet.
func (p *Params) drawn(name string, init Init, rows, cols int) (*Param, error) {
	dtype := p.DtypeOrDefault()
	if dtype != tensor.Float32 && dtype != tensor.Float64 {
		return nil, fmt.Errorf("nn: parameters of element type %v: want float32 or float64", dtype)
	}
	if init == nil {
		init = GlorotUniform
	}
	values := make([]float64, rows*cols)
	err := guard.Call("the Init of parameter "+quote.Text(name), func() error {
		init(p.Rand, values, rows, cols)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("nn: %w", err)
	}
	q := &Param{name: name, rows: rows, cols: cols}
	q.allocate(dtype)
	q.fill(func(i int) float64 { return values[i] })
	if err := q.finite(); err != nil {
		return nil, fmt.Errorf("nn: initial value of %w", err)
	}
	return q, nil
}

// add puts a parameter behind those asked for.
func (p *Params) add(q *Param) {
	if p.byName == nil {
		p.byName = map[string]*Param{}
	}
	p.byName[q.name] = q
	p.list = slices.Insert(p.list, len(p.list)-p.unused, q)
}

// use moves a parameter that nothing has asked for behind those asked for.
func (p *Params) use(q *Param) {
	unused := p.list[len(p.list)-p.unused:]
	i := slices.Index(unused, q)
	if i < 0 {
		return
	}
	copy(unused[1:i+1], unused)
	unused[0] = q
	p.unused--
}
