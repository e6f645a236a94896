package safetensors

import (
	"encoding/binary"
	"math"
)

// dtype returns the type of the elements, "" where a file has no such.
func (v Value) dtype() DType {
	switch v.Data.(type) {
	case []float64:
		return F64
	case []float32:
		return F32
	case []int64:
		return I64
	case []uint64:
		return U64
	case []byte:
		return U8
	}
	return ""
}

// size returns the bytes of an element.
func (v Value) size() int {
	bits, _ := v.dtype().bits()
	return int(bits / 8)
}

// count returns the number of elements.
func (v Value) count() int {
	switch d := v.Data.(type) {
	case []float64:
		return len(d)
	case []float32:
		return len(d)
	case []int64:
		return len(d)
	case []uint64:
		return len(d)
	case []byte:
		return len(d)
	}
	return 0
}

// product returns the number of elements that the shape has room for, -1 where it is none.
func (v Value) product() int {
	n := 1
	for _, d := range v.Shape {
		if d < 0 || d > 0 && n > math.MaxInt/d {
			return -1
		}
		n *= d
	}
	return n
}

// decode returns data as a Value's, nil where the type is not one of its.
func decode(t DType, data []byte) any {
	switch t {
	case F64:
		return words(data, 8, func(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) })
	case F32:
		return words(data, 4, func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) })
	case I64:
		return words(data, 8, func(b []byte) int64 { return int64(binary.LittleEndian.Uint64(b)) })
	case U64:
		return words(data, 8, binary.LittleEndian.Uint64)
	case U8:
		return data
	}
	return nil
}

// words reads elements of so many bytes.
func words[T any](data []byte, size int, word func([]byte) T) []T {
	out := make([]T, len(data)/size)
	for i := range out {
		out[i] = word(data[i*size:])
	}
	return out
}
