package kernel

import "math"

func unaryGo[T Float](a *Unary, arena []T, n int) {
	n = Pad(n)
	for j, o := range a.D {
		d, x := column(arena, o, n), column(arena, a.X[j], n)
		if a.Slope == nil {
			unaryLanes(a.Fn, d, x)
		} else {
			slopeLanes(a.Fn, d, x, column(arena, a.Slope[j], n))
		}
	}
}

// unaryLanes computes most functions one by one, and those that package math is slow at in loops of their own.
func unaryLanes[T Float](f Fn, d, x []T) {
	x = x[:len(d)]
	if d, single := any(d).([]float32); single && singleLanes(f, d, any(x).([]float32)) {
		return
	}
	switch f {
	case Abs:
		for i := range d {
			d[i] = T(math.Abs(float64(x[i])))
		}
	case Sqrt:
		for i := range d {
			d[i] = T(math.Sqrt(float64(x[i])))
		}
	case Recip:
		for i := range d {
			d[i] = 1 / x[i]
		}
	case Tanh:
		tanhDouble(d, x, nil)
	default:
		one := scalars[f].one
		for i := range d {
			d[i] = T(one(float64(x[i])))
		}
	}
}

// singleLanes computes the functions that nets of float32 have most, and reports whether f is one.
func singleLanes(f Fn, d, x []float32) bool {
	switch f {
	case Tanh:
		tanhSingle(d, x, nil)
	case Exp:
		expSingle(d, x)
	case Sigmoid:
		sigmoidSingle(d, x, nil)
	case Softplus:
		softplusSingle(d, x)
	default:
		return false
	}
	return true
}

// slopeLanes gives d and the slopes s.
func slopeLanes[T Float](f Fn, d, x, s []T) {
	if d, single := any(d).([]float32); single {
		x, s := any(x).([]float32), any(s).([]float32)
		if f == Tanh {
			tanhSingle(d, x, s)
		} else {
			sigmoidSingle(d, x, s)
		}
		return
	}
	if f == Tanh {
		tanhDouble(d, x, s)
		return
	}
	for i, v := range x {
		y, other := T(sigmoid(float64(v))), T(sigmoid(-float64(v)))
		d[i], s[i] = y, y*other
	}
}

// tanhDouble is tanh of float64 and, unless s is empty, its slope, by the formula of the other kernels: with
// n = round(x/(ln2/2)), r = x - n·ln2/2 and h = tanh r,
//
//	tanh x = ((2ⁿ - 1) + h·(2ⁿ + 1)) / ((2ⁿ + 1) + h·(2ⁿ - 1)),
//
// where 2ⁿ - 1 is negated, so that a sum of zeros keeps the sign of x.
func tanhDouble[T Float](d, x, s []T) {
	const (
		end   = 20       // 1 - tanh is 9e-18 there
		shift = 0x1.8p52 // numbers of this size are integers, and n is in the last bits
		bias  = 1023
	)
	x = x[:len(d)]
	for i := range d {
		v := float64(x[i])
		if v > end {
			v = end
		}
		if v < -end {
			v = -end
		}
		t := v*(2*math.Log2E) + shift
		r := v - (t-shift)*(math.Ln2/2)
		w := r * r
		h := r * (1 + w*(tanhR0+w*(tanhR1+w*(tanhR2+w*(tanhR3+w*(tanhR4+w*tanhR5))))))
		two := math.Float64frombits((math.Float64bits(t) + bias) << 52)
		less, more := 1-two, 1+two
		y := T((h*more - less) / (more - h*less))
		d[i] = y
		if i < len(s) {
			s[i] = 1 - T(y*y)
		}
	}
}

// tanhSingle is the rational function of the other kernels and, unless s is empty, its slope. It looks whether a number or
// its result is out of bounds, which is seldom: min and max take longer than a polynomial.
func tanhSingle(d, x, s []float32) {
	x = x[:len(d)]
	for i := range d {
		a := x[i]
		w := a * a
		if w > 81 {
			a = max(min(a, tanhEnd), -tanhEnd)
			w = a * a
		}
		y := a * (tanhP0 + w*(tanhP1+w*(tanhP2+w*(tanhP3+w*tanhP4)))) / (tanhQ0 + w*(tanhQ1+w*(tanhQ2+w*(tanhQ3+w*tanhQ4))))
		square := float32(y * y)
		if square > 1 {
			y = max(min(y, 1), -1)
			square = 1
		}
		d[i] = y
		if i < len(s) {
			s[i] = 1 - square
		}
	}
}
