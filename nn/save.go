package nn

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"unicode/utf8"

	"github.com/google/renameio/v2/maybe"
	"github.com/nlpodyssey/safetensors"
	"gorgonia.org/tensor"
)

var errEmpty = errors.New("there are no parameters yet; build the model first, which makes them")

// Save writes all parameters and the metadata to the file path in the safetensors format, which any framework reads. The
// file appears whole or not at all (on Windows the system cannot promise that), in place of an older one of that name.
// The same numbers and metadata make the same bytes. Metadata may be nil.
//
// What Load would refuse is an error and leaves path alone: no parameters at all, a value that is NaN or infinite, text
// that is not UTF-8.
func (p *Params) Save(path string, metadata map[string]string) error {
	b, err := p.encode(metadata)
	if err != nil {
		return fmt.Errorf("nn: save %s: %w", path, err)
	}
	if err := maybe.WriteFile(path, b, 0o644); err != nil {
		return fmt.Errorf("nn: save %s: %w", path, err)
	}
	return nil
}

// Write writes to w what Save puts into a file.
func (p *Params) Write(w io.Writer, metadata map[string]string) error {
	b, err := p.encode(metadata)
	if err != nil {
		return fmt.Errorf("nn: write: %w", err)
	}
	if _, err := w.Write(b); err != nil {
		return fmt.Errorf("nn: write: %w", err)
	}
	return nil
}

func (p *Params) encode(metadata map[string]string) ([]byte, error) {
	if len(p.list) == 0 {
		return nil, errEmpty
	}
	for k, v := range metadata {
		if !utf8.ValidString(k) || !utf8.ValidString(v) {
			return nil, fmt.Errorf("metadata %q: %q is not UTF-8", k, v)
		}
	}
	views := make(map[string]safetensors.TensorView, len(p.list))
	for _, q := range p.list {
		if q.name == "__metadata__" || !utf8.ValidString(q.name) {
			return nil, fmt.Errorf("parameter %q: the format has no such name", q.name)
		}
		if err := q.finite(); err != nil {
			return nil, err
		}
		rows, cols := q.Shape()
		v, err := safetensors.NewTensorView(q.fileType(), []uint64{uint64(rows), uint64(cols)}, q.bytes())
		if err != nil {
			return nil, fmt.Errorf("parameter %q: %w", q.name, err)
		}
		views[q.name] = v
	}
	b, err := safetensors.Serialize(views, metadata)
	if err != nil {
		return nil, err
	}
	if n := binary.LittleEndian.Uint64(b); n > maxHeader {
		return nil, fmt.Errorf("names and metadata make a header of %d bytes, want at most %d", n, maxHeader)
	}
	return b, nil
}

// fileType returns the format's name for the element type.
func (p *Param) fileType() safetensors.DType {
	if p.value.Dtype() == tensor.Float64 {
		return safetensors.F64
	}
	return safetensors.F32
}

// bytes returns the values as the format stores them: row-major, little-endian.
func (p *Param) bytes() []byte {
	var b []byte
	switch data := p.value.Data().(type) {
	case []float32:
		for _, v := range data {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
	case []float64:
		for _, v := range data {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
		}
	}
	return b
}

// finite fails where a value is NaN or infinite.
func (p *Param) finite() error {
	switch data := p.value.Data().(type) {
	case []float32:
		return p.finiteAt(func(i int) float64 { return float64(data[i]) })
	case []float64:
		return p.finiteAt(func(i int) float64 { return data[i] })
	}
	return nil
}

// finiteAt fails where one of the values that the parameter would have is NaN or infinite.
func (p *Param) finiteAt(at elements) error {
	rows, cols := p.Shape()
	for i := range rows * cols {
		if v := at(i); math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("parameter %q: element (%d, %d) is %v, want a finite number", p.name, i/cols, i%cols, v)
		}
	}
	return nil
}
