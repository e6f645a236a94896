package nn

import (
	"fmt"
	"io"
	"os"
	"slices"
)

// Load reads the parameters from the safetensors file path, which Save or another framework wrote, and returns its
// metadata, nil where it has none. The parameters must exist: build the model first. Values are written into the
// storage that the parameters have, bit for bit, so that whoever shares it sees them; gradients stay as they are. No
// other goroutine may use the parameters meanwhile.
//
// The file must hold these parameters and no others, in any order, with their shapes and their element type, all
// values finite, and nothing between or behind them. Otherwise the error says which tensor is wrong and what was
// expected, and no parameter has changed. A file that lies about its lengths is refused before anything of that length
// is allocated.
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
	if len(p.list) == 0 {
		return nil, errEmpty
	}
	h, err := readHeader(r)
	if err != nil {
		return nil, err
	}
	if err := p.expect(h); err != nil {
		return nil, err
	}
	numbers, err := h.read(r, func(string) bool { return true })
	if err != nil {
		return nil, err
	}
	for _, t := range h.tensors {
		q := p.byName[t.Name]
		if err := q.finiteAt(numbers[t.Name]); err != nil {
			return nil, err
		}
	}
	for name, at := range numbers {
		p.byName[name].fill(at)
	}
	return h.metadata, nil
}

// expect fails unless the header lists just these parameters.
func (p *Params) expect(h *header) error {
	listed := make(map[string]bool, len(h.tensors))
	for _, t := range h.tensors {
		listed[t.Name] = true
	}
	for _, q := range p.list {
		if !listed[q.name] {
			rows, cols := q.Shape()
			return fmt.Errorf("tensor %q is missing; the model has it as %v of shape (%d, %d)", q.name, q.fileType(), rows, cols)
		}
	}
	for _, t := range h.tensors {
		q := p.byName[t.Name]
		if q == nil {
			return fmt.Errorf("tensor %q is not of this model", t.Name)
		}
		rows, cols := q.Shape()
		if want := []uint64{uint64(rows), uint64(cols)}; !slices.Equal(t.TensorInfo.Shape, want) {
			return fmt.Errorf("tensor %q has shape %v, want (%d, %d)", t.Name, t.TensorInfo.Shape, rows, cols)
		}
		if t.TensorInfo.DType != q.fileType() {
			return fmt.Errorf("tensor %q has elements %v, want %v", t.Name, t.TensorInfo.DType, q.fileType())
		}
	}
	return nil
}
