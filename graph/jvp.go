package graph

// JVP adds to the graph the Jacobian-vector products of outs along a direction in the space of wrt: for each output
// the sum over w of ∂out/∂w·tangent, of the output's shape, or nil where it is identically zero. Tangents have the
// shape of their w; a nil tangent is zero. It knows one rule an operator, for plain Gorgonia nodes too, and results may
// be differentiated again in either mode.
//
// Every node of wrt is a variable of its own: its tangent stands for what its inputs' tangents would give it.
//
// A tangent that is zero outside a few columns (PadCols) stays that narrow through the first matrix product, so
// that the D unit tangents of an exact trace cost little there.
func JVP(outs, wrt, tangents []*Node) []*Node {
	if len(wrt) != len(tangents) {
		fail("JVP", nil, "%d nodes to differentiate by and %d tangents", len(wrt), len(tangents))
	}
	checkNodes("JVP", outs, wrt)
	fixed := make(map[*Node]*Node, len(wrt))
	for i, w := range wrt {
		if t := tangents[i]; t != nil && !extents(t).Eq(extents(w)) {
			fail("JVP", []*Node{w, t}, "the tangent's shape is not its node's")
		}
		fixed[w] = tangents[i]
	}
	order := younger(outs, wrt, func(n *Node) bool { _, ok := fixed[n]; return ok })
	d := make([]*Node, len(order.nodes))
	var in []*Node
	for i, n := range order.nodes {
		if t, ok := fixed[n]; ok {
			d[i] = t
			continue
		}
		if len(inputs(n)) == 0 {
			continue
		}
		v := mustRead(n)
		in = append(in[:0], make([]*Node, len(v.Inputs))...)
		moving := false
		for j, c := range v.Inputs {
			if p := order.place(c); p >= 0 && d[p] != nil && differentiable(v, j) {
				in[j], moving = d[p], true
			}
		}
		if moving {
			d[i] = pushforward(v, in)
		}
	}
	out := make([]*Node, len(outs))
	for i, o := range outs {
		if p := order.place(o); p >= 0 {
			out[i] = d[p]
		}
	}
	return out
}
