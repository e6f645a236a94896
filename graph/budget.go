package graph

import (
	"cmp"
	"math"
	"sync/atomic"

	"gorgonia.org/gorgonia"

	"github.com/go-ffjord/ffjord/internal/limit"
)

// LimitError says that a bound on memory or work would be passed, which one, and how to raise it.
type LimitError = limit.Error

// Budget bounds the size of the graphs that it is set for, all of them together, and so the time and memory that it
// takes to build and compile them. A graph that none is set for has the zero Budget for itself alone.
type Budget struct {
	// Nodes is the largest size: nodes, one of more than 128 columns counting once for each 128. Zero is 262,144.
	Nodes int
	// Raise tells in an error what a caller sets to have more. Empty is "Graph.SetBudget".
	Raise string

	used atomic.Int64 // by graphs that are built
}

// Used returns the size of all graphs that have been built under the budget.
func (b *Budget) Used() int { return int(b.used.Load()) }

func (b *Budget) left() int { return cmp.Or(b.Nodes, 1<<18) - b.Used() }

// raise says how to have more room, or what to do instead, where there is something.
func (b *Budget) raise(instead string) string {
	s := b.Raise
	if s == "" {
		s = "Graph.SetBudget"
	}
	if instead != "" {
		s += ", or " + instead
	}
	return s
}

// SetBudget bounds the size of g, with that of all graphs that were built under the same budget before. A graph that
// grows beyond ends in a *LimitError of Build. Call it before the nodes are made that it is to bound. Nil is a zero
// Budget.
func (g *Graph) SetBudget(b *Budget) {
	if b == nil {
		b = &Budget{}
	}
	g.budget = b
	g.limit()
	account(g.expr)
}

// Size returns the size of the graph so far, as [Budget] counts it.
func (g *Graph) Size() int {
	account(g.expr)
	return (*byIDOf.of(g.expr))[ledgerSize]
}

// Reserve fails where the graph has no room for what is to come, of a size that is known beforehand. Instead says what
// a caller may do but raise the budget, here or, if this is a good part of it, where the graph grows too large later
// on.
func (g *Graph) Reserve(what string, size int, instead string) {
	room := (*byIDOf.of(g.expr))[ledgerLimit] - g.Size()
	if err := limit.Check(what, int64(size), int64(room), "nodes", g.budget.raise(instead)); err != nil {
		panic(bailout{&BuildError{Err: err}})
	}
	if size > room/64 {
		g.instead = instead
	}
}

// Of a graph that is being built, Gorgonia's list of the places of its nodes keeps the account too: that graph is all
// that an operator knows. These keys are below the numbers of nodes.
const (
	ledgerLimit   int64 = math.MinInt64 + iota // the largest size
	ledgerCounted                              // the nodes that are in the size
	ledgerSize
)

// limit sets the largest size. A graph that is built once more, for another number of rows, was within its budget.
func (g *Graph) limit() {
	most := math.MaxInt
	if !g.again {
		most = g.budget.left()
	}
	(*byIDOf.of(g.expr))[ledgerLimit] = most
}

// account takes in the nodes that have been added to a graph and fails where it has grown too large.
func account(expr *gorgonia.ExprGraph) {
	index(expr)
	places, nodes := *byIDOf.of(expr), expr.AllNodes()
	most, ok := places[ledgerLimit]
	if !ok {
		return // it is not built by this package
	}
	size := places[ledgerSize]
	for _, n := range nodes[min(places[ledgerCounted], len(nodes)):] {
		size += sizeOf(n)
	}
	places[ledgerCounted], places[ledgerSize] = len(nodes), size
	if size > most {
		panic(bailout{&BuildError{Err: &LimitError{What: "the graph", Need: int64(size), Limit: int64(max(most, 0)), Unit: "nodes"}}})
	}
}

// sizeOf returns what a node counts.
func sizeOf(n *Node) int {
	shape := *shapeOf.of(n)
	if len(shape) == 0 {
		return 1
	}
	return max(1, shape[len(shape)-1]/128)
}
