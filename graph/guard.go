package graph

import (
	"fmt"
	"hash/fnv"

	"gorgonia.org/gorgonia"
)

// Gorgonia knows nodes by 32-bit hashes: a graph merges two nodes whose hash, operator, type, shape and number of
// inputs agree, without comparing the inputs, and its compiler merges on the hash alone. Among 80,000 nodes a collision
// is as likely as not. What collides gets a hash of its own: after every operator where the graph merged it with
// another node (checkInputs), and over a finished graph for the compiler's sake (separate).

// checkInput fails unless n is the new input of the given name.
func checkInput(n *Node, name string) *Node {
	if n.Name() != name || n.Op() != nil {
		fail("Input", nil, "Gorgonia merged %q with %q of the same hash %#x; rename one of them", name, describe(n), n.Hashcode())
	}
	return n
}

// checkInputs returns n, made from operands, where these are its inputs, and where Gorgonia returned a like node of
// other inputs for it a node of the same operator that has them.
func checkInputs(op string, n *Node, operands ...*Node) *Node {
	account(n.Graph())
	if made(n, n.Op(), operands) {
		return n
	}
	if len(inputs(n)) != len(operands) {
		fail(op, operands, "Gorgonia returned a node of %d inputs for %d operands", len(inputs(n)), len(operands))
	}
	return distinct(op, n, n.Op(), operands)
}

// made reports whether n is the operator o of operands.
func made(n *Node, o gorgonia.Op, operands []*Node) bool {
	if own, ok := o.(op); ok {
		if got, ok := n.Op().(op); !ok || got != own && got.String() != own.String() { // NaN differs from itself
			return false
		}
	}
	in := inputs(n)
	if len(in) != len(operands) {
		return false
	}
	for i := range in {
		if in[i] != operands[i] {
			return false
		}
	}
	return true
}

// distinct returns the node o of operands in place of n, a node of the same type, shape and hash. It always finds the
// same hash for the same operands, so that asking again gives the same node.
func distinct(name string, n *Node, o gorgonia.Op, operands []*Node) *Node {
	hash := n.Hashcode()
	for range 64 {
		hash = rehash(hash, operands...)
		m := gorgonia.NewUniqueNode(gorgonia.In(n.Graph()), gorgonia.WithType(n.Type()), gorgonia.WithOp(o),
			gorgonia.WithChildren(append(gorgonia.Nodes(nil), operands...)), gorgonia.WithShape(n.Shape()...), withHash(hash))
		if made(m, o, operands) {
			return m
		}
	}
	fail(name, operands, "Gorgonia merges this node with others of equal hashes, such as %#x", hash)
	return nil
}

// rehash returns a hash that depends on another one and on which nodes these are.
func rehash(hash uint32, nodes ...*Node) uint32 {
	h := fnv.New32a()
	fmt.Fprintf(h, "ffjord distinct %d", hash)
	for _, n := range nodes {
		fmt.Fprintf(h, " %d", n.ID())
	}
	return h.Sum32()
}

// separate gives nodes of one graph that share a hash different ones. It fails where a node was taken out of the graph,
// after which Gorgonia finds nodes by numbers that belong to others: gorgonia.Log does that to the sum of log(1 + x).
func separate(expr *gorgonia.ExprGraph) {
	nodes := expr.AllNodes()
	seen := make(map[uint32]bool, len(nodes))
	var colliding []*Node
	for i, n := range nodes {
		if n.ID() != int64(i) {
			fail("", nil, "a node was taken out of the graph before %q was made, as gorgonia.Log does with 1 + x; use the operators of this package", describe(n))
		}
		if h := n.Hashcode(); seen[h] {
			colliding = append(colliding, n)
		} else {
			seen[h] = true
		}
	}
	for _, n := range colliding {
		hash := n.Hashcode()
		for seen[hash] {
			hash = rehash(hash, n)
		}
		seen[hash] = true
		setHash(n, hash)
		(*byHashOf.of(expr))[hash] = n // where Gorgonia looks whether it has a node already
	}
}

// describe names a node for a message.
func describe(n *Node) string {
	v, err := Read(n)
	name := v.Name
	switch {
	case n.Op() == nil && *nameOf.of(n) == "":
		name = "an input without a name"
	case err == nil && v.Kind != OpInput && v.Kind != OpOther:
		name = string(v.Kind)
	}
	return name + " " + shapeString(n.Shape())
}
