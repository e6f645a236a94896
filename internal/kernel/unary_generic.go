package kernel

import "math"

func unaryGo[T Float](a *Unary, arena []T, n int) {
	n = Pad(n)
	for j, o := range a.D {
		d, x := column(arena, o, n), column(arena, a.X[j], n)
		switch {
		case a.Slope == nil:
			unaryLanes(a.Fn, d, x)
		case a.Fn == Tanh:
			tanhLanes(d, x, column(arena, a.Slope[j], n))
		default:
			sigmoidLanes(d, x, column(arena, a.Slope[j], n))
		}
	}
}

// unaryLanes computes most functions one by one, and those that package math is slow at in loops of their own.
func unaryLanes[T Float](f Fn, d, x []T) {
	x = x[:len(d)]
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
		tanhLanes(d, x, nil)
	default:
		one := scalars[f].one
		for i := range d {
			d[i] = T(one(float64(x[i])))
		}
	}
}

// tanhLanes takes the rational function of the other kernels for float32, where it is several times faster than
// math.Tanh. It gives the slopes too, unless s is empty.
func tanhLanes[T Float](d, x, s []T) {
	if d, single := any(d).([]float32); single {
		tanhSingle(d, any(x).([]float32), any(s).([]float32))
		return
	}
	for i := range d {
		d[i] = T(math.Tanh(float64(x[i])))
	}
	for i := range s {
		s[i] = 1 - T(d[i]*d[i])
	}
}

// tanhSingle looks once a number whether it or the result is out of bounds, and seldom must do something about it:
// min and max take longer than a polynomial.
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

// sigmoidLanes gives d = σ(x) and s = σ(x)·σ(-x).
func sigmoidLanes[T Float](d, x, s []T) {
	for i, v := range x {
		y, other := T(sigmoid(float64(v))), T(sigmoid(-float64(v)))
		d[i], s[i] = y, y*other
	}
}
