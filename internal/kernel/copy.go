package kernel

// Copy is D[j] = X[j], column, number or constant, bit for bit.
type Copy struct {
	D []int32
	X Operand
}

// Check returns an error unless the operation stays within a room.
func (a *Copy) Check(r Room) error {
	b := newBounds("Copy", r)
	b.columns("D", a.D, len(a.D))
	b.operand("X", &a.X, len(a.D), true)
	return b.err
}

func copyGo[T Float](a *Copy, arena, uniform []T, n int) {
	n = Pad(n)
	var buf [block]T
	for j, o := range a.D {
		d := column(arena, o, n)
		if a.X.Kind == Column {
			copy(d, column(arena, a.X.At[j], n))
			continue
		}
		for lo := 0; lo < n; lo += block {
			copy(d[lo:], lanes(&a.X, j, arena, uniform, lo, min(block, n-lo), &buf))
		}
	}
}
