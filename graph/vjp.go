package graph

import (
	"math"
	"slices"

	"gorgonia.org/gorgonia"
)

// VJP adds to the graph the vector-Jacobian products of outs with respect to wrt: for each w the sum over outputs of
// seedᵀ·∂out/∂w, of w's shape, or nil where it is identically zero. Seeds have their output's shape; a nil seed is
// zero. Any node may be differentiated by, inner ones too; results may be differentiated again, to any order.
//
// The new nodes belong to the group that is open at the call: open one, say "gradient", for a drawing that sets them
// apart.
//
// It walks the nodes backwards with each operator's own symbolic derivative, except where Gorgonia's is wrong
// (inverse square root, log2, softmax, outer products, and at second order slices and matrix-vector products) or would
// evaluate what nobody asked for (powers) or share memory (reshape), where it has a rule of its own. Operators of no
// known derivative, such as convolutions and softmax along the rows, are refused.
func VJP(outs, seeds, wrt []*Node) []*Node {
	if len(outs) != len(seeds) {
		fail("VJP", nil, "%d outputs and %d seeds", len(outs), len(seeds))
	}
	checkNodes("VJP", outs, wrt)
	order := younger(outs, wrt, func(*Node) bool { return false })
	need := make(map[*Node]bool, len(order))
	for _, w := range wrt {
		need[w] = true
	}
	views := make([]View, len(order))
	for i, n := range order {
		views[i] = mustRead(n)
		for j, c := range views[i].Inputs {
			if need[c] && differentiable(views[i], j) {
				need[n] = true
			}
		}
	}
	grads := make(map[*Node]*Node, len(order))
	for i, out := range outs {
		if seeds[i] != nil {
			if !extents(seeds[i]).Eq(extents(out)) {
				fail("VJP", []*Node{out, seeds[i]}, "the seed's shape is not its output's")
			}
			accumulate(grads, out, seeds[i])
		}
	}
	for i := len(order) - 1; i >= 0; i-- {
		v := views[i]
		g := grads[v.Node]
		if g == nil || !need[v.Node] || len(v.Inputs) == 0 {
			continue
		}
		wanted := make([]bool, len(v.Inputs))
		for j, c := range v.Inputs {
			wanted[j] = need[c] && differentiable(v, j)
		}
		in := pullback(v, g, wanted)
		for j, c := range v.Inputs {
			if wanted[j] && in[j] != nil {
				accumulate(grads, c, in[j])
			}
		}
	}
	out := make([]*Node, len(wrt))
	for i, w := range wrt {
		out[i] = grads[w]
	}
	return out
}

// Grad adds to the graph the gradients of the sum of all elements of cost, a scalar or a matrix, with respect to wrt;
// nil where a gradient is identically zero.
func Grad(cost *Node, wrt ...*Node) []*Node {
	return VJP([]*Node{cost}, []*Node{onesLike(cost)}, wrt)
}

// checkNodes fails where a result or a variable of a derivative is nil.
func checkNodes(op string, outs, wrt []*Node) {
	if i := slices.Index(outs, nil); i >= 0 {
		fail(op, nil, "output %d is nil", i+1)
	}
	if i := slices.Index(wrt, nil); i >= 0 {
		fail(op, nil, "node %d to differentiate by is nil", i+1)
	}
}

// differentiable reports whether the derivative of v with respect to input j can differ from zero.
func differentiable(v View, j int) bool {
	switch v.Kind {
	case OpSliceIncr:
		return j == 1
	case OpSoftmaxGrad, OpLogSoftmaxGrad: // they have inherited the answer of the softmax
		return true
	}
	sd, ok := v.Node.Op().(gorgonia.SDOp)
	if !ok {
		return v.unknownDerivative()
	}
	d := sd.DiffWRT(len(v.Inputs))
	return j < len(d) && d[j]
}

// unknownDerivative reports whether no derivative of the operator is known to be right.
func (v *View) unknownDerivative() bool {
	return v.Kind == OpOther || v.Kind == OpSoftmaxGrad || v.Kind == OpLogSoftmaxGrad
}

func accumulate(grads map[*Node]*Node, n, g *Node) {
	if old := grads[n]; old != nil {
		g = plain("VJP", OpAdd, old, g)
	}
	grads[n] = g
}

// pullback returns the gradients of the inputs of v, given g of its result: of those that are wanted at least.
func pullback(v View, g *Node, wanted []bool) []*Node {
	if rule := operandPullbacks[v.Kind]; rule != nil && !(v.TransA && v.TransB) {
		out := make([]*Node, len(v.Inputs))
		for i := range out {
			if wanted[i] {
				out[i] = rule(v, i, g)
			}
		}
		return out
	}
	if rule := pullbacks[v.Kind]; rule != nil {
		return rule(v, g)
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

// operandPullbacks write Gorgonia's derivatives of its commonest operators, without the gradients that nobody wants and for
// input i alone.
var operandPullbacks = map[Kind]func(v View, i int, g *Node) *Node{
	OpAdd: func(v View, i int, g *Node) *Node { return sumLike(g, v.Inputs[i]) },
	OpSub: func(v View, i int, g *Node) *Node {
		if i == 1 {
			g = negative(g)
		}
		return sumLike(g, v.Inputs[i])
	},
	OpMul:  func(v View, i int, g *Node) *Node { return sumLike(times(v.Inputs[1-i], g), v.Inputs[i]) },
	OpTanh: func(v View, _ int, g *Node) *Node { return times(oneMinus(times(v.Node, v.Node)), g) },
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
}

// negative returns -x, of -x the x.
func negative(x *Node) *Node {
	if v := mustRead(x); v.Kind == OpNeg {
		return v.Inputs[0]
	}
	return one("VJP", OpNeg, x)
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
