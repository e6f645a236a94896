package graph

import (
	"cmp"
	"sync/atomic"

	"github.com/go-ffjord/ffjord/internal/limit"
)

// LimitError says that a bound on memory or work would be passed, which one, and how to raise it.
type LimitError = limit.Error

// Budget bounds the size of the graphs that it is set for, all of them together, and so the time and memory that it
// takes to build and compile them. Those of them that are equal share one native program: what tells programs of one
// architecture apart are the numbers that their machines are given. A graph that none is set for has the zero Budget
// for itself alone.
type Budget struct {
	// Nodes is the largest size: nodes, one of more than 128 columns counting once for each 128. Zero is 262,144.
	Nodes int
	// Raise tells in an error what a caller sets to have more. Empty is "Graph.SetBudget".
	Raise string

	used     atomic.Int64 // by graphs that are built
	programs programs
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
// grows beyond ends in a [*LimitError] of Build. Call it before the nodes are made that it is to bound. Nil is a zero
// Budget.
func (g *Graph) SetBudget(b *Budget) {
	if b == nil {
		b = &Budget{}
	}
	g.budget, g.shares = b, true
	g.limit()
	account(g.expr)
}

// Size returns the size of the graph so far, as [Budget] counts it.
func (g *Graph) Size() int {
	account(g.expr)
	return ledgerOf(g.expr).size
}

// Reserve fails where the graph has no room for what is to come, of a size that is known beforehand. Instead says what
// a caller may do but raise the budget, here or, if this is a good part of it, where the graph grows too large later
// on.
func (g *Graph) Reserve(what string, size int, instead string) {
	room := ledgerOf(g.expr).limit - g.Size()
	if err := limit.Check(what, int64(size), int64(room), "nodes", g.budget.raise(instead)); err != nil {
		panic(bailout{&BuildError{Err: err}})
	}
	if size > room/64 {
		g.instead = instead
	}
}

// limit sets the largest size. A graph that is built once more, for another number of rows, was within its budget.
func (g *Graph) limit() {
	if !g.again {
		ledgerOf(g.expr).limit = g.budget.left()
	}
}
