package graph

import (
	"fmt"
	"math"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Add returns a + b, broadcast.
func Add(a, b *Node) *Node { return pairwise("Add", OpAdd, a, b) }

// Sub returns a - b, broadcast.
func Sub(a, b *Node) *Node { return pairwise("Sub", OpSub, a, b) }

// Mul returns the element-wise product a ⊙ b, broadcast. MatMul is the matrix product.
func Mul(a, b *Node) *Node { return pairwise("Mul", OpMul, a, b) }

// Div returns the element-wise quotient a ÷ b, broadcast; x/0 is ±Inf and 0/0 NaN.
func Div(a, b *Node) *Node { return pairwise("Div", OpDiv, a, b) }

// Gt returns 1 where a > b and 0 elsewhere, broadcast. The derivative of a comparison is zero.
func Gt(a, b *Node) *Node { return pairwise("Gt", OpGt, a, b) }

// Ge returns 1 where a ≥ b and 0 elsewhere, broadcast.
func Ge(a, b *Node) *Node { return pairwise("Ge", OpGe, a, b) }

// Lt returns 1 where a < b and 0 elsewhere, broadcast.
func Lt(a, b *Node) *Node { return pairwise("Lt", OpLt, a, b) }

// Le returns 1 where a ≤ b and 0 elsewhere, broadcast.
func Le(a, b *Node) *Node { return pairwise("Le", OpLe, a, b) }

// Eq returns 1 where a = b and 0 elsewhere, broadcast.
func Eq(a, b *Node) *Node { return pairwise("Eq", OpEq, a, b) }

// Ne returns 1 where a ≠ b, and where one of them is NaN, and 0 elsewhere, broadcast.
func Ne(a, b *Node) *Node { return pairwise("Ne", OpNe, a, b) }

// Max returns the larger of a and b, broadcast, and NaN where one of them is NaN. Where they are equal the derivative
// is a's.
func Max(a, b *Node) *Node {
	a, b = broadcast("Max", a, b)
	return Where(Ge(a, b), a, Where(Gt(b, a), b, Add(a, b)))
}

// Min returns the smaller of a and b, broadcast, and NaN where one of them is NaN. Where they are equal the derivative
// is a's.
func Min(a, b *Node) *Node {
	a, b = broadcast("Min", a, b)
	return Where(Ge(b, a), a, Where(Gt(a, b), b, Add(a, b)))
}

// Scale returns c·a for a number c.
func Scale(a *Node, c float64) *Node { return withConstant("Scale", OpMul, a, c) }

// Shift returns a + c for a number c.
func Shift(a *Node, c float64) *Node { return withConstant("Shift", OpAdd, a, c) }

// Pow returns a to the power c, element by element, for a number c; NaN where a is negative and c not an integer.
func Pow(a *Node, c float64) *Node { return withConstant("Pow", OpPow, a, c) }

// Neg returns -a.
func Neg(a *Node) *Node { return unary("Neg", OpNeg, a) }

// Recip returns 1/a, element by element; ±Inf at ±0.
func Recip(a *Node) *Node { return unary("Recip", OpRecip, a) }

// InvSqrt returns 1/√a, element by element; NaN where a is negative and +Inf at 0.
func InvSqrt(a *Node) *Node { return unary("InvSqrt", OpInvSqrt, a) }

// Square returns a², element by element.
func Square(a *Node) *Node { return unary("Square", OpSquare, a) }

// Cube returns a³, element by element.
func Cube(a *Node) *Node { return unary("Cube", OpCube, a) }

// Sqrt returns √a, element by element; NaN where a is negative.
func Sqrt(a *Node) *Node { return unary("Sqrt", OpSqrt, a) }

// Exp returns eᵃ, element by element.
func Exp(a *Node) *Node { return unary("Exp", OpExp, a) }

// Log returns the natural logarithm ln a, element by element; -Inf at 0 and NaN where a is negative. The stable form of
// ln σ(x) is Neg(Softplus(Neg(x))).
func Log(a *Node) *Node { return unary("Log", OpLog, a) }

// Log1p returns ln(1 + a), element by element, accurate near 0.
func Log1p(a *Node) *Node { return unary("Log1p", OpLog1p, a) }

// Expm1 returns eᵃ - 1, element by element, accurate near 0.
func Expm1(a *Node) *Node { return unary("Expm1", OpExpm1, a) }

// Log2 returns the logarithm to base 2, element by element; -Inf at 0 and NaN where a is negative.
func Log2(a *Node) *Node { return unary("Log2", OpLog2, a) }

// Erf returns the error function 2/√π ∫₀ᵃ e^(-t²) dt, element by element. The normal distribution function is
// ½(1 + erf(a/√2)).
func Erf(a *Node) *Node { return mapped("Erf", OpErf, a) }

// Floor returns the largest integer not above a, element by element. Its derivative is zero.
func Floor(a *Node) *Node { return unary("Floor", OpFloor, a) }

// Ceil returns the smallest integer not below a, element by element. Its derivative is zero.
func Ceil(a *Node) *Node { return unary("Ceil", OpCeil, a) }

// Sin returns sin a, element by element, a in radians.
func Sin(a *Node) *Node { return unary("Sin", OpSin, a) }

// Cos returns cos a, element by element, a in radians.
func Cos(a *Node) *Node { return unary("Cos", OpCos, a) }

// Abs returns |a|, element by element; its derivative at 0 is 0.
func Abs(a *Node) *Node { return unary("Abs", OpAbs, a) }

// Sign returns -1, 0 or 1, element by element. Its derivative is zero.
func Sign(a *Node) *Node { return unary("Sign", OpSign, a) }

// Tanh returns the hyperbolic tangent of a, element by element.
func Tanh(a *Node) *Node { return unary("Tanh", OpTanh, a) }

// Sigmoid returns σ(a) = 1/(1 + e⁻ᵃ), element by element.
func Sigmoid(a *Node) *Node { return unary("Sigmoid", OpSigmoid, a) }

// Softplus returns ln(1 + eᵃ), element by element, without overflow.
func Softplus(a *Node) *Node { return unary("Softplus", OpSoftplus, a) }

// ReLU returns a where a > 0 and 0 elsewhere, element by element; NaN stays NaN, and the derivative at 0 is 0.
func ReLU(a *Node) *Node {
	zero := Fill(a, 0)
	return Where(Ge(zero, a), zero, a)
}

func unary(op string, k Kind, a *Node) *Node {
	checkMatrix(op, a)
	return one(op, k, a)
}

func pairwise(op string, k Kind, a, b *Node) *Node {
	a, b = broadcast(op, a, b)
	return plain(op, k, a, b)
}

func withConstant(op string, k Kind, a *Node, c float64) *Node {
	checkMatrix(op, a)
	return plain(op, k, a, scalar(a, c))
}

// constantKey tells constants of a graph apart: by their bits, before they are rounded to an element type.
type constantKey struct {
	bits  uint64
	dtype tensor.Dtype
}

// scalar returns the constant c in the graph and element type of a.
func scalar(a *Node, c float64) *Node {
	l := ledgerOf(a.Graph())
	if l == nil {
		return newScalar(a, c)
	}
	key := constantKey{math.Float64bits(c), a.Dtype()}
	n := l.constants[key]
	if n == nil {
		n = newScalar(a, c)
		l.constants[key] = n
	}
	return n
}

func newScalar(a *Node, c float64) *Node {
	var value any = c
	if a.Dtype() == tensor.Float32 {
		value = float32(c)
	}
	is := func(n *Node) bool {
		v := n.Value()
		return n.Op() != nil && v != nil && (v.Data() == value || c != c)
	}
	n := a.Graph().AddNode(gorgonia.NewConstant(value))
	hash := n.Hashcode()
	for i := 0; !is(n) || n.Graph() == nil; i++ { // it has the hash of another node, or the name of one of another type
		if i == 64 {
			fail("Constant", nil, "Gorgonia merges the constant %v with other nodes of equal hashes", c)
		}
		hash = rehash(hash)
		constant := gorgonia.NewConstant(value, gorgonia.WithName(fmt.Sprintf("%v %T", value, value)))
		setHash(constant, hash)
		n = a.Graph().AddNode(constant)
	}
	return n
}

// checkMatrix fails unless every operand is a matrix of a graph.
func checkMatrix(op string, operands ...*Node) {
	for i, n := range operands {
		switch {
		case n == nil:
			fail(op, operands, "operand %d is nil", i+1)
		case n.Graph() == nil:
			fail(op, operands, "operand %d (%s) belongs to no graph", i+1, n.Name())
		case len(extents(n)) != 2:
			fail(op, operands, "operand %d has %d axes, want a matrix of 2", i+1, len(extents(n)))
		case n.Graph() != operands[0].Graph():
			fail(op, operands, "the operands belong to different graphs")
		case n.Type() != operands[0].Type() && n.Dtype() != operands[0].Dtype():
			fail(op, operands, "the operands have element types %v and %v", operands[0].Dtype(), n.Dtype())
		}
	}
}

// broadcast brings a and b to one shape: an axis of length 1 takes the other operand's length.
func broadcast(op string, a, b *Node) (*Node, *Node) {
	checkMatrix(op, a, b)
	sa, sb := extents(a), extents(b)
	for axis, name := range []string{"row", "column"} {
		if sa[axis] != sb[axis] && sa[axis] != 1 && sb[axis] != 1 {
			fail(op, []*Node{a, b}, "%s counts differ and neither is 1", name)
		}
	}
	return expand(a, b), expand(b, a)
}

// expand repeats a along each axis on which it has length 1 and like has not.
func expand(a, like *Node) *Node {
	if n := extents(like)[1]; extents(a)[1] == 1 && n != 1 {
		a = RepeatCols(a, n)
	}
	if extents(a)[0] == 1 && extents(like)[0] != 1 {
		a = RepeatRowsLike(a, like)
	}
	return a
}
