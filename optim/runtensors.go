package optim

import (
	"fmt"
	"strconv"
	"strings"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/safetensors"
)

// runTensors reads the tensors of a checkpoint. The first that does not fit the model is kept as the error.
type runTensors struct {
	file *safetensors.File
	err  error
}

// vector is numbers of one type; the other slice is empty.
type vector struct {
	f32 []float32
	f64 []float64
}

// vector returns a tensor of a kind, which is to have so many numbers of one of the types.
func (t *runTensors) vector(kind string, i, n32, n64 int) (v vector) {
	name := kind + " " + strconv.Itoa(i)
	found, ok := t.file.Get(name)
	if !ok && t.err == nil {
		t.err = fmt.Errorf("%w: tensor %q is missing", ErrOtherModel, name)
	}
	v.f32, _ = found.Data.([]float32)
	v.f64, _ = found.Data.([]float64)
	if t.err == nil && (len(v.f32) != n32 || len(v.f64) != n64) {
		t.err = fmt.Errorf("%w: tensor %q has %d numbers of float32 and %d of float64, here it has %d and %d",
			ErrOtherModel, name, len(v.f32), len(v.f64), n32, n64)
	}
	return v
}

// snapshot returns a snapshot of parameters, empty if there is none in the file.
func (t *runTensors) snapshot(kind string, of []parameter) (s snapshot) {
	if _, ok := t.file.Get(kind + " 64"); !ok {
		return s
	}
	n32, n64 := 0, 0
	for _, p := range of {
		n32, n64 = n32+len(p.w32), n64+len(p.w64)
	}
	if n32 > 0 {
		s.w32 = t.vector(kind, 32, n32, 0).f32
	}
	s.w64 = t.vector(kind, 64, 0, n64).f64
	return s
}

// slots returns the vectors of an optimizer's memory.
func (t *runTensors) slots(model []parameter) map[string][]*tensor.Dense {
	slots := map[string][]*tensor.Dense{}
	for _, found := range t.file.Tensors {
		slot, ok := strings.CutPrefix(found.Name, "solver ")
		slot, first := strings.CutSuffix(slot, " 0")
		if !ok || !first {
			continue
		}
		for i, p := range model {
			v := t.vector("solver "+slot, i, len(p.w32), len(p.w64))
			if v.f32 != nil {
				slots[slot] = append(slots[slot], tensor.New(tensor.WithShape(len(v.f32)), tensor.WithBacking(v.f32)))
			} else {
				slots[slot] = append(slots[slot], tensor.New(tensor.WithShape(len(v.f64)), tensor.WithBacking(v.f64)))
			}
		}
	}
	return slots
}
