package kernel

func binaryGo[T Float](a *Binary, arena, uniform []T, n int) {
	n = Pad(n)
	var bufA, bufB [block]T
	for j, o := range a.D {
		for lo := 0; lo < n; lo += block {
			m := min(block, n-lo)
			binaryLanes(a.Fn, column(arena, o+int32(lo), m),
				lanes(&a.A, j, arena, uniform, lo, m, &bufA),
				lanes(&a.B, j, arena, uniform, lo, m, &bufB))
		}
	}
}

func binaryLanes[T Float](f Fn, d, x, y []T) {
	x, y = x[:len(d)], y[:len(d)]
	switch f {
	case Div:
		for i := range d {
			d[i] = x[i] / y[i]
		}
	case Max:
		for i := range d {
			d[i] = max(x[i], y[i])
		}
	case Min:
		for i := range d {
			d[i] = min(x[i], y[i])
		}
	case Gt:
		for i := range d {
			d[i] = truth[T](x[i] > y[i])
		}
	case Ge:
		for i := range d {
			d[i] = truth[T](x[i] >= y[i])
		}
	case Lt:
		for i := range d {
			d[i] = truth[T](x[i] < y[i])
		}
	case Le:
		for i := range d {
			d[i] = truth[T](x[i] <= y[i])
		}
	case Eq:
		for i := range d {
			d[i] = truth[T](x[i] == y[i])
		}
	case Ne:
		for i := range d {
			d[i] = truth[T](x[i] != y[i])
		}
	default:
		two := scalars[f].two
		for i := range d {
			d[i] = T(two(float64(x[i]), float64(y[i])))
		}
	}
}
