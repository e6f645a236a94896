package kernel

// Choose is D[j] = A[j] where If[j] is not zero (NaN is not), else B[j]. Bits are
// copied, so that a NaN on the side not taken stays out. A column of D may also be
// read as If, A or B of the same j.
type Choose struct {
	D        []int32
	If, A, B Operand
}

// Check returns an error unless the operation stays within a room.
func (a *Choose) Check(r Room) error {
	b := newBounds("Choose", r)
	b.columns("D", a.D, len(a.D))
	b.operand("If", &a.If, len(a.D), true)
	b.operand("A", &a.A, len(a.D), true)
	b.operand("B", &a.B, len(a.D), true)
	return b.err
}

func chooseGo[T Float](a *Choose, arena, uniform []T, n int) {
	n = Pad(n)
	var bufI, bufA, bufB [block]T
	for j, o := range a.D {
		for lo := 0; lo < n; lo += block {
			d := column(arena, o+int32(lo), min(block, n-lo))
			is := lanes(&a.If, j, arena, uniform, lo, len(d), &bufI)[:len(d)]
			x := lanes(&a.A, j, arena, uniform, lo, len(d), &bufA)[:len(d)]
			y := lanes(&a.B, j, arena, uniform, lo, len(d), &bufB)[:len(d)]
			for i := range d {
				if is[i] != 0 {
					d[i] = x[i]
				} else {
					d[i] = y[i]
				}
			}
		}
	}
}
