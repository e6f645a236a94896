package nn

import (
	"errors"
	"fmt"
	"io"
	"math"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/atomicfile"
	"github.com/go-ffjord/ffjord/internal/quote"
	"github.com/go-ffjord/ffjord/internal/safetensors"
)

// Save writes all parameters and the metadata to the file path in the safetensors format, which any framework reads.
// The file appears whole or not at all (on Windows the system cannot promise that), in place of an older one of that
// name, and has a checksum, by which Load notices a single changed bit. The same numbers and metadata make the same
// bytes. Metadata may be nil.
//
// What Load would refuse is an error and leaves path alone: parameters of a model that is not built yet, a value that
// is NaN or infinite, text that is not UTF-8. Where the disk is at fault it is a *fs.PathError: a full one is
// syscall.ENOSPC.
func (p *Params) Save(path string, metadata map[string]string) error {
	b, err := p.encode(metadata)
	if err != nil {
		return fmt.Errorf("nn: save %s: %w", path, err)
	}
	if err := atomicfile.Write(path, b); err != nil {
		return fmt.Errorf("nn: save: %w", err)
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

// exist fails where no model has asked for parameters yet. A model may have none.
func (p *Params) exist() error {
	if len(p.list) == 0 && !p.built.Load() {
		return errors.New("there are no parameters yet; build the model first, which makes them")
	}
	return nil
}

func (p *Params) encode(metadata map[string]string) ([]byte, error) {
	if err := p.exist(); err != nil {
		return nil, err
	}
	f := safetensors.File{Metadata: metadata}
	for _, q := range p.list {
		if err := q.finite(); err != nil {
			return nil, err
		}
		f.Tensors = append(f.Tensors, safetensors.Value{Name: q.name, Shape: []int{q.rows, q.cols}, Data: q.value.Data()})
	}
	return f.Encode()
}

// fileType returns the format's name for the element type.
func (p *Param) fileType() safetensors.DType {
	if p.value.Dtype() == tensor.Float64 {
		return safetensors.F64
	}
	return safetensors.F32
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
	for i := range p.rows * p.cols {
		if v := at(i); math.IsNaN(v) || math.IsInf(v, 0) {
			return tensorError(p.name, ErrNotFinite, "parameter %s: element (%d, %d) is %v, want a finite number",
				quote.Text(p.name), i/p.cols, i%p.cols, v)
		}
	}
	return nil
}
