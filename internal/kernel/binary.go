package kernel

// Binary is D[j] = Fn(A[j], B[j]) for a function of two numbers. All operations but Pow are exact to the last bit
// in every instruction set. A column of D may also be read as A or B of the same j.
type Binary struct {
	D    []int32
	A, B Operand
	Fn   Fn
}

// Check returns an error unless the operation stays within a room.
func (a *Binary) Check(r Room) error {
	b := newBounds("Binary "+a.Fn.String(), r)
	if a.Fn.Operands() != 2 {
		b.fail("not a function of two numbers")
	}
	b.columns("D", a.D, len(a.D))
	b.operand("A", &a.A, len(a.D), true)
	b.operand("B", &a.B, len(a.D), true)
	return b.err
}
