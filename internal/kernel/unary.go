package kernel

import "fmt"

// UnaryOp is a function of one number.
type UnaryOp uint8

const (
	Abs  UnaryOp = iota
	Sign         // -1, 0 or 1; ±0 and NaN stay
	Sqrt
	Recip   // 1/x
	InvSqrt // 1/√x
	Floor
	Ceil
	Exp
	Expm1 // eˣ - 1
	Log
	Log1p // log(1 + x)
	Log2
	Tanh
	Sigmoid  // 1/(1 + e⁻ˣ)
	Softplus // log(1 + eˣ)
	Sin
	Cos
	unaryOps
)

// String is the lower-case name.
func (o UnaryOp) String() string {
	names := [...]string{"abs", "sign", "sqrt", "recip", "invsqrt", "floor", "ceil", "exp", "expm1",
		"log", "log1p", "log2", "tanh", "sigmoid", "softplus", "sin", "cos"}
	if int(o) < len(names) {
		return names[o]
	}
	return fmt.Sprintf("UnaryOp(%d)", uint8(o))
}

// HasSlope tells if [Unary] can give the derivative along with the value: Tanh and
// Sigmoid.
func (o UnaryOp) HasSlope() bool { return o == Tanh || o == Sigmoid }

// Unary is D[j] = y = Op(X[j]) and, if Slope has columns, Slope[j] = Op'(X[j]) from
// the value already at hand: 1 - y² for Tanh, y·(1 - y) for Sigmoid.
//
// The largest relative error over all numbers, in units of the unit roundoff (2⁻²⁴ and
// 2⁻⁵³; of denormal results half of the least number), is 6 for Tanh and 3 for the
// other functions; Abs, Sign, Floor and Ceil are exact, Sqrt and Recip rounded
// correctly. Tanh does not exceed 1. Sin and Cos of large numbers, |x| > 30000 in
// float32 and 10⁹ in float64, and in plain Go all of them, are those of package math,
// whose error is relative to 1 and not to a small result.
//
// A column of D may be X of the same j; Slope's columns are no others' of this
// operation.
type Unary struct {
	D, X, Slope []int32
	Op          UnaryOp
}

// Check tells if the operation stays within an arena of this length when run over
// n lanes.
func (a *Unary) Check(arena, n int) error {
	b := newBounds("Unary "+a.Op.String(), arena, 0, n)
	if a.Op >= unaryOps {
		b.fail("unknown operation")
	}
	b.columns("D", a.D, len(a.D))
	b.columns("X", a.X, len(a.D))
	b.optional("Slope", a.Slope, len(a.D))
	if a.Slope != nil && !a.Op.HasSlope() {
		b.fail("has no slope")
	}
	return b.err
}
