package kernel

import "math"

func unaryGo[T Float](a *Unary, arena []T, n int) {
	n = Pad(n)
	for j, o := range a.D {
		d := column(arena, o, n)
		unaryLanes(a.Op, d, column(arena, a.X[j], n))
		if a.Slope != nil {
			slopeLanes(a.Op, column(arena, a.Slope[j], n), d)
		}
	}
}

// slopeLanes writes the derivative in terms of the value y.
func slopeLanes[T Float](op UnaryOp, s, y []T) {
	y = y[:len(s)]
	if op == Tanh {
		for i := range s {
			s[i] = 1 - y[i]*y[i]
		}
		return
	}
	for i := range s {
		s[i] = y[i] * (1 - y[i])
	}
}

func unaryLanes[T Float](op UnaryOp, d, x []T) {
	x = x[:len(d)]
	switch op {
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
		tanhLanes(d, x)
	default:
		f := function(op)
		for i := range d {
			d[i] = T(f(float64(x[i])))
		}
	}
}

// function is op on one float64, for the operations computed one by one.
func function(op UnaryOp) func(float64) float64 {
	switch op {
	case Sign:
		return sign
	case InvSqrt:
		return func(x float64) float64 { return 1 / math.Sqrt(x) }
	case Floor:
		return math.Floor
	case Ceil:
		return math.Ceil
	case Exp:
		return exp
	case Expm1:
		return math.Expm1
	case Log:
		return log
	case Log1p:
		return math.Log1p
	case Log2:
		return log2
	case Sigmoid:
		return sigmoid
	case Softplus:
		return softplus
	case Sin:
		return math.Sin
	case Cos:
		return math.Cos
	}
	panic("kernel: unknown operation " + op.String())
}

// exp is math.Exp also for the last 0.35 before it overflows, where that of amd64 has
// done so already.
func exp(x float64) float64 {
	if x > 709 {
		return math.Exp(x-1) * math.E
	}
	return math.Exp(x)
}

// log is math.Log also for denormal numbers, which that of amd64 takes for normal ones.
func log(x float64) float64 {
	if 0 < x && x < 0x1p-1022 {
		return math.Log(x*0x1p54) - 54*math.Ln2
	}
	return math.Log(x)
}

// log2 is math.Log2 also near 1, where that cancels.
func log2(x float64) float64 {
	if math.Sqrt2/2 < x && x < math.Sqrt2 {
		return math.Log(x) * math.Log2E
	}
	return math.Log2(x)
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

// sigmoid takes the exponential of -|x|, which cannot overflow.
func sigmoid(x float64) float64 {
	z := math.Exp(-math.Abs(x))
	if x < 0 {
		return z / (1 + z)
	}
	return 1 / (1 + z)
}

// softplus is max(x, 0) + log(1 + e^-|x|).
func softplus(x float64) float64 {
	return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x)))
}

// tanhLanes takes the rational function of the other kernels for float32, where it is
// several times faster than math.Tanh.
func tanhLanes[T Float](d, x []T) {
	if _, single := any(d).([]float32); !single {
		for i := range d {
			d[i] = T(math.Tanh(float64(x[i])))
		}
		return
	}
	for i := range d {
		a := max(min(x[i], tanhEnd), -tanhEnd)
		w := a * a
		y := a * (tanhP0 + w*(tanhP1+w*(tanhP2+w*(tanhP3+w*tanhP4)))) / (tanhQ0 + w*(tanhQ1+w*(tanhQ2+w*(tanhQ3+w*tanhQ4))))
		d[i] = max(min(y, 1), -1)
	}
}
