package graph

import (
	"fmt"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Add returns a + b, broadcast.
func Add(a, b *Node) *Node { return binary("Add", a, b, gorgonia.Add) }

// Sub returns a - b, broadcast.
func Sub(a, b *Node) *Node { return binary("Sub", a, b, gorgonia.Sub) }

// Mul returns the element-wise product a ⊙ b, broadcast. MatMul is the matrix product.
func Mul(a, b *Node) *Node { return binary("Mul", a, b, gorgonia.HadamardProd) }

// Div returns the element-wise quotient a ÷ b, broadcast; x/0 is ±Inf and 0/0 NaN.
func Div(a, b *Node) *Node { return binary("Div", a, b, gorgonia.HadamardDiv) }

// Gt returns 1 where a > b and 0 elsewhere, broadcast. The derivative of a comparison is zero.
func Gt(a, b *Node) *Node { return comparison("Gt", a, b, gorgonia.Gt) }

// Ge returns 1 where a ≥ b and 0 elsewhere, broadcast.
func Ge(a, b *Node) *Node { return comparison("Ge", a, b, gorgonia.Gte) }

// Lt returns 1 where a < b and 0 elsewhere, broadcast.
func Lt(a, b *Node) *Node { return comparison("Lt", a, b, gorgonia.Lt) }

// Le returns 1 where a ≤ b and 0 elsewhere, broadcast.
func Le(a, b *Node) *Node { return comparison("Le", a, b, gorgonia.Lte) }

// Eq returns 1 where a = b and 0 elsewhere, broadcast.
func Eq(a, b *Node) *Node { return comparison("Eq", a, b, gorgonia.Eq) }

// Ne returns 1 where a ≠ b, and where one of them is NaN, and 0 elsewhere, broadcast.
func Ne(a, b *Node) *Node { return comparison("Ne", a, b, gorgonia.Ne) }

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
func Scale(a *Node, c float64) *Node { return withConstant("Scale", a, c, gorgonia.HadamardProd) }

// Shift returns a + c for a number c.
func Shift(a *Node, c float64) *Node { return withConstant("Shift", a, c, gorgonia.Add) }

// Pow returns a to the power c, element by element, for a number c; NaN where a is negative and c not an integer.
func Pow(a *Node, c float64) *Node { return withConstant("Pow", a, c, gorgonia.Pow) }

// Neg returns -a.
func Neg(a *Node) *Node { return unary("Neg", a, gorgonia.Neg) }

// Recip returns 1/a, element by element; ±Inf at ±0.
func Recip(a *Node) *Node { return unary("Recip", a, gorgonia.Inverse) }

// InvSqrt returns 1/√a, element by element; NaN where a is negative and +Inf at 0.
func InvSqrt(a *Node) *Node { return unary("InvSqrt", a, gorgonia.InverseSqrt) }

// Square returns a², element by element.
func Square(a *Node) *Node { return unary("Square", a, gorgonia.Square) }

// Cube returns a³, element by element.
func Cube(a *Node) *Node { return unary("Cube", a, gorgonia.Cube) }

// Sqrt returns √a, element by element; NaN where a is negative.
func Sqrt(a *Node) *Node { return unary("Sqrt", a, gorgonia.Sqrt) }

// Exp returns eᵃ, element by element.
func Exp(a *Node) *Node { return unary("Exp", a, gorgonia.Exp) }

// Log returns the natural logarithm ln a, element by element; -Inf at 0 and NaN where a is negative. The stable form of
// ln σ(x) is Neg(Softplus(Neg(x))).
func Log(a *Node) *Node { return unary("Log", a, gorgonia.Log) }

// Log1p returns ln(1 + a), element by element, accurate near 0.
func Log1p(a *Node) *Node { return unary("Log1p", a, gorgonia.Log1p) }

// Expm1 returns eᵃ - 1, element by element, accurate near 0.
func Expm1(a *Node) *Node { return unary("Expm1", a, gorgonia.Expm1) }

// Log2 returns the logarithm to base 2, element by element; -Inf at 0 and NaN where a is negative.
func Log2(a *Node) *Node { return unary("Log2", a, gorgonia.Log2) }

// Erf returns the error function 2/√π ∫₀ᵃ e^(-t²) dt, element by element. The normal distribution function is
// ½(1 + erf(a/√2)).
func Erf(a *Node) *Node { return mapped("Erf", OpErf, a) }

// Floor returns the largest integer not above a, element by element. Its derivative is zero.
func Floor(a *Node) *Node { return unary("Floor", a, gorgonia.Floor) }

// Ceil returns the smallest integer not below a, element by element. Its derivative is zero.
func Ceil(a *Node) *Node { return unary("Ceil", a, gorgonia.Ceil) }

// Sin returns sin a, element by element, a in radians.
func Sin(a *Node) *Node { return unary("Sin", a, gorgonia.Sin) }

// Cos returns cos a, element by element, a in radians.
func Cos(a *Node) *Node { return unary("Cos", a, gorgonia.Cos) }

// Abs returns |a|, element by element; its derivative at 0 is 0.
func Abs(a *Node) *Node { return unary("Abs", a, gorgonia.Abs) }

// Sign returns -1, 0 or 1, element by element. Its derivative is zero.
func Sign(a *Node) *Node { return unary("Sign", a, gorgonia.Sign) }

// Tanh returns the hyperbolic tangent of a, element by element.
func Tanh(a *Node) *Node { return unary("Tanh", a, gorgonia.Tanh) }

// Sigmoid returns σ(a) = 1/(1 + e⁻ᵃ), element by element.
func Sigmoid(a *Node) *Node { return unary("Sigmoid", a, gorgonia.Sigmoid) }

// Softplus returns ln(1 + eᵃ), element by element, without overflow.
func Softplus(a *Node) *Node { return unary("Softplus", a, gorgonia.Softplus) }

// ReLU returns a where a > 0 and 0 elsewhere, element by element; NaN stays NaN, and the derivative at 0 is 0.
func ReLU(a *Node) *Node {
	zero := Fill(a, 0)
	return Where(Ge(zero, a), zero, a)
}

func unary(op string, a *Node, f func(*Node) (*Node, error)) *Node {
	checkMatrix(op, a)
	return one(op, f, a)
}

func binary(op string, a, b *Node, f func(a, b *Node) (*Node, error)) *Node {
	a, b = broadcast(op, a, b)
	return plain(op, f, a, b)
}

func comparison(op string, a, b *Node, f func(a, b *Node, retSame bool) (*Node, error)) *Node {
	return binary(op, a, b, func(a, b *Node) (*Node, error) { return f(a, b, true) })
}

func withConstant(op string, a *Node, c float64, f func(a, b *Node) (*Node, error)) *Node {
	checkMatrix(op, a)
	return plain(op, f, a, scalar(a, c))
}

// scalar returns the constant c in the graph and element type of a.
func scalar(a *Node, c float64) *Node {
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
		case len(n.Shape()) != 2:
			fail(op, operands, "operand %d has %d axes, want a matrix of 2", i+1, len(n.Shape()))
		case n.Graph() != operands[0].Graph():
			fail(op, operands, "the operands belong to different graphs")
		case n.Dtype() != operands[0].Dtype():
			fail(op, operands, "the operands have element types %v and %v", operands[0].Dtype(), n.Dtype())
		}
	}
}

// broadcast brings a and b to one shape: an axis of length 1 takes the other operand's length.
func broadcast(op string, a, b *Node) (*Node, *Node) {
	checkMatrix(op, a, b)
	sa, sb := a.Shape(), b.Shape()
	for axis, name := range []string{"row", "column"} {
		if sa[axis] != sb[axis] && sa[axis] != 1 && sb[axis] != 1 {
			fail(op, []*Node{a, b}, "%s counts differ and neither is 1", name)
		}
	}
	return expand(a, b), expand(b, a)
}

// expand repeats a along each axis on which it has length 1 and like has not.
func expand(a, like *Node) *Node {
	if n := like.Shape()[1]; a.Shape()[1] == 1 && n != 1 {
		a = RepeatCols(a, n)
	}
	if a.Shape()[0] == 1 && like.Shape()[0] != 1 {
		a = RepeatRowsLike(a, like)
	}
	return a
}
