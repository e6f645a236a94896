package nn

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/quote"
	"github.com/go-ffjord/ffjord/internal/safetensors"
)

// LoadParams makes parameters from the safetensors file path, before there is a model, and returns its metadata, nil
// where it has none. A model that is then built over them takes its numbers from them: what it asks for must be in the
// file with the shape that it asks for, and nothing is drawn as long as Rand is nil. What the model leaves is Unused.
//
// The parameters are in the order of the file until the model asks for them, which brings them into its own order, and
// all of them count as trained until it asks for one as State.
//
// All tensors must be matrices of at least (1, 1), of one element type, F32 or F64, which becomes that of the
// parameters, with finite values; nothing may be between or behind them, and a checksum must be right where there is
// one. Otherwise the error names the tensor, a [*TensorError], and what was expected, or is a [*DamagedError]. The file
// may come from anyone: nothing in it is executed, and no memory is taken for data that it has not got.
func LoadParams(path string) (p *Params, metadata map[string]string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("nn: load parameters: %w", err)
	}
	defer f.Close()
	p, metadata, err = readParams(f, nil)
	if err != nil {
		return nil, nil, fmt.Errorf("nn: load parameters %s: %w", path, err)
	}
	return p, metadata, nil
}

// ReadParams reads from r, up to its end, what LoadParams reads from a file.
func ReadParams(r io.Reader) (p *Params, metadata map[string]string, err error) {
	p, metadata, err = readParams(r, nil)
	if err != nil {
		return nil, nil, fmt.Errorf("nn: read parameters: %w", err)
	}
	return p, metadata, nil
}

// ReadParamsFor is ReadParams for a model that is known. Before any number is read, model is called with the metadata
// and with parameters that have names and shapes but no values yet: it builds the model over them, as a graph that is
// not run, so that each layer asks for its own. A tensor that no layer has asked for is a [*TensorError], and an error
// of model ends the reading. A file without tensors is read too, for a model without parameters.
func ReadParamsFor(r io.Reader, model func(p *Params, metadata map[string]string) error) (*Params, error) {
	var refused error
	p, _, err := readParams(r, func(p *Params, metadata map[string]string) error {
		refused = model(p, metadata)
		return refused
	})
	if err != nil && err != refused {
		return nil, fmt.Errorf("nn: read parameters: %w", err)
	}
	return p, err
}

func readParams(r io.Reader, model func(p *Params, metadata map[string]string) error) (*Params, map[string]string, error) {
	h, err := safetensors.ReadHeader(r)
	if err != nil {
		return nil, nil, err
	}
	if len(h.Tensors) == 0 && model == nil {
		return nil, nil, errors.New("there are no tensors")
	}
	p, err := declared(h)
	if err != nil {
		return nil, nil, err
	}
	if model != nil {
		if err := model(p, h.Metadata); err != nil {
			return nil, nil, err
		}
		if names := p.Unused(); len(names) > 0 {
			return nil, nil, foreign(names[0])
		}
	}
	err = h.Read(r, all, func(t safetensors.Tensor, data []byte) {
		q := p.byName[t.Name]
		q.allocate(p.DtypeOrDefault())
		q.fill(t.DType.Floats(data))
	})
	if err != nil {
		return nil, nil, err
	}
	for _, q := range p.list {
		if err := q.finite(); err != nil {
			return nil, nil, err
		}
	}
	return p, h.Metadata, nil
}

// declared returns the parameters that a header lists, without their values.
func declared(h *safetensors.Header) (*Params, error) {
	dtype, err := matrices(h)
	if err != nil {
		return nil, err
	}
	p := &Params{Dtype: dtype, byName: map[string]*Param{}, read: true}
	for _, t := range h.Tensors {
		q := &Param{name: t.Name, rows: int(t.Shape[0]), cols: int(t.Shape[1])}
		p.byName[q.name] = q
		p.list = append(p.list, q)
	}
	p.unused = len(p.list)
	return p, nil
}

// matrices returns the element type of the tensors, which must be matrices of one type. Without tensors it is zero.
func matrices(h *safetensors.Header) (dtype tensor.Dtype, err error) {
	for i, t := range h.Tensors {
		name, first := quote.Text(t.Name), h.Tensors[0]
		switch {
		case t.DType != safetensors.F32 && t.DType != safetensors.F64:
			return dtype, tensorError(t.Name, ErrElements, "tensor %s has elements %s, want F32 or F64",
				name, quote.Cut(string(t.DType)))
		case t.DType != first.DType:
			return dtype, tensorError(t.Name, ErrElements, "tensor %s has elements %s, and tensor %s has %s: want one type",
				name, t.DType, quote.Text(first.Name), first.DType)
		case len(t.Shape) != 2 || t.Shape[0] == 0 || t.Shape[1] == 0 || max(t.Shape[0], t.Shape[1]) > math.MaxInt:
			return dtype, tensorError(t.Name, ErrShape, "tensor %s has shape %s, want a matrix of at least (1, 1)",
				name, safetensors.Shape(t.Shape))
		case i == 0 && t.DType == safetensors.F32:
			dtype = tensor.Float32
		case i == 0:
			dtype = tensor.Float64
		}
	}
	return dtype, nil
}
