package kernel

// The loops that plain Go spends most of its element-wise time in do four lanes a turn: a turn costs as much as a lane.
// The lengths are multiples of four.

// add is d = x + y.
func add[T Float](d, x, y []T) {
	x, y = x[:len(d)], y[:len(d)]
	for i := 0; i < len(d)-3; i += 4 {
		d[i] = x[i] + y[i]
		d[i+1] = x[i+1] + y[i+1]
		d[i+2] = x[i+2] + y[i+2]
		d[i+3] = x[i+3] + y[i+3]
	}
}

// mul is d = x ⊙ y.
func mul[T Float](d, x, y []T) {
	x, y = x[:len(d)], y[:len(d)]
	for i := 0; i < len(d)-3; i += 4 {
		d[i] = x[i] * y[i]
		d[i+1] = x[i+1] * y[i+1]
		d[i+2] = x[i+2] * y[i+2]
		d[i+3] = x[i+3] * y[i+3]
	}
}

// mulAdd is d = x ⊙ y + z, each rounded.
func mulAdd[T Float](d, x, y, z []T) {
	x, y, z = x[:len(d)], y[:len(d)], z[:len(d)]
	for i := 0; i < len(d)-3; i += 4 {
		d[i] = T(x[i]*y[i]) + z[i]
		d[i+1] = T(x[i+1]*y[i+1]) + z[i+1]
		d[i+2] = T(x[i+2]*y[i+2]) + z[i+2]
		d[i+3] = T(x[i+3]*y[i+3]) + z[i+3]
	}
}

// scale is d = α·x.
func scale[T Float](d, x []T, alpha T) {
	x = x[:len(d)]
	for i := 0; i < len(d)-3; i += 4 {
		d[i] = alpha * x[i]
		d[i+1] = alpha * x[i+1]
		d[i+2] = alpha * x[i+2]
		d[i+3] = alpha * x[i+3]
	}
}

// scaleMul is d = (α·x) ⊙ y, each rounded.
func scaleMul[T Float](d, x, y []T, alpha T) {
	x, y = x[:len(d)], y[:len(d)]
	for i := 0; i < len(d)-3; i += 4 {
		d[i] = alpha * x[i] * y[i]
		d[i+1] = alpha * x[i+1] * y[i+1]
		d[i+2] = alpha * x[i+2] * y[i+2]
		d[i+3] = alpha * x[i+3] * y[i+3]
	}
}

// scaleAdd is d = α·x + z, each rounded.
func scaleAdd[T Float](d, x, z []T, alpha T) {
	x, z = x[:len(d)], z[:len(d)]
	for i := 0; i < len(d)-3; i += 4 {
		d[i] = T(alpha*x[i]) + z[i]
		d[i+1] = T(alpha*x[i+1]) + z[i+1]
		d[i+2] = T(alpha*x[i+2]) + z[i+2]
		d[i+3] = T(alpha*x[i+3]) + z[i+3]
	}
}
