package nn

import (
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/nlpodyssey/safetensors"
)

// Import reads parameters from a safetensors file of another framework, in which they have other names, shapes and
// element types. The parameters must exist: build the model first. For each of them, in order, from tells the name of
// its tensor, "" to leave the parameter as it is, and whether that is to be transposed: the weight of a PyTorch Linear
// is (out, in). Nil takes the parameter's own name. Several parameters may share a tensor; tensors that nobody asks for
// are passed over.
//
// Elements may be of 64, 32 or 16 bits (F64, F32, F16, BF16) whatever those of the model, to which they are rounded.
// Shapes must agree, but a vector (n) fits (1, n) and (n, 1), and a number without axes (1, 1). All values must be finite
// in the model's element type.
//
// Where anything is wrong, the error names the parameter, the tensor and the shapes, and no parameter has changed. No
// other goroutine may use the parameters meanwhile.
func (p *Params) Import(path string, from func(param string) (tensor string, transpose bool)) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("nn: import: %w", err)
	}
	defer f.Close()
	if err := p.importFrom(f, from); err != nil {
		return fmt.Errorf("nn: import %s: %w", path, err)
	}
	return nil
}

// ImportFrom reads from r, up to its end, what Import reads from a file.
func (p *Params) ImportFrom(r io.Reader, from func(param string) (tensor string, transpose bool)) error {
	if err := p.importFrom(r, from); err != nil {
		return fmt.Errorf("nn: import: %w", err)
	}
	return nil
}

// source is where a parameter comes from.
type source struct {
	param     *Param
	tensor    string
	transpose bool
}

func (p *Params) importFrom(r io.Reader, from func(param string) (string, bool)) error {
	if len(p.list) == 0 {
		return errEmpty
	}
	h, err := readHeader(r)
	if err != nil {
		return err
	}
	infos := make(map[string]safetensors.TensorInfo, len(h.tensors))
	for _, t := range h.tensors {
		infos[t.Name] = t.TensorInfo
	}
	wanted := map[string]bool{}
	var sources []source
	for _, q := range p.list {
		s := source{param: q, tensor: q.name}
		if from != nil {
			s.tensor, s.transpose = from(q.name)
		}
		if s.tensor == "" {
			continue
		}
		info, ok := infos[s.tensor]
		if !ok {
			return fmt.Errorf("parameter %q: there is no tensor %q", q.name, s.tensor)
		}
		if err := s.fits(info); err != nil {
			return fmt.Errorf("parameter %q: tensor %q %w", q.name, s.tensor, err)
		}
		wanted[s.tensor] = true
		sources = append(sources, s)
	}
	numbers, err := h.read(r, func(tensor string) bool { return wanted[tensor] })
	if err != nil {
		return err
	}
	for _, s := range sources {
		if err := s.param.finiteAt(s.numbers(numbers[s.tensor])); err != nil {
			return fmt.Errorf("tensor %q: %w", s.tensor, err)
		}
	}
	for _, s := range sources {
		s.param.fill(s.numbers(numbers[s.tensor]))
	}
	return nil
}

// fits fails unless the tensor has floating-point numbers in the parameter's shape.
func (s source) fits(t safetensors.TensorInfo) error {
	rows, cols := s.param.Shape()
	shape := []uint64{uint64(rows), uint64(cols)}
	if s.transpose {
		slices.Reverse(shape)
	}
	n := uint64(s.param.value.DataSize())
	switch {
	case elementsOf(t.DType, nil) == nil:
		return fmt.Errorf("has elements %v, want F64, F32, F16 or BF16", t.DType)
	case slices.Equal(t.Shape, shape):
		return nil
	case len(t.Shape) == 1 && t.Shape[0] == n && min(rows, cols) == 1:
		return nil
	case len(t.Shape) == 0 && n == 1:
		return nil
	case s.transpose:
		return fmt.Errorf("has shape %v, want %v, the transpose of (%d, %d)", t.Shape, shape, rows, cols)
	}
	if len(t.Shape) == 2 && t.Shape[0] == uint64(cols) && t.Shape[1] == uint64(rows) {
		return fmt.Errorf("has shape %v, want (%d, %d): is it to be transposed?", t.Shape, rows, cols)
	}
	return fmt.Errorf("has shape %v, want (%d, %d)", t.Shape, rows, cols)
}

// numbers gives the tensor's numbers in the parameter's order and precision.
func (s source) numbers(at elements) elements {
	if rows, cols := s.param.Shape(); s.transpose {
		stored := at
		at = func(i int) float64 { return stored(i%cols*rows + i/cols) }
	}
	return s.param.rounded(at)
}
