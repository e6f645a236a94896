package graph

import (
	"slices"

	"gorgonia.org/gorgonia"
)

// Children returns the inputs of n in order, duplicates kept: twice y for y⊙y.
func Children(n *Node) []*Node { return slices.Clone(inputs(n)) }

// inputs is Children without a copy: not to be changed.
func inputs(n *Node) []*Node { return *childrenOf.of(n) }

// Topo returns every node that roots depend on, inputs before their users, each once. The order depends only on how
// the graph was built. It uses no recursion: chains may be tens of thousands of nodes deep.
func Topo(roots ...*Node) []*Node { return topo(roots, 0, func(*Node) bool { return false }).nodes }

// ordering is a list of nodes, inputs before their users, that knows the place of each.
type ordering struct {
	nodes  []*Node
	expr   *gorgonia.ExprGraph
	first  int64
	places []int32         // in nodes, plus 1, of the nodes of expr from number first on; 0 of those not in the list
	others map[*Node]int32 // of nodes with smaller numbers or of no graph
}

// place returns where a node stands, or -1.
func (o *ordering) place(n *Node) int {
	if p := o.own(n); p != nil {
		return int(*p) - 1
	}
	return int(o.others[n]) - 1
}

// own returns where the place of a node is kept, nil where that is in others.
func (o *ordering) own(n *Node) *int32 {
	if i := n.ID() - o.first; n.Graph() == o.expr && i >= 0 && i < int64(len(o.places)) {
		return &o.places[i]
	}
	return nil
}

// set says where a node stands.
func (o *ordering) set(n *Node, place int) {
	if p := o.own(n); p != nil {
		*p = int32(place) + 1
	} else {
		o.others[n] = int32(place) + 1
	}
}

// topo orders the nodes of a graph in which those that end reports have no inputs. Most have numbers from first on.
func topo(roots []*Node, first int64, end func(n *Node) bool) ordering {
	type frame struct {
		n    *Node
		rest []*Node
	}
	o := ordering{first: first, others: map[*Node]int32{}}
	last := first - 1
	for _, r := range roots {
		if r.Graph() != nil {
			o.expr, last = r.Graph(), max(last, r.ID()) // a node is made after its inputs
		}
	}
	o.places = make([]int32, last-first+1)
	o.nodes = make([]*Node, 0, min(len(o.places), 256))
	var stack []frame
	push := func(n *Node) {
		if o.place(n) >= 0 {
			return
		}
		o.set(n, 0) // it is on the stack
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
				o.set(top.n, len(o.nodes))
				o.nodes = append(o.nodes, top.n)
				stack = stack[:len(stack)-1]
				continue
			}
			next := top.rest[0]
			top.rest = top.rest[1:]
			push(next)
		}
	}
	return o
}

// younger orders the nodes that roots depend on and that can themselves depend on one of wrt, with their inputs: those
// made after the first of wrt, since a node is made after its inputs. In a graph that goes on, as an unrolled
// integration does, they are few.
func younger(roots, wrt []*Node, end func(n *Node) bool) ordering {
	if len(wrt) == 0 {
		return ordering{}
	}
	first := wrt[0].ID()
	for _, w := range wrt {
		first = min(first, w.ID())
	}
	return topo(roots, max(first, 0), func(n *Node) bool { return n.ID() <= first || end(n) })
}
