package graph

// commonPullbacks write the derivatives that Gorgonia has of its commonest operators, each for input i alone: asked for
// them, Gorgonia writes those of all inputs, at the cost of its own way to make nodes. y is the result, g its gradient.
var commonPullbacks = map[Kind]func(v View, i int, g *Node) *Node{
	OpAdd: func(v View, i int, g *Node) *Node { return sumLike(g, v.Inputs[i]) },
	OpSub: func(v View, i int, g *Node) *Node {
		if i == 1 {
			g = negative(g)
		}
		return sumLike(g, v.Inputs[i])
	},
	OpMul: func(v View, i int, g *Node) *Node { return sumLike(times(v.Inputs[1-i], g), v.Inputs[i]) },
	OpDiv: func(v View, i int, g *Node) *Node { // y = a/b: da = g/b, db = -(y/b) g
		b := v.Inputs[1]
		if i == 1 {
			return sumLike(times(negative(plain("VJP", OpDiv, v.Node, b)), g), b)
		}
		return sumLike(plain("VJP", OpDiv, g, b), v.Inputs[0])
	},
	OpMatMul: func(v View, i int, g *Node) *Node {
		a, b := v.Inputs[0], v.Inputs[1]
		switch {
		case i == 0 && v.TransA:
			return matMul("VJP", b, g, false, true) // Aᵀ B: dA = B Gᵀ
		case i == 0:
			return matMul("VJP", g, b, false, !v.TransB) // A B: dA = G Bᵀ; A Bᵀ: dA = G B
		case v.TransB:
			return matMul("VJP", g, a, true, false) // A Bᵀ: dB = Gᵀ A
		}
		return matMul("VJP", a, g, !v.TransA, false) // A B: dB = Aᵀ G; Aᵀ B: dB = A G
	},

	OpNeg:    unaryPullback(func(_, _, g *Node) *Node { return negative(g) }),
	OpAbs:    unaryPullback(func(x, _, g *Node) *Node { return times(g, one("VJP", OpSign, x)) }),
	OpSquare: unaryPullback(func(x, _, g *Node) *Node { return times(scaled(x, 2), g) }),
	OpCube:   unaryPullback(func(x, _, g *Node) *Node { return times(scaled(times(x, x), 3), g) }),
	OpSqrt:   unaryPullback(func(_, y, g *Node) *Node { return plain("VJP", OpDiv, g, times(scalar(y, 2), y)) }),
	OpRecip:  unaryPullback(func(_, y, g *Node) *Node { return times(negative(times(y, y)), g) }),
	OpExp:    unaryPullback(func(_, y, g *Node) *Node { return times(y, g) }),
	OpExpm1:  unaryPullback(func(x, _, g *Node) *Node { return times(g, one("VJP", OpExp, x)) }),
	OpLog:    unaryPullback(func(x, _, g *Node) *Node { return plain("VJP", OpDiv, g, x) }),
	OpLog1p: unaryPullback(func(x, _, g *Node) *Node {
		return plain("VJP", OpDiv, g, plain("VJP", OpAdd, x, scalar(x, 1)))
	}),
	OpSin:  unaryPullback(func(x, _, g *Node) *Node { return times(one("VJP", OpCos, x), g) }),
	OpCos:  unaryPullback(func(x, _, g *Node) *Node { return times(negative(one("VJP", OpSin, x)), g) }),
	OpTanh: unaryPullback(func(_, y, g *Node) *Node { return times(oneMinus(times(y, y)), g) }),
	OpSigmoid: unaryPullback(func(x, y, g *Node) *Node { // 1 - σ(x) is σ(-x)
		return times(times(y, one("VJP", OpSigmoid, negative(x))), g)
	}),
	OpSoftplus: unaryPullback(func(x, _, g *Node) *Node { return times(one("VJP", OpSigmoid, x), g) }),
}

// unaryPullback is the rule of a function y of one x.
func unaryPullback(rule func(x, y, g *Node) *Node) func(v View, i int, g *Node) *Node {
	return func(v View, _ int, g *Node) *Node { return rule(v.Inputs[0], v.Node, g) }
}

// negative returns -x, and x where it is given -x.
func negative(x *Node) *Node {
	if v := mustRead(x); v.Kind == OpNeg {
		return v.Inputs[0]
	}
	return one("VJP", OpNeg, x)
}
