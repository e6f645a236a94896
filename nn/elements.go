package nn

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"github.com/nlpodyssey/safetensors"
)

// elements gives the numbers of a tensor by their places, row-major.
type elements func(i int) float64

// elementsOf reads data of a type, or returns nil where it is not one of floating-point numbers.
func elementsOf(dtype safetensors.DType, data []byte) elements {
	switch dtype {
	case safetensors.F64:
		return func(i int) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:])) }
	case safetensors.F32:
		return func(i int) float64 { return float64(math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))) }
	case safetensors.BF16: // the upper half of a float32
		return func(i int) float64 {
			return float64(math.Float32frombits(uint32(binary.LittleEndian.Uint16(data[2*i:])) << 16))
		}
	case safetensors.F16:
		return func(i int) float64 { return half(binary.LittleEndian.Uint16(data[2*i:])) }
	}
	return nil
}

// half returns the number of the bits of an IEEE 754 binary16: a sign, 5 bits of exponent and 10 of fraction.
func half(bits uint16) float64 {
	exponent, fraction := int(bits>>10&31), float64(bits&1023)
	var v float64
	switch {
	case exponent == 0:
		v = math.Ldexp(fraction, -24)
	case exponent < 31:
		v = math.Ldexp(1024+fraction, exponent-25)
	case fraction == 0:
		v = math.Inf(1)
	default:
		v = math.NaN()
	}
	if bits>>15 == 1 {
		v = math.Copysign(v, -1)
	}
	return v
}

// read reads the data behind the header, up to the end of r, and returns the numbers of the tensors that keep names,
// which must be of floating-point numbers. Memory grows with what r really holds, not with what the header promises.
func (h *header) read(r io.Reader, keep func(tensor string) bool) (map[string]elements, error) {
	kept := map[string]elements{}
	for _, t := range h.tensors {
		size := int64(t.TensorInfo.DataOffsets[1] - t.TensorInfo.DataOffsets[0])
		var data bytes.Buffer
		to := io.Discard
		if keep(t.Name) {
			to = &data
		}
		if n, err := io.CopyN(to, r, size); err != nil {
			return nil, fmt.Errorf("tensor %q: the data end after %d of its %d bytes: %w", t.Name, n, size, unexpected(err))
		}
		if to == &data {
			kept[t.Name] = elementsOf(t.TensorInfo.DType, data.Bytes())
		}
	}
	switch n, err := io.ReadFull(r, make([]byte, 1)); {
	case n > 0 && len(h.tensors) == 0:
		return nil, fmt.Errorf("bytes follow the header, which names no tensors")
	case n > 0:
		return nil, fmt.Errorf("bytes follow the last tensor, %q", h.tensors[len(h.tensors)-1].Name)
	case err != io.EOF:
		return nil, err
	}
	return kept, nil
}
