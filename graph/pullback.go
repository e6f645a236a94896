package graph

import (
	"math"

	"gorgonia.org/gorgonia"
)

// pullback returns the gradients of the inputs of v, given g of its result: of those that are wanted at least.
func pullback(v View, g *Node, wanted []bool) []*Node {
	if rule := pullbacks[v.Kind]; rule != nil {
		return rule(v, g)
	}
	if rule := commonPullbacks[v.Kind]; rule != nil && !(v.TransA && v.TransB) {
		out := make([]*Node, len(v.Inputs))
		for i := range out {
			if wanted[i] {
				out[i] = rule(v, i, g)
			}
		}
		return out
	}
	if v.unknownDerivative() {
		fail("VJP", v.Inputs, "no derivative of %s is known to be right", v.Name)
	}
	in, err := v.Node.Op().(gorgonia.SDOp).SymDiff(v.Inputs, v.Node, g)
	if err != nil {
		fail("VJP", v.Inputs, "derivative of %s: %w", v.Name, err)
	}
	account(v.Node.Graph())
	return in
}

// pullbacks stand in for derivatives that Gorgonia v0.9.18 has wrong. They use operators that work for any number of
// axes.
var pullbacks = map[Kind]func(v View, g *Node) []*Node{
	// y = x^(-1/2): dx = -½ y³ g
	OpInvSqrt: func(v View, g *Node) []*Node {
		return []*Node{times(g, scaled(one("VJP", OpCube, v.Node), -0.5))}
	},
	// y = log₂ x: dx = g / (x ln 2)
	OpLog2: func(v View, g *Node) []*Node {
		return []*Node{plain("VJP", OpDiv, g, scaled(v.Inputs[0], math.Ln2))}
	},
	// y = aᵇ: da = b aᵇ⁻¹ g, db = y ln a g
	OpPow: func(v View, g *Node) []*Node {
		a, b := v.Inputs[0], v.Inputs[1]
		out := []*Node{sumLike(times(g, powerSlope(v)), a), nil}
		if kindOf(b) != OpConstant {
			out[1] = sumLike(times(g, times(v.Node, one("Log", OpLog, a))), b)
		}
		return out
	},
	// y = b in a range of zeros of x's shape: db = g in the range
	OpSliceIncr: func(v View, g *Node) []*Node { return []*Node{nil, slicedLike(v, g)} },
	// The same elements in another shape, copied: what Gorgonia reshapes shares memory with its operand.
	OpReshape: func(v View, g *Node) []*Node { return []*Node{reshaped(g, v.Inputs[0].Shape())} },
	// y = A b or Aᵀ b: dA = g ⊗ b or b ⊗ g, db = Aᵀ g or A g
	OpMatVec: func(v View, g *Node) []*Node {
		a, b := v.Inputs[0], v.Inputs[1]
		if v.TransA {
			return []*Node{direct("VJP", gorgonia.OuterProd, b, g), direct("VJP", gorgonia.Mul, a, g)}
		}
		return []*Node{direct("VJP", gorgonia.OuterProd, g, b), direct("VJP", gorgonia.Mul, Transpose(a), g)}
	},
	// Y = a ⊗ b: da = G b, db = Gᵀ a
	OpOuter: func(v View, g *Node) []*Node {
		a, b := v.Inputs[0], v.Inputs[1]
		return []*Node{direct("VJP", gorgonia.Mul, g, b), direct("VJP", gorgonia.Mul, Transpose(g), a)}
	},
	// y = softmax x along the columns: dx = y ⊙ (g - Σ y⊙g)
	OpSoftmax: func(v View, g *Node) []*Node { return []*Node{softmaxProduct(v, v.Node, g)} },
	// y = log softmax x along the columns: dx = g - eʸ Σ g
	OpLogSoftmax: func(v View, g *Node) []*Node {
		checkSoftmax(v)
		return []*Node{Sub(g, Mul(Exp(v.Node), SumCols(g)))}
	},
}

// softmaxProduct returns y ⊙ (g - Σ y⊙g), the product of softmax's symmetric Jacobian with g.
func softmaxProduct(v View, y, g *Node) *Node {
	checkSoftmax(v)
	return Mul(y, Sub(g, SumCols(Mul(y, g))))
}

func checkSoftmax(v View) {
	if dims(v.Node) != 2 || (v.Axis != 1 && v.Axis != -1) {
		fail("VJP", v.Inputs, "%s along axis %d: derivatives are right only along the columns of a matrix", v.Kind, v.Axis)
	}
}
