package graph

// Children returns the inputs of n in order, duplicates kept: twice y for y⊙y.
func Children(n *Node) []*Node {
	g := n.Graph()
	if g == nil {
		return nil
	}
	it := g.From(n.ID())
	if it == nil {
		return nil
	}
	var out []*Node
	for it.Next() {
		out = append(out, it.Node().(*Node))
	}
	return out
}

// Topo returns every node that roots depend on, inputs before their users, each once. The order depends only on how
// the graph was built. It uses no recursion: chains may be tens of thousands of nodes deep.
func Topo(roots ...*Node) []*Node {
	type frame struct {
		n    *Node
		rest []*Node
	}
	var (
		order []*Node
		stack []frame
		seen  = map[*Node]bool{}
	)
	push := func(n *Node) {
		if !seen[n] {
			seen[n] = true
			stack = append(stack, frame{n, Children(n)})
		}
	}
	for _, r := range roots {
		push(r)
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			if len(top.rest) == 0 {
				order = append(order, top.n)
				stack = stack[:len(stack)-1]
				continue
			}
			next := top.rest[0]
			top.rest = top.rest[1:]
			push(next)
		}
	}
	return order
}
