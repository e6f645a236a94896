package graph

import (
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
	need := make([]bool, len(order.nodes))
	for _, w := range wrt {
		if i := order.place(w); i >= 0 {
			need[i] = true
		}
	}
	needs := func(v View, j int) bool {
		i := order.place(v.Inputs[j])
		return i >= 0 && need[i] && differentiable(v, j)
	}
	views := make([]View, len(order.nodes))
	for i, n := range order.nodes {
		views[i] = mustRead(n)
		for j := range views[i].Inputs {
			need[i] = need[i] || needs(views[i], j)
		}
	}
	grads := make([]*Node, len(order.nodes))
	accumulate := func(n, g *Node) {
		i := order.place(n)
		switch {
		case i < 0: // nobody wants a gradient
		case grads[i] == nil:
			grads[i] = g
		default:
			grads[i] = plain("VJP", OpAdd, grads[i], g)
		}
	}
	for i, out := range outs {
		if seeds[i] != nil {
			if !extents(seeds[i]).Eq(extents(out)) {
				fail("VJP", []*Node{out, seeds[i]}, "the seed's shape is not its output's")
			}
			accumulate(out, seeds[i])
		}
	}
	for i := len(views) - 1; i >= 0; i-- {
		v := views[i]
		if grads[i] == nil || !need[i] || len(v.Inputs) == 0 {
			continue
		}
		wanted := make([]bool, len(v.Inputs))
		for j := range v.Inputs {
			wanted[j] = needs(v, j)
		}
		for j, g := range pullback(v, grads[i], wanted) {
			if wanted[j] && g != nil {
				accumulate(v.Inputs[j], g)
			}
		}
	}
	out := make([]*Node, len(wrt))
	for i, w := range wrt {
		if j := order.place(w); j >= 0 {
			out[i] = grads[j]
		}
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
	if _, common := commonPullbacks[v.Kind]; common {
		return true
	}
	switch v.Kind {
	case OpSliceIncr:
		return j == 1
	case OpSoftmaxGrad, OpLogSoftmaxGrad: // they have inherited the answer of the softmax
		return true
	}
	if o, own := v.Node.Op().(op); own {
		return o.differentiable(j)
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
