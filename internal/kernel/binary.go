package kernel

import "fmt"

// BinaryOp is an operation on two numbers.
type BinaryOp uint8

const (
	Div BinaryOp = iota // a/b
	Max                 // the larger; NaN if either is; max(-0, +0) = +0
	Min                 // the smaller; NaN if either is; min(-0, +0) = -0
	Gt                  // 1 if a > b, else 0
	Ge                  // 1 if a ≥ b, else 0
	Lt                  // 1 if a < b, else 0
	Le                  // 1 if a ≤ b, else 0
	Eq                  // 1 if a = b, else 0
	Ne                  // 1 if a ≠ b, else 0; 1 for NaN
	Pow                 // aᵇ with the special cases of math.Pow, computed in float64
	binaryOps
)

// String is the lower-case name.
func (o BinaryOp) String() string {
	names := [...]string{"div", "max", "min", "gt", "ge", "lt", "le", "eq", "ne", "pow"}
	if int(o) < len(names) {
		return names[o]
	}
	return fmt.Sprintf("BinaryOp(%d)", uint8(o))
}

// Binary is D[j] = Op(A[j], B[j]). All operations but Pow are exact to the last bit
// in every instruction set. A column of D may also be read as A or B of the same j.
type Binary struct {
	D    []int32
	A, B Operand
	Op   BinaryOp
}

// Check tells if the operation stays within an arena and a uniform area of these
// lengths when run over n lanes.
func (a *Binary) Check(arena, uniform, n int) error {
	b := newBounds("Binary "+a.Op.String(), arena, uniform, n)
	if a.Op >= binaryOps {
		b.fail("unknown operation")
	}
	b.columns("D", a.D, len(a.D))
	b.operand("A", &a.A, len(a.D), true)
	b.operand("B", &a.B, len(a.D), true)
	return b.err
}
