package graph

import "slices"

// Children returns the inputs of n in order, duplicates kept: twice y for y⊙y.
func Children(n *Node) []*Node { return slices.Clone(inputs(n)) }

// inputs is Children without a copy: not to be changed.
func inputs(n *Node) []*Node { return *childrenOf.of(n) }

// Topo returns every node that roots depend on, inputs before their users, each once. The order depends only on how
// the graph was built. It uses no recursion: chains may be tens of thousands of nodes deep.
func Topo(roots ...*Node) []*Node { return topo(roots, func(*Node) bool { return false }) }

// topo is Topo of a graph in which the nodes that end reports have no inputs.
func topo(roots []*Node, end func(n *Node) bool) []*Node {
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
		if seen[n] {
			return
		}
		seen[n] = true
		f := frame{n: n}
		if !end(n) {
			f.rest = inputs(n)
		}
		stack = append(stack, f)
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

// younger returns the nodes that roots depend on and that can themselves depend on one of wrt, with their inputs: those
// made after the first of wrt, since a node is made after its inputs. In a graph that goes on, as an unrolled
// integration does, they are few.
func younger(roots, wrt []*Node, end func(n *Node) bool) []*Node {
	if len(wrt) == 0 {
		return nil
	}
	first := wrt[0].ID()
	for _, w := range wrt {
		first = min(first, w.ID())
	}
	return topo(roots, func(n *Node) bool { return n.ID() <= first || end(n) })
}
