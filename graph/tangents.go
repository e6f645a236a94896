package graph

import (
	"math"

	"gorgonia.org/gorgonia"
)

// pushforward returns the tangent of v for tangents of its inputs, not all of them nil.
func pushforward(v View, d []*Node) *Node {
	if slope := slopes[v.Kind]; slope != nil {
		return times(d[0], slope(v.Inputs[0], v.Node))
	}
	rule := pushforwards[v.Kind]
	if rule == nil {
		fail("JVP", v.Inputs, "no tangent rule for %s", v.Name)
	}
	return rule(v, d)
}

// slopes hold dy/dx of the element-wise functions y of x.
var slopes = map[Kind]func(x, y *Node) *Node{
	OpAbs:     func(x, _ *Node) *Node { return one("Sign", gorgonia.Sign, x) },
	OpSin:     func(x, _ *Node) *Node { return one("Cos", gorgonia.Cos, x) },
	OpCos:     func(x, _ *Node) *Node { return one("Neg", gorgonia.Neg, one("Sin", gorgonia.Sin, x)) },
	OpExp:     func(_, y *Node) *Node { return y },
	OpLog:     func(x, _ *Node) *Node { return one("Inv", gorgonia.Inverse, x) },
	OpLog2:    func(x, _ *Node) *Node { return one("Inv", gorgonia.Inverse, scaled(x, math.Ln2)) },
	OpSquare:  func(x, _ *Node) *Node { return scaled(x, 2) },
	OpSqrt:    func(_, y *Node) *Node { return one("Inv", gorgonia.Inverse, scaled(y, 2)) },
	OpInv:     func(_, y *Node) *Node { return scaled(one("Square", gorgonia.Square, y), -1) },
	OpInvSqrt: func(_, y *Node) *Node { return scaled(one("Cube", gorgonia.Cube, y), -0.5) },
	OpCube:    func(x, _ *Node) *Node { return scaled(one("Square", gorgonia.Square, x), 3) },
	OpTanh:    func(_, y *Node) *Node { return oneMinus(one("Square", gorgonia.Square, y)) },
	OpSigmoid: func(_, y *Node) *Node { return times(y, oneMinus(y)) },
	OpLog1p: func(x, _ *Node) *Node {
		return one("Inv", gorgonia.Inverse, plain("Add", gorgonia.Add, x, scalar(x, 1)))
	},
	OpExpm1:    func(_, y *Node) *Node { return plain("Add", gorgonia.Add, y, scalar(y, 1)) },
	OpSoftplus: func(x, _ *Node) *Node { return one("Sigmoid", gorgonia.Sigmoid, x) },
}

// oneMinus returns 1 - x in the form in which Gorgonia's derivatives of tanh and sigmoid write it, so that equal
// subexpressions become one node.
func oneMinus(x *Node) *Node { return plain("Sub", gorgonia.Sub, scalar(x, 1), x) }

