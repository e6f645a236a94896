package nn

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"github.com/nlpodyssey/safetensors"
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
	data := make([]byte, h.size)
	if n, err := io.ReadFull(r, data); err != nil {
		return nil, h.cutOff(uint64(n), unexpected(err))
	}
	switch n, err := io.ReadFull(r, make([]byte, 1)); {
	case n > 0:
		return nil, fmt.Errorf("bytes follow the last tensor, %q", h.tensors[len(h.tensors)-1].Name)
	case err != io.EOF:
		return nil, err
	}
	for _, t := range h.tensors {
		q, at := p.byName[t.Name], numbers(t.TensorInfo, data)
		if err := q.finiteAt(q.value.DataSize(), at); err != nil {
			return nil, err
		}
	}
	for _, t := range h.tensors {
		p.byName[t.Name].fill(numbers(t.TensorInfo, data))
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

// cutOff names the tensor in which the data end after n bytes.
func (h *header) cutOff(n uint64, err error) error {
	for _, t := range h.tensors {
		if from, to := t.TensorInfo.DataOffsets[0], t.TensorInfo.DataOffsets[1]; n < to {
			return fmt.Errorf("tensor %q: the data end after %d of its %d bytes: %w", t.Name, n-from, to-from, err)
		}
	}
	return err
}

// numbers reads the elements of a tensor of float32 or float64 in data.
func numbers(t safetensors.TensorInfo, data []byte) func(i int) float64 {
	b := data[t.DataOffsets[0]:t.DataOffsets[1]]
	if t.DType == safetensors.F64 {
		return func(i int) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:])) }
	}
	return func(i int) float64 { return float64(math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))) }
}

// fill sets every value, row-major.
func (p *Param) fill(at func(i int) float64) {
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
