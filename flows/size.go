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
	maxWidth = 1 << 14 // of the data and of the condition
	maxWork  = 1 << 18 // of building, see work: about a minute
)

// check fails where the flow is too large for a file.
func (m model) check() error {
	dim := m.Dim
	if b, ok := m.Base.(interface{ Dim() int }); ok {
		dim = max(dim, b.Dim())
	}
	if dim > maxWidth || m.Cond > maxWidth {
		return fmt.Errorf("%d dimensions and a condition of width %d, want at most %d", dim, m.Cond, maxWidth)
	}
	if work := m.work(float64(dim)); work > maxWork {
		return fmt.Errorf("the graphs are too large to be built from a file: they write a layer some %.3g times, want at most %d", work, maxWork)
	}
	return nil
}

// work estimates how many times the graphs of a flow write a layer or its derivative.
func (m model) work(dim float64) float64 {
	work := layers(m.Base)
	if m.Blocks == nil {
		return work
	}
	for _, b := range leaves(m.Blocks) {
		if f, ok := b.(FFJORD); ok {
			work += f.work(dim)
		} else {
			work += layers(b) + dim
		}
	}
	return work
}

func (b FFJORD) work(dim float64) float64 {
	stages := stagesOf(b.Solver)
	if b.Eval != nil {
		stages = max(stages, stagesOf(*b.Eval))
	}
	products := max(productsOf(b.Trace, dim), productsOf(b.evaluated().Trace, dim)) + float64(len(b.Penalties))*dim
	return stages * (1 + products) * layers(b.Field)
}

// stagesOf returns how often a graph of the solver evaluates the field.
func stagesOf(s ode.Solver) float64 {
	stages := len(ode.Dopri5.B)
	if s.Method != nil {
		stages = len(s.Method.B)
	}
	if s.Unrolled {
		return float64(stages) * float64(max(1, s.Steps))
	}
	return float64(stages)
}

// productsOf returns how many Jacobian-vector products a trace writes at most.
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

// layers counts the layers in a part of a flow, or whatever else it is made of, each as often as the longest loop runs
// that any of them writes.
func layers(part any) float64 {
	var count, loop int
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Interface, reflect.Pointer:
			if !v.IsNil() {
				count++
				walk(v.Elem())
			}
		case reflect.Slice:
			if v.Type().Elem().Kind() != reflect.Interface {
				count += v.Len()
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
	walk(reflect.ValueOf(&part))
	return float64(count) * float64(1+loop)
}

// loopOf returns how many times a struct in a part of a flow makes it repeat what it writes.
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
