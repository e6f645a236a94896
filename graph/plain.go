package graph

import (
	"slices"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Derivatives of plain Gorgonia nodes may meet scalars and vectors, which the operators of this package do not take.
// These helpers call Gorgonia's functions for any number of axes and keep the guards.

// Gorgonia's element-wise functions. Comparisons give numbers.
var (
	unaryFunctions = map[Kind]func(a *Node) (*Node, error){
		OpAbs: gorgonia.Abs, OpSign: gorgonia.Sign, OpCeil: gorgonia.Ceil, OpFloor: gorgonia.Floor, OpSin: gorgonia.Sin,
		OpCos: gorgonia.Cos, OpExp: gorgonia.Exp, OpLog: gorgonia.Log, OpLog2: gorgonia.Log2, OpNeg: gorgonia.Neg,
		OpSquare: gorgonia.Square, OpSqrt: gorgonia.Sqrt, OpRecip: gorgonia.Inverse, OpInvSqrt: gorgonia.InverseSqrt,
		OpCube: gorgonia.Cube, OpTanh: gorgonia.Tanh, OpSigmoid: gorgonia.Sigmoid, OpLog1p: gorgonia.Log1p,
		OpExpm1: gorgonia.Expm1, OpSoftplus: gorgonia.Softplus,
	}
	binaryFunctions = map[Kind]func(a, b *Node) (*Node, error){
		OpAdd: gorgonia.Add, OpSub: gorgonia.Sub, OpMul: gorgonia.HadamardProd, OpDiv: gorgonia.HadamardDiv, OpPow: gorgonia.Pow,
		OpLt: comparing(gorgonia.Lt), OpLe: comparing(gorgonia.Lte), OpGt: comparing(gorgonia.Gt), OpGe: comparing(gorgonia.Gte),
		OpEq: comparing(gorgonia.Eq), OpNe: comparing(gorgonia.Ne),
	}
)

func comparing(f func(a, b *Node, retSame bool) (*Node, error)) func(a, b *Node) (*Node, error) {
	return func(a, b *Node) (*Node, error) { return f(a, b, true) }
}

// one applies a function of a kind to one operand.
func one(op string, k Kind, a *Node) *Node {
	f := func(s []*Node) (*Node, error) { return unaryFunctions[k](s[0]) }
	r := recipeKey{kind: k, a: a.Type()}.find(func() *Node { return sample(op, f, a) })
	if n := r.node(a.Type(), extents(a), []*Node{a}); n != nil {
		return n
	}
	return verbatim(op, f, a)
}

// plain applies a function of a kind to two operands.
func plain(op string, k Kind, a, b *Node) *Node {
	f := func(s []*Node) (*Node, error) { return binaryFunctions[k](s[0], s[1]) }
	if like := alike(a, b); like != nil {
		r := recipeKey{kind: k, a: a.Type(), b: b.Type()}.find(func() *Node { return sample(op, f, a, b) })
		if n := r.node(like.Type(), extents(like), []*Node{a, b}); n != nil {
			return n
		}
	}
	return verbatim(op, f, a, b)
}

// alike returns which of two operands has the type and shape of a function of them: either of two matrices of one
// shape, the matrix of one and a number, nil of others.
func alike(a, b *Node) *Node {
	s, t := a.Type(), b.Type()
	switch {
	case isMatrix(s) && s == t && slices.Equal(extents(a), extents(b)), isMatrixOf(s, t):
		return a
	case isMatrixOf(t, s):
		return b
	}
	return nil
}

func isMatrix(t hm.Type) bool {
	m, ok := t.(gorgonia.TensorType)
	return ok && m.Dims == 2
}

func isMatrixOf(t, element hm.Type) bool {
	m, ok := t.(gorgonia.TensorType)
	return ok && m.Dims == 2 && m.Of == element
}

// direct applies a function of Gorgonia's that leaves its operands alone.
func direct(op string, f func(a, b *Node) (*Node, error), a, b *Node) *Node {
	n, err := f(a, b)
	if err != nil {
		fail(op, []*Node{a, b}, "%w", err)
	}
	return checkInputs(op, n, a, b)
}

// verbatim applies the operator of f to operands. Given the operands themselves, Gorgonia's Sub, Neg, Log and Log1p
// look at how these came about and may return another expression, change the operand, or take it out of the graph
// (the logarithm of 1 + x) although others use it. The operator is therefore that of a sample.
func verbatim(op string, f func(in []*Node) (*Node, error), operands ...*Node) *Node {
	n, err := gorgonia.ApplyOp(sample(op, f, operands...).Op(), operands...)
	if err != nil {
		fail(op, operands, "%w", err)
	}
	return checkInputs(op, n, operands...)
}

// sample applies f to bare inputs of another graph that are like the operands.
func sample(op string, f func(in []*Node) (*Node, error), operands ...*Node) *Node {
	g := gorgonia.NewGraph()
	in := make([]*Node, len(operands))
	for i, n := range operands {
		name := gorgonia.WithName(string(rune('a' + i)))
		if dims(n) == 0 {
			in[i] = gorgonia.NewScalar(g, n.Dtype(), name)
		} else {
			in[i] = gorgonia.NewTensor(g, n.Dtype(), dims(n), gorgonia.WithShape(n.Shape()...), name)
		}
	}
	n, err := f(in)
	if err != nil {
		fail(op, operands, "%w", err)
	}
	return n
}

func times(a, b *Node) *Node { return plain("Mul", OpMul, a, b) }

func scaled(a *Node, c float64) *Node { return times(a, scalar(a, c)) }

// sameOp applies the operator of v to other inputs.
func sameOp(v View, inputs ...*Node) *Node {
	switch o, own := v.Node.Op().(op); {
	case own:
		return apply(string(v.Kind), o.rule, inputs...)
	case v.Kind == OpMatMul && !(v.TransA && v.TransB):
		return matMul(string(v.Kind), inputs[0], inputs[1], v.TransA, v.TransB)
	}
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
	return plain("Ones", OpEq, n, n)
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
	return times(plain("Pow", OpPow, a, plain("Sub", OpSub, b, scalar(b, 1))), b)
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
