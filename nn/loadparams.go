package nn

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/nlpodyssey/safetensors"
	"gorgonia.org/tensor"
)

// LoadParams makes parameters from the safetensors file path, before there is a model, and returns its metadata, nil
// where it has none. A model that is then built over them takes its numbers from them: what it asks for must be in the
// file with the shape that it asks for, and nothing is drawn as long as Rand is nil. What the model leaves is Unused.
//
// The parameters are in the order of the file until the model asks for them, which brings them into its own order, and
// all of them count as trained until it asks for one as State.
//
// All tensors must be matrices of at least (1, 1), of one element type, F32 or F64, which becomes that of the parameters,
// with finite values; nothing may be between or behind them. Otherwise the error names the tensor and what was expected.
// The file may come from anyone: nothing in it is executed, and no memory is taken for data that it has not got.
func LoadParams(path string) (p *Params, metadata map[string]string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("nn: load parameters: %w", err)
	}
	defer f.Close()
	p, metadata, err = readParams(f)
	if err != nil {
		return nil, nil, fmt.Errorf("nn: load parameters %s: %w", path, err)
	}
	return p, metadata, nil
}

// ReadParams reads from r, up to its end, what LoadParams reads from a file.
func ReadParams(r io.Reader) (p *Params, metadata map[string]string, err error) {
	p, metadata, err = readParams(r)
	if err != nil {
		return nil, nil, fmt.Errorf("nn: read parameters: %w", err)
	}
	return p, metadata, nil
}

func readParams(r io.Reader) (*Params, map[string]string, error) {
	h, err := readHeader(r)
	if err != nil {
		return nil, nil, err
	}
	dtype, err := h.matrices()
	if err != nil {
		return nil, nil, err
	}
	numbers, err := h.read(r, func(string) bool { return true })
	if err != nil {
		return nil, nil, err
	}
	p := &Params{Dtype: dtype, byName: map[string]*Param{}, read: true}
	for _, t := range h.tensors {
		q, err := p.newParam(t.Name, int(t.TensorInfo.Shape[0]), int(t.TensorInfo.Shape[1]))
		if err != nil {
			return nil, nil, err
		}
		if err := q.finiteAt(numbers[t.Name]); err != nil {
			return nil, nil, err
		}
		q.fill(numbers[t.Name])
		p.byName[t.Name] = q
		p.list = append(p.list, q)
	}
	p.unused = len(p.list)
	return p, h.metadata, nil
}

// matrices returns the element type of the tensors, which must be matrices of one type.
func (h *header) matrices() (dtype tensor.Dtype, err error) {
	if len(h.tensors) == 0 {
		return dtype, errors.New("there are no tensors")
	}
	first := h.tensors[0]
	switch first.TensorInfo.DType {
	case safetensors.F32:
		dtype = tensor.Float32
	case safetensors.F64:
		dtype = tensor.Float64
	default:
		return dtype, fmt.Errorf("tensor %q has elements %v, want F32 or F64", first.Name, first.TensorInfo.DType)
	}
	for _, t := range h.tensors {
		if s := t.TensorInfo.Shape; len(s) != 2 || s[0] == 0 || s[1] == 0 {
			return dtype, fmt.Errorf("tensor %q has shape %v, want a matrix of at least (1, 1)", t.Name, s)
		}
		if t.TensorInfo.DType != first.TensorInfo.DType {
			return dtype, fmt.Errorf("tensor %q has elements %v, and tensor %q has %v: want one type",
				t.Name, t.TensorInfo.DType, first.Name, first.TensorInfo.DType)
		}
	}
	return dtype, nil
}
