package flows

import (
	"fmt"
	"reflect"

	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// The bounds of a flow in a file. A few bytes can ask for millions of dimensions, for a million steps in one graph, for
// loops in every layer, and these multiply.
const (
	maxWidth = 1 << 13 // of the data and of the condition
	maxWork  = 1 << 26 // to build the graphs, in microseconds as far as that can be told
)

// checkSize fails where the flow is too large to be loaded.
func (m model) checkSize() error {
	dim := m.Dim
	if b, ok := m.Base.(interface{ Dim() int }); ok {
		dim = max(dim, b.Dim())
	}
	if dim > maxWidth || m.Cond > maxWidth {
		return fmt.Errorf("%d dimensions and a condition of width %d, want at most %d", dim, m.Cond, maxWidth)
	}
	if work := m.work(float64(dim)); work > maxWork {
		return fmt.Errorf("the flow is too large to be loaded: building its graphs would take some %.0f seconds, want at most %.0f; "+
			"if it is yours, build it over nn.LoadParams", work/1e6, maxWork/1e6)
	}
	return nil
}

// work estimates the microseconds that it takes to build the graphs of a flow. The factors are measured on one core, and
// are those of the smallest layers: a network of wide ones is built faster than that.
func (m model) work(dim float64) float64 {
	work := mapWork(m.Base, dim)
	if m.Blocks == nil {
		return work
	}
	for _, b := range leaves(m.Blocks) {
		if f, ok := b.(FFJORD); ok {
			work += f.work(dim)
		} else {
			work += mapWork(b, dim)
		}
	}
	return work
}

// mapWork is the work of a base or of a block in closed form.
func mapWork(part any, dim float64) float64 {
	layers, loop := extent(part)
	return 1000 + 400*float64(layers) + (400+3*float64(loop))*float64(loop) + 50*dim
}

// work grows with the square of the evaluations in one graph, since each derivative walks through all that it depends on,
// and with the square of the dimension for an exact trace, each of whose products has dim columns.
func (b FFJORD) work(dim float64) float64 {
	written, loop := extent(b.Field)
	layers := float64(written) * float64(1+loop)
	evaluations := evaluationsOf(b.Solver)
	if b.Eval != nil {
		evaluations = max(evaluations, evaluationsOf(*b.Eval))
	}
	products := 1 + max(productsOf(b.Trace, dim), productsOf(b.evaluated().Trace, dim)) + float64(len(b.Penalties))*dim
	return 10000 + evaluations*(products*(100+8*evaluations)*layers+dim*(8*layers+products))
}

// evaluationsOf returns how often one graph of the solver evaluates the field.
func evaluationsOf(s ode.Solver) float64 {
	stages := len(ode.Dopri5.B)
	if s.Method != nil {
		stages = len(s.Method.B)
	}
	if s.Unrolled {
		return float64(stages) * float64(max(1, s.Steps))
	}
	return float64(stages)
}

// productsOf returns how many Jacobian-vector products a trace takes at most.
func productsOf(t Trace, dim float64) float64 {
	switch t := t.(type) {
	case nil, Exact:
		return dim
	case Hutchinson:
		return float64(t.probes())
	case Auto:
		return max(dim, float64(t.Probes))
	}
	return 1
}

// extent counts the layers in a part of a flow, or whatever else it is made of, and the rounds of the longest loop by which
// any of them writes the same again and again.
func extent(part any) (layers, loop int) {
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Interface, reflect.Pointer:
			if !v.IsNil() {
				layers++
				walk(v.Elem())
			}
		case reflect.Slice:
			if v.Type().Elem().Kind() == reflect.Int {
				layers += v.Len()
			}
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Struct:
			loop = max(loop, loopOf(v))
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					walk(v.Field(i))
				}
			}
		}
	}
	walk(reflect.ValueOf(&part).Elem())
	return layers, loop
}

// loopOf returns how many times a struct in a part of a flow makes it write the same.
func loopOf(v reflect.Value) int {
	linear := reflect.TypeFor[nn.Linear]()
	if v.Type().ConvertibleTo(linear) {
		return v.Convert(linear).Interface().(nn.Linear).Spectral
	}
	switch v := v.Interface().(type) {
	case nn.MLP:
		return v.Spectral
	case nn.Hyper:
		return v.Hidden
	case nn.Fourier:
		return v.Freqs
	case GaussianMixture:
		return v.Components
	case ode.Solver: // of an FFJORD in a block of one's own, which is written whole
		return v.Steps
	}
	return 0
}
