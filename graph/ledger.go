package graph

import (
	"math"
	"unsafe"

	"gorgonia.org/gorgonia"
)

// ledger is what this package keeps of a graph that it builds. It lies behind Gorgonia's graph, which is all that an
// operator knows, and is found from there.
type ledger struct {
	expr gorgonia.ExprGraph // comes first, so that its address is the ledger's

	limit   int // the largest size
	counted int // the nodes that are in the size
	size    int
	indexed int // the nodes, with those to come, whose places Gorgonia has been told

	constants map[constantKey]*Node
	own       map[rule]*recipe
	recipes   []*recipe // of nodes by their numbers; nil of what Gorgonia has made

	// Room for nodes and for lists of their inputs and users.
	nodes []Node
	lists []*Node
}

// ledgerKey is among the keys of Gorgonia's list of the places of a graph's nodes, below the numbers of nodes, where a
// ledger lies behind it.
const ledgerKey = math.MinInt64

// newLedger returns the ledger of an empty graph.
func newLedger() *ledger {
	l := &ledger{expr: *gorgonia.NewGraph(), limit: math.MaxInt, constants: map[constantKey]*Node{}, own: map[rule]*recipe{}}
	*byHashOf.of(&l.expr) = make(map[uint32]*Node, roomForNodes)
	*usersOf.of(&l.expr) = make(map[*Node]gorgonia.Nodes, roomForNodes)
	*byIDOf.of(&l.expr) = make(map[int64]int, roomForNodes)
	(*byIDOf.of(&l.expr))[ledgerKey] = 0
	return l
}

// roomForNodes is what is made room for at once: a step of an integration has some hundreds.
const roomForNodes = 256

// ledgerOf returns the ledger of a graph, nil of one that this package does not build.
func ledgerOf(expr *gorgonia.ExprGraph) *ledger {
	if expr == nil {
		return nil
	}
	if _, ok := (*byIDOf.of(expr))[ledgerKey]; !ok {
		return nil
	}
	return (*ledger)(unsafe.Pointer(expr))
}

// account takes in the nodes that have been added to a graph and fails where it has grown too large.
func account(expr *gorgonia.ExprGraph) {
	if l := ledgerOf(expr); l != nil {
		l.account()
	} else {
		index(expr)
	}
}

func (l *ledger) account() {
	nodes := l.expr.AllNodes()
	if len(nodes)+margin >= l.indexed {
		l.indexed = index(&l.expr)
	}
	for _, n := range nodes[min(l.counted, len(nodes)):] {
		l.size += sizeOf(n)
	}
	l.counted = len(nodes)
	if l.size > l.limit {
		panic(bailout{&BuildError{Err: &LimitError{What: "the graph", Need: int64(l.size), Limit: int64(max(l.limit, 0)), Unit: "nodes"}}})
	}
}

// sizeOf returns what a node counts.
func sizeOf(n *Node) int {
	s := extents(n)
	if len(s) == 0 {
		return 1
	}
	return max(1, s[len(s)-1]/128)
}

// node returns an empty node. A graph without a ledger, which is nil, has no room for more than one.
func (l *ledger) node() *Node {
	if l == nil {
		return &Node{}
	}
	if len(l.nodes) == 0 {
		l.nodes = make([]Node, 64)
	}
	n := &l.nodes[0]
	l.nodes = l.nodes[1:]
	return n
}

// list returns room for n nodes.
func (l *ledger) list(n int) gorgonia.Nodes {
	if l == nil || n > 16 {
		return make(gorgonia.Nodes, n)
	}
	if len(l.lists) < n {
		l.lists = make([]*Node, 256)
	}
	out := l.lists[:n:n]
	l.lists = l.lists[n:]
	return out
}

// note remembers the recipe of a new node.
func (l *ledger) note(n *Node, r *recipe) {
	for int64(len(l.recipes)) < n.ID() {
		l.recipes = append(l.recipes, nil)
	}
	l.recipes = append(l.recipes, r)
}

// recipe returns the recipe of a node, nil where it was made without one.
func (l *ledger) recipe(n *Node) *recipe {
	if l == nil || n.ID() >= int64(len(l.recipes)) {
		return nil
	}
	return l.recipes[n.ID()]
}

// ofRule returns the recipe of an operator of this package.
func (l *ledger) ofRule(r rule) *recipe {
	if l != nil && l.own[r] != nil {
		return l.own[r]
	}
	v := View{Name: r.String()}
	readRule(&v, r)
	out := newRecipe(op{r}, v)
	if l != nil {
		l.own[r] = out
	}
	return out
}
