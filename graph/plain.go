package graph

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Derivatives of plain Gorgonia nodes may meet scalars and vectors, which the operators of this package do not take.
// These helpers call Gorgonia's functions for any number of axes and keep the guards.

func plain(op string, f func(a, b *Node) (*Node, error), a, b *Node) *Node {
	if op != "Sub" || (a.Op() == nil && b.Op() == nil) {
		n, err := f(a, b)
		if err != nil {
			fail(op, []*Node{a, b}, "%w", err)
		}
		return checkInputs(op, n, a, b)
	}
	return verbatim(op, func(s []*Node) (*Node, error) { return f(s[0], s[1]) }, a, b)
}

func one(op string, f func(a *Node) (*Node, error), a *Node) *Node {
	if (op != "Log" && op != "Log1p" && op != "Neg") || a.Op() == nil {
		n, err := f(a)
		if err != nil {
			fail(op, []*Node{a}, "%w", err)
		}
		return checkInputs(op, n, a)
	}
	return verbatim(op, func(s []*Node) (*Node, error) { return f(s[0]) }, a)
}

// verbatim applies the operator of f to operands. Given the operands themselves, Gorgonia's Sub, Neg, Log and Log1p
// look at how these came about and may return another expression, change the operand, or take it out of the graph
// (the logarithm of 1 + x) although others use it. The operator is therefore made from bare inputs of a scratch graph.
func verbatim(op string, f func(scratch []*Node) (*Node, error), operands ...*Node) *Node {
	g := gorgonia.NewGraph()
	scratch := make([]*Node, len(operands))
	for i, n := range operands {
		name := gorgonia.WithName(string(rune('a' + i)))
		if dims(n) == 0 {
			scratch[i] = gorgonia.NewScalar(g, n.Dtype(), name)
		} else {
			scratch[i] = gorgonia.NewTensor(g, n.Dtype(), dims(n), gorgonia.WithShape(n.Shape()...), name)
		}
	}
	n, err := f(scratch)
	if err == nil {
		n, err = gorgonia.ApplyOp(n.Op(), operands...)
	}
	if err != nil {
		fail(op, operands, "%w", err)
	}
	return checkInputs(op, n, operands...)
}

func times(a, b *Node) *Node { return plain("Mul", gorgonia.HadamardProd, a, b) }

func scaled(a *Node, c float64) *Node { return times(a, scalar(a, c)) }

// sameOp applies the operator of v to other inputs.
func sameOp(v View, inputs ...*Node) *Node {
	n, err := gorgonia.ApplyOp(v.Node.Op(), inputs...)
	if err != nil {
		fail(string(v.Kind), inputs, "%w", err)
	}
	return checkInputs(string(v.Kind), n, inputs...)
}

// onesLike returns ones of n's shape. Away from matrices it compares n with itself.
func onesLike(n *Node) *Node {
	switch dims(n) {
	case 0:
		return scalar(n, 1)
	case 2:
		return Fill(n, 1)
	}
	return plain("Ones", func(a, b *Node) (*Node, error) { return gorgonia.Eq(a, b, true) }, n, n)
}

func zerosLike(n *Node) *Node {
	switch dims(n) {
	case 0:
		return scalar(n, 0)
	case 2:
		return Fill(n, 0)
	}
	return scaled(onesLike(n), 0)
}

// slicedLike takes the range of v, an increment, out of n. A whole axis keeps its place even where its length is 1,
// which Gorgonia's Slice would drop.
func slicedLike(v View, n *Node) *Node {
	if v.Inputs[1].Shape().Eq(n.Shape()) {
		return n
	}
	ranges := make([]tensor.Slice, v.Axis+1)
	ranges[v.Axis] = gorgonia.S(v.From, v.To, v.Step)
	out, err := gorgonia.Slice(n, ranges...)
	if err != nil {
		fail("Slice", []*Node{n}, "%w", err)
	}
	return out
}

// powerSlope returns ∂y/∂a = b aᵇ⁻¹ of the power y = aᵇ.
func powerSlope(v View) *Node {
	a, b := v.Inputs[0], v.Inputs[1]
	return times(plain("Pow", gorgonia.Pow, a, plain("Sub", gorgonia.Sub, b, scalar(b, 1))), b)
}

// sumLike returns the gradient g of a result for the operand that gave it: the sum of all elements where the operand
// is a scalar and the result is not.
func sumLike(g, operand *Node) *Node {
	if dims(operand) != 0 || dims(g) == 0 {
		return g
	}
	n, err := gorgonia.Sum(g)
	if err != nil {
		fail("VJP", []*Node{g}, "%w", err)
	}
	return n
}
