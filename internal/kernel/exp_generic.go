package kernel

import "math"

// What is made of exponentials is computed for float32 in float64, whose errors are gone with the last rounding: with a
// short series, and without the calls and looks at special numbers that package math needs.

// widen is |x| of the bits of a float32, at most 120, beyond which eˣ is 0 or overflows, and at least 2⁻¹²⁷, for which it
// is 1. The processor's own conversion would wait for what was in the register before: for the number before.
func widen(bits uint32) float64 {
	const sign, end = 1 << 31, 0x42f00000 // end is 120
	return math.Float64frombits(uint64(min(bits&^sign, end))<<29 + (1023-127)<<52)
}

// expNear is eˣ for |x| ≤ 120: 2ᵏ·eʳ with k = round(x/ln 2), and the series of eʳ up to r⁸, whose error is 2e-10.
func expNear(x float64) float64 {
	const shift = 0x1.8p52 // numbers of this size are integers, and k is in the last bits
	t := x*math.Log2E + shift
	r := x - (t-shift)*math.Ln2
	p := 1 + r*(1+r*(1./2+r*(1./6+r*(1./24+r*(1./120+r*(1./720+r*(1./5040+r*(1./40320))))))))
	return math.Float64frombits(math.Float64bits(p) + math.Float64bits(t)<<52)
}

// expSingle is d = eˣ.
func expSingle(d, x []float32) {
	x = x[:len(d)]
	for i := range d {
		v := x[i]
		bits := math.Float32bits(v)
		a := math.Float64bits(widen(bits)) | uint64(bits>>31)<<63
		d[i] = float32(expNear(math.Float64frombits(a)))
		if v != v {
			d[i] = v
		}
	}
}

// sigmoidSingle is d = σ(x) and, unless s is empty, s = σ(x)·σ(-x). Both are made of e^-|x|, so that they fit together.
func sigmoidSingle(d, x, s []float32) {
	x = x[:len(d)]
	for i := range d {
		v := x[i]
		bits := math.Float32bits(v)
		z := expNear(-widen(bits))
		large := 1 / (1 + z)
		y, other := float32(large), float32(z*large)
		// A jump by the sign would be guessed wrongly half of the time.
		negative := uint32(int32(bits) >> 31)
		differ := math.Float32bits(y) ^ math.Float32bits(other)
		d[i] = math.Float32frombits(math.Float32bits(y) ^ differ&negative)
		if i < len(s) {
			s[i] = y * other
		}
		if v != v {
			d[i] = v
			if i < len(s) {
				s[i] = v
			}
		}
	}
}

// softplusSingle is d = max(x, 0) + log(1 + z), z = e^-|x|, where log(1 + z) = 2·atanh q, q = z/(2 + z) ≤ 1/3. Its series
// ends with q¹⁷, and its error is 2e-10.
func softplusSingle(d, x []float32) {
	x = x[:len(d)]
	for i := range d {
		v := x[i]
		bits := math.Float32bits(v)
		z := expNear(-widen(bits))
		q := z / (2 + z)
		w := q * q
		p := 1./9 + w*(1./11+w*(1./13+w*(1./15+w*(1./17))))
		p = 1 + w*(1./3+w*(1./5+w*(1./7+w*p)))
		positive := math.Float32frombits(bits &^ uint32(int32(bits)>>31))
		d[i] = positive + float32(2*q*p)
		if v != v {
			d[i] = v
		}
	}
}
