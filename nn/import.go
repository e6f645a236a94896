package nn

import (
	"fmt"
	"io"
	"os"

	"github.com/go-ffjord/ffjord/internal/quote"
	"github.com/go-ffjord/ffjord/internal/safetensors"
)

// Import reads parameters from a safetensors file of another framework, in which they have other names, shapes and
// element types. The parameters must exist: build the model first. For each of them, in order, from says where it is in
// the file; nil takes the tensor of the parameter's own name. Several parameters may share a tensor; tensors that
// nobody asks for are passed over, whatever their elements are.
//
//	err := params.Import(path, func(param string) nn.Source {
//		return nn.Source{Tensor: "net." + param, Transpose: strings.HasSuffix(param, "weight")}
//	})
//
// Elements may be of 64, 32 or 16 bits (F64, F32, F16, BF16) whatever those of the model, to which they are rounded.
// All values must be finite in the model's element type. Names, types and shapes are checked before any value is read.
//
// Where anything is wrong, the error names the parameter, the tensor and the shapes, a [*TensorError], and no parameter
// has changed. No other goroutine may use the parameters meanwhile.
func (p *Params) Import(path string, from func(param string) Source) error {
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
func (p *Params) ImportFrom(r io.Reader, from func(param string) Source) error {
	if err := p.importFrom(r, from); err != nil {
		return fmt.Errorf("nn: import: %w", err)
	}
	return nil
}

func (p *Params) importFrom(r io.Reader, from func(param string) Source) error {
	if err := p.exist(); err != nil {
		return err
	}
	h, err := safetensors.ReadHeader(r)
	if err != nil {
		return err
	}
	infos := make(map[string]safetensors.Tensor, len(h.Tensors))
	for _, t := range h.Tensors {
		infos[t.Name] = t
	}
	read := map[string][]byte{} // of the tensors that are wanted
	views := map[*Param][]view{}
	for _, q := range p.list {
		s := Source{Tensor: q.name}
		if from != nil {
			s = from(q.name)
		}
		if s.Tensor == "" {
			continue
		}
		if views[q], err = s.views(q, infos); err != nil {
			return fmt.Errorf("parameter %s: %w", quote.Text(q.name), err)
		}
		for _, v := range views[q] {
			read[v.tensor.Name] = nil
		}
	}
	wanted := func(t safetensors.Tensor) bool { _, ok := read[t.Name]; return ok }
	if err := h.Read(r, wanted, func(t safetensors.Tensor, data []byte) { read[t.Name] = data }); err != nil {
		return err
	}
	numbers := map[*Param]elements{}
	for q, v := range views {
		numbers[q] = q.rounded(stacked(v, q.cols, read))
	}
	for _, q := range p.list {
		if at := numbers[q]; at != nil {
			if err := q.finiteAt(at); err != nil {
				return fmt.Errorf("tensor %s: %w", quote.Text(views[q][0].tensor.Name), err)
			}
		}
	}
	for q, at := range numbers {
		q.fill(at)
	}
	return nil
}
