package nn

import (
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/go-ffjord/ffjord/internal/quote"
	"github.com/go-ffjord/ffjord/internal/safetensors"
)

// Load reads the parameters from the safetensors file path, which Save or another framework wrote, and returns its
// metadata, nil where it has none. The parameters must exist: build the model first. Values are written into the
// storage that the parameters have, bit for bit, so that whoever shares it sees them; gradients stay as they are. No
// other goroutine may use the parameters meanwhile.
//
// The file must hold these parameters and no others, in any order, with their shapes and their element type, all
// values finite, and nothing between or behind them; where it has the checksum that Save writes, that must be right.
// Otherwise the error says which tensor is wrong and what was expected, a *TensorError, or that the file is damaged, a
// *DamagedError, and no parameter has changed. Names, types and shapes are checked before any value is read.
func (p *Params) Load(path string) (metadata map[string]string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("nn: load: %w", err)
	}
	defer f.Close()
	metadata, err = p.decode(f)
	if err != nil {
		return nil, fmt.Errorf("nn: load %s: %w", path, err)
	}
	return metadata, nil
}

// Read reads from r, up to its end, what Load reads from a file.
func (p *Params) Read(r io.Reader) (metadata map[string]string, err error) {
	metadata, err = p.decode(r)
	if err != nil {
		return nil, fmt.Errorf("nn: read: %w", err)
	}
	return metadata, nil
}

func (p *Params) decode(r io.Reader) (map[string]string, error) {
	if err := p.exist(); err != nil {
		return nil, err
	}
	h, err := safetensors.ReadHeader(r)
	if err != nil {
		return nil, err
	}
	if err := p.expect(h); err != nil {
		return nil, err
	}
	numbers := make(map[*Param]elements, len(p.list))
	err = h.Read(r, all, func(t safetensors.Tensor, data []byte) { numbers[p.byName[t.Name]] = t.DType.Floats(data) })
	if err != nil {
		return nil, err
	}
	for _, q := range p.list {
		if err := q.finiteAt(numbers[q]); err != nil {
			return nil, err
		}
	}
	for q, at := range numbers {
		q.fill(at)
	}
	return h.Metadata, nil
}

// elements gives the numbers of a parameter or a tensor by their places, row-major.
type elements = func(i int) float64

// all wants every tensor.
func all(safetensors.Tensor) bool { return true }

// expect fails unless the header lists just these parameters.
func (p *Params) expect(h *safetensors.Header) error {
	listed := make(map[string]bool, len(h.Tensors))
	for _, t := range h.Tensors {
		listed[t.Name] = true
	}
	for _, q := range p.list {
		if !listed[q.name] {
			return tensorError(q.name, ErrMissing, "tensor %s is missing; the model has it as %s of shape (%d, %d)",
				quote.Text(q.name), q.fileType(), q.rows, q.cols)
		}
	}
	for _, t := range h.Tensors {
		name, q := quote.Text(t.Name), p.byName[t.Name]
		if q == nil {
			return foreign(t.Name)
		}
		if !slices.Equal(t.Shape, []uint64{uint64(q.rows), uint64(q.cols)}) {
			return tensorError(t.Name, ErrShape, "tensor %s has shape %s, want (%d, %d)",
				name, safetensors.Shape(t.Shape), q.rows, q.cols)
		}
		if t.DType != q.fileType() {
			return tensorError(t.Name, ErrElements, "tensor %s has elements %s, want %s",
				name, quote.Cut(string(t.DType)), q.fileType())
		}
	}
	return nil
}
