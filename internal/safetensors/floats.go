package safetensors

import (
	"encoding/binary"
	"math"
)

// Floats returns the numbers of a tensor by their places, row-major, from its data, or nil where its elements are no
// floating-point numbers of 16, 32 or 64 bits.
func (t DType) Floats(data []byte) func(i int) float64 {
	switch t {
	case F64:
		return func(i int) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:])) }
	case F32:
		return func(i int) float64 { return float64(math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))) }
	case BF16: // the upper half of a float32
		return func(i int) float64 {
			return float64(math.Float32frombits(uint32(binary.LittleEndian.Uint16(data[2*i:])) << 16))
		}
	case F16:
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
