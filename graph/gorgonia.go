package graph

import (
	"fmt"
	"reflect"
	"unsafe"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// This file and read.go are the only ones that know what Gorgonia keeps to itself: read.go its operators, this one the
// fields of its nodes, graphs and programs. Gorgonia's ways to the same things go through numbers of nodes, which
// belong to others once a node has been taken out of a graph, and make a list for every look.

// field is the place of an unexported field of type T in a struct S of Gorgonia's.
type field[S, T any] uintptr

// fieldOf finds a field by its name. The version of Gorgonia is fixed: a field that is not there is a bug of this
// package.
func fieldOf[S, T any](name string) field[S, T] {
	s := reflect.TypeFor[S]()
	f, ok := s.FieldByName(name)
	if !ok || f.Type != reflect.TypeFor[T]() {
		panic(fmt.Sprintf("graph: this version of Gorgonia has no field %s of type %v in %v", name, reflect.TypeFor[T](), s))
	}
	return field[S, T](f.Offset)
}

func (f field[S, T]) of(s *S) *T { return (*T)(unsafe.Add(unsafe.Pointer(s), uintptr(f))) }

var (
	childrenOf = fieldOf[gorgonia.Node, gorgonia.Nodes]("children")
	opOf       = fieldOf[gorgonia.Node, gorgonia.Op]("op")
	typeOf     = fieldOf[gorgonia.Node, hm.Type]("t")
	shapeOf    = fieldOf[gorgonia.Node, tensor.Shape]("shape")
	nameOf     = fieldOf[gorgonia.Node, string]("name")
	derivOf    = fieldOf[gorgonia.Node, *gorgonia.Node]("deriv")
	hashOf     = fieldOf[gorgonia.Node, uint32]("hash")
	hashedOf   = fieldOf[gorgonia.Node, bool]("hashed")
	numberOf   = fieldOf[gorgonia.Node, int64]("id")
	graphOf    = fieldOf[gorgonia.Node, *gorgonia.ExprGraph]("g")

	allOf    = fieldOf[gorgonia.ExprGraph, gorgonia.Nodes]("all")
	countOf  = fieldOf[gorgonia.ExprGraph, uint]("counter")
	leavesOf = fieldOf[gorgonia.ExprGraph, gorgonia.Nodes]("leaves")
	usersOf  = fieldOf[gorgonia.ExprGraph, map[*gorgonia.Node]gorgonia.Nodes]("to")
	byHashOf = fieldOf[gorgonia.ExprGraph, map[uint32]*gorgonia.Node]("byHash")
	byIDOf   = fieldOf[gorgonia.ExprGraph, map[int64]int]("byID")
)

// enter gives a new node its type, shape and hash and its place in a graph with the ledger l, as gorgonia.NewUniqueNode
// does.
func enter(expr *gorgonia.ExprGraph, l *ledger, n *Node, t hm.Type, s tensor.Shape, hash uint32) {
	all, count, users := allOf.of(expr), countOf.of(expr), *usersOf.of(expr)
	*typeOf.of(n), *shapeOf.of(n) = t, s
	setHash(n, hash)
	*graphOf.of(n), *numberOf.of(n) = expr, int64(*count)
	*count++
	*all = append(*all, n)
	(*byHashOf.of(expr))[hash] = n
	users[n] = nil
	for _, c := range inputs(n) {
		of := users[c]
		if of == nil {
			of = l.list(2)[:0]
		}
		users[c] = append(of, n)
	}
	if len(inputs(n)) == 0 {
		leaves := leavesOf.of(expr)
		*leaves = append(*leaves, n)
	}
}

// extents is the shape of n without a copy: not to be changed.
func extents(n *Node) tensor.Shape { return *shapeOf.of(n) }

// index tells a graph the places of its nodes and of those to come, which are their numbers, and returns of how many
// nodes it knows them. Gorgonia searches all nodes for each new one, since it does not know it yet, which takes
// quadratic time.
func index(expr *gorgonia.ExprGraph) (known int) {
	places, n := *byIDOf.of(expr), len(expr.AllNodes())
	if _, ahead := places[int64(n+margin)]; ahead || n > 0 && expr.AllNodes()[n-1].ID() != int64(n-1) {
		return 0
	}
	known = n + n/2 + roomForNodes
	for i := known - 1; i >= 0; i-- {
		if _, ok := places[int64(i)]; ok {
			break
		}
		places[int64(i)] = i
	}
	return known
}

// margin is how many nodes more than there are a graph must know the places of: some operators make several.
const margin = 32

// derivative returns the node that n.Grad looks at, nil where there is none.
func derivative(n *Node) *Node { return *derivOf.of(n) }

// setHash gives a node another hash than that of its text.
func setHash(n *Node, hash uint32) { *hashOf.of(n), *hashedOf.of(n) = hash, true }

// withHash is an option of a new node that setHash is called for.
func withHash(hash uint32) gorgonia.NodeConsOpt { return func(n *Node) { setHash(n, hash) } }

// readTarget returns where gorgonia.Read of a node puts its value, nil for other nodes.
func readTarget(n *Node) *gorgonia.Value {
	o := reflect.ValueOf(n.Op())
	if !o.IsValid() || o.Type().String() != "gorgonia.readOp" {
		return nil
	}
	return (*gorgonia.Value)(o.FieldByName("into").UnsafePointer())
}

// runner returns a function that runs a whole program by the machine's run, on the caller's goroutine: RunAll starts
// one of its own, where a panic of an operator would end the process.
func runner[F any](run func(F) error, program any) func() error {
	f := reflect.ValueOf(program).Elem().FieldByName("instructions")
	if f.Type() != reflect.TypeFor[F]() {
		panic(fmt.Sprintf("graph: this version of Gorgonia keeps its instructions in a %v", f.Type()))
	}
	instructions := (*F)(f.Addr().UnsafePointer())
	return func() error { return run(*instructions) }
}

// startsGoroutines reports whether an operator of Gorgonia's computes on goroutines of its own without a check of what
// it reads and writes there: convolutions, normalisation by batch or group, and the loss of Graves et al.
func startsGoroutines(n *Node) bool {
	switch fmt.Sprintf("%T", n.Op()) {
	case "gorgonia.im2colOp", "gorgonia.col2imOp", "*gorgonia.BatchNormOp", "*gorgonia.batchnormDiffOp", "*gorgonia.GroupNormOp",
		"*gorgonia.groupNormDiffOp", "*gorgonia.ctcLossOp", "*gorgonia.ctcLossDiffOp":
		return true
	}
	return false
}
