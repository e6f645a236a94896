package kernel

// Affine is D[j] = Alpha·A[j]·B[j] + Beta·C[j], column by column: sums, differences, products, scaling, squares and
// what combines them. Without B (None) the factor is left out, without C the second term; a constant C is added as
// Beta·C.Value.
//
//	a+b   Alpha 1, C: b, Beta 1        a·b     Alpha 1, B: b
//	a-b   Alpha 1, C: b, Beta -1       1-a·a   Alpha -1, B: a, C: Constant(1), Beta 1
//
// Alpha and Beta are taken as they are: a zero is a zero. Every product and the sum are rounded in T, never two at
// once: (Alpha·A)·B + Beta·C, or A·(Alpha·B) for a number B. All instruction sets give the same bits, those of the
// steps written out.
//
// A column of D may also be read as A, B or C of the same j. It may be a column that a later j reads only if that is
// meant: columns are done in order.
type Affine struct {
	D, A        []int32
	B, C        Operand
	Alpha, Beta float64
}

// Check returns an error unless the operation stays within a room.
func (a *Affine) Check(r Room) error {
	b := newBounds("Affine", r)
	b.columns("D", a.D, len(a.D))
	b.columns("A", a.A, len(a.D))
	b.operand("B", &a.B, len(a.D), false)
	b.operand("C", &a.C, len(a.D), false)
	return b.err
}