var pushforwards = map[Kind]func(v View, d []*Node) *Node{
	OpAdd: func(v View, d []*Node) *Node { return sum(spread(v, d[0]), spread(v, d[1])) },
	OpSub: func(v View, d []*Node) *Node {
		a, b := spread(v, d[0]), spread(v, d[1])
		switch {
		case b == nil:
			return a
		case a == nil:
			return one("Neg", gorgonia.Neg, b)
		}
		return plain("Sub", gorgonia.Sub, a, b)
	},
	OpMul: func(v View, d []*Node) *Node {
		return sum(product(d[0], v.Inputs[1]), product(v.Inputs[0], d[1]))
	},
	// y = a/b: dy = (da - y db)/b
	OpDiv: func(v View, d []*Node) *Node {
		top := spread(v, d[0])
		if d[1] != nil {
			top = sum(top, one("Neg", gorgonia.Neg, times(v.Node, d[1])))
		}
		return plain("Div", gorgonia.HadamardDiv, top, v.Inputs[1])
	},
	// y = aᵇ: dy = b aᵇ⁻¹ da + y ln a db
	OpPow: func(v View, d []*Node) *Node {
		a := v.Inputs[0]
		var byBase, byExponent *Node
		if d[0] != nil {
			byBase = times(powerSlope(v), d[0])
		}
		if d[1] != nil {
			byExponent = times(times(v.Node, one("Log", gorgonia.Log, a)), d[1])
		}
		return sum(byBase, byExponent)
	},
	OpNeg: linear, OpMin: elementwise, OpMax: elementwise,

	OpWhere: func(v View, d []*Node) *Node {
		return Where(v.Inputs[0], orZeros(d[1], v.Inputs[1]), orZeros(d[2], v.Inputs[2]))
	},

	OpMatMul: func(v View, d []*Node) *Node {
		var byA *Node
		if d[0] != nil {
			byA = tangentProduct(v, d[0])
		}
		if d[1] == nil {
			return byA
		}
		return sum(byA, sameOp(v, v.Inputs[0], d[1]))
	},
	OpMatVec: bilinear, OpDot: bilinear, OpOuter: bilinear, OpBatchedMatMul: bilinear, OpTensordot: bilinear,

	OpRepeatRows: func(v View, d []*Node) *Node { return RepeatRows(d[0], v.Inputs[1]) },
	OpRepeatCols: linear, OpSumRows: linear, OpSumCols: linear, OpCut: linear, OpPad: linear, OpJoin: linear,
	OpTranspose: linear, OpSum: linear, OpPermute: linear, OpSlice: linear, OpConcat: linear,
	OpSliceIncr: func(v View, d []*Node) *Node { return sameOp(v, v.Inputs[0], d[1]) },
	OpReshape:   func(v View, d []*Node) *Node { return reshaped(d[0], v.Node.Shape()) },
	OpRepeat:    func(v View, d []*Node) *Node { return sameOp(v, append([]*Node{d[0]}, v.Inputs[1:]...)...) },

	// The gradient of a maximum for a seed of ones is the mask of where it is taken.
	OpMaxAlong: func(v View, d []*Node) *Node {
		mask := pullback(v, onesLike(v.Node))[0]
		n, err := gorgonia.Sum(times(mask, d[0]), v.Axes...)
		if err != nil {
			fail("JVP", v.Inputs, "%w", err)
		}
		return n
	},
	OpSoftmax: func(v View, d []*Node) *Node { return softmaxProduct(v, v.Node, d[0]) },
	OpLogSoftmax: func(v View, d []*Node) *Node {
		checkSoftmax(v)
		return Sub(d[0], SumCols(Mul(Exp(v.Node), d[0])))
	},
}

// linear is the rule of operators that are linear in all their inputs together.
func linear(v View, d []*Node) *Node {
	in := make([]*Node, len(d))
	for i := range d {
		in[i] = orZeros(d[i], v.Inputs[i])
	}
	return sameOp(v, in...)
}

// bilinear is the rule of products.
func bilinear(v View, d []*Node) *Node {
	var byA, byB *Node
	if d[0] != nil {
		byA = sameOp(v, d[0], v.Inputs[1])
	}
	if d[1] != nil {
		byB = sameOp(v, v.Inputs[0], d[1])
	}
	return sum(byA, byB)
}

// elementwise is the rule of operators whose gradient for a seed of ones is the derivative, element by element.
func elementwise(v View, d []*Node) *Node {
	slopes := pullback(v, onesLike(v.Node))
	var total *Node
	for i := range d {
		total = sum(total, product(slopes[i], d[i]))
	}
	return total
}

// tangentProduct returns the product v for a tangent da of its left operand. A tangent that is zero outside a range
// of columns meets only that range of the rows of the right operand; where it is constant there, all rows are alike.
func tangentProduct(v View, da *Node) *Node {
	b := v.Inputs[1]
	p := mustRead(da)
	if v.TransA || v.TransB || p.Kind != OpPad || p.Axis != 1 {
		return sameOp(v, da, b)
	}
	part := p.Inputs[0]
	rows := RowSlice(b, p.From, p.From+part.Shape()[1])
	if c := mustRead(part); c.Kind == OpFill && part.Shape()[1] == 1 {
		if c.Value != 1 {
			rows = Scale(rows, c.Value)
		}
		return RepeatRows(rows, part)
	}
	return MatMul(part, rows)
}

// sum adds two tangents, nil being zero.
func sum(a, b *Node) *Node {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return plain("Add", gorgonia.Add, a, b)
}

// product multiplies two factors, nil being zero.
func product(a, b *Node) *Node {
	if a == nil || b == nil {
		return nil
	}
	return times(a, b)
}

// spread brings the tangent of a scalar operand to the shape of the result.
func spread(v View, d *Node) *Node {
	if d == nil || dims(d) == dims(v.Node) {
		return d
	}
	return times(onesLike(v.Node), d)
}

func orZeros(d, like *Node) *Node {
	if d == nil {
		return zerosLike(like)
	}
	return d
}
