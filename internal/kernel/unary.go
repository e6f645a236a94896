package kernel

// Unary is D[j] = y = Fn(X[j]) for a function of one number and, if Slope has columns, Slope[j] = Fn'(X[j]): 1 - y² for
// Tanh, σ(x)·σ(-x) for Sigmoid, each the very number that the operations written out give, every step rounded.
//
// The largest relative error over all numbers, in units of the unit roundoff (2⁻²⁴ and 2⁻⁵³; of denormal results half
// of the least number), is 6 for Tanh and 3 for the other functions; Neg, Abs, Sign, Floor and Ceil are exact,
// Square, Sqrt and Recip rounded correctly. Tanh does not exceed 1. Sin and Cos of large numbers, |x| > 30000 in
// float32 and 10⁹ in float64, and in plain Go all of them, are those of package math, whose error is relative to 1
// and not to a small result.
//
// A column of D may be X of the same j; Slope's columns are no others' of this operation.
type Unary struct {
	D, X, Slope []int32
	Fn          Fn
}

// Check returns an error unless the operation stays within a room.
func (a *Unary) Check(r Room) error {
	b := newBounds("Unary "+a.Fn.String(), r)
	if a.Fn.Operands() != 1 {
		b.fail("not a function of one number")
	}
	b.columns("D", a.D, len(a.D))
	b.columns("X", a.X, len(a.D))
	b.optional("Slope", a.Slope, len(a.D))
	if a.Slope != nil && !a.Fn.HasSlope() {
		b.fail("has no slope")
	}
	return b.err
}
