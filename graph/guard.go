package graph

import (
	"gorgonia.org/gorgonia"
)

// Gorgonia knows nodes by 32-bit hashes: a graph merges two nodes whose hash, operator, type, shape and number of
// inputs agree, without comparing the inputs, and its compiler merges on the hash alone. Guards make a wrong merge an
// error: checkInputs after every operator, checkInput for a new input, checkHashes over a finished graph.

// checkInput fails unless n is the new input of the given name.
func checkInput(n *Node, name string) *Node {
	if n.Name() != name || n.Op() != nil {
		fail("Input", nil, "Gorgonia merged %q with %q of the same hash %#x; rename one of them", name, describe(n), n.Hashcode())
	}
	return n
}

// checkInputs fails unless n, made by op from operands, has just these as inputs.
func checkInputs(op string, n *Node, operands ...*Node) *Node {
	got := Children(n)
	if len(got) != len(operands) {
		fail(op, operands, "Gorgonia returned a node of %d inputs for %d operands", len(got), len(operands))
	}
	for i := range got {
		if got[i] != operands[i] {
			fail(op, operands, "Gorgonia merged this node with another one of hash %#x; build a smaller graph", n.Hashcode())
		}
	}
	return n
}

// checkHashes fails where two nodes share a hash code, and where a node was taken out of the graph, after which Gorgonia
// finds nodes by numbers that belong to others: gorgonia.Log does that to the sum of log(1 + x).
func checkHashes(expr *gorgonia.ExprGraph) {
	nodes := expr.AllNodes()
	seen := make(map[uint32]*Node, len(nodes))
	for i, n := range nodes {
		if n.ID() != int64(i) {
			fail("", nil, "a node was taken out of the graph before %q was made, as gorgonia.Log does with 1 + x; use the operators of this package", describe(n))
		}
		h := n.Hashcode()
		if other := seen[h]; other != nil && other != n {
			fail("", nil, "nodes %q and %q share the hash %#x, and Gorgonia would take them for one; rename an input or build a smaller graph",
				describe(other), describe(n), h)
		}
		seen[h] = n
	}
}

// describe names a node for a message.
func describe(n *Node) string {
	if n.Op() == nil {
		return n.Name() + " " + shapeString(n.Shape())
	}
	if v, err := Read(n); err == nil && v.Kind != OpOther {
		return string(v.Kind) + " " + shapeString(n.Shape())
	}
	return n.Op().String() + " " + shapeString(n.Shape())
}
