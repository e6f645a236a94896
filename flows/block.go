package flows

import (
	"fmt"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// Block is a part of a flow, a map of rows that can be undone: an FFJORD, a Chain, one in closed form such as Affine,
// or one of your own. Forward is the direction from the base to the data.
//
// A flow integrates an FFJORD by its Solver. Every other block it writes into a graph by these two methods, which must
// ask for the same parameters and state.
type Block interface {
	// Forward writes x for z, both (rows, dim), and log |det ∂x/∂z|, a column (rows, 1), or (1, 1) where it is the same
	// for all rows.
	Forward(s *nn.Scope, z *graph.Node) (x, logDet *graph.Node)
	// Inverse writes z for x, and log |det ∂z/∂x|.
	Inverse(s *nn.Scope, x *graph.Node) (z, logDet *graph.Node)
}

// Chain applies its blocks one after the other on the way from the base to the data. Each block, those of chains in it
// counted one by one, has parameters of its own, named "block0", "block1", ... in this order.
type Chain []Block

var _ Block = Chain(nil)

// Forward writes all blocks one after the other, in scopes "block0", "block1", ...
func (c Chain) Forward(s *nn.Scope, z *graph.Node) (x, logDet *graph.Node) {
	x = z
	for i, b := range leaves(c) {
		var l *graph.Node
		x, l = forward(b, s.In(blockOwner(i)), x)
		logDet = add(logDet, l)
	}
	return x, orZero(logDet, x)
}

// Inverse undoes the blocks, the last one first.
func (c Chain) Inverse(s *nn.Scope, x *graph.Node) (z, logDet *graph.Node) {
	all := leaves(c)
	z = x
	for i := len(all) - 1; i >= 0; i-- {
		var l *graph.Node
		z, l = inverse(all[i], s.In(blockOwner(i)), z)
		logDet = add(logDet, l)
	}
	return z, orZero(logDet, z)
}

func blockOwner(i int) string { return fmt.Sprintf("block%d", i) }

// leaves returns the blocks of a chain and of the chains in it, FFJORDs by value.
func leaves(b Block) []Block {
	switch b := b.(type) {
	case *FFJORD:
		if b != nil {
			return []Block{*b}
		}
	case *Chain:
		if b != nil {
			return leaves(*b)
		}
	case Chain:
		var out []Block
		for _, b := range b {
			out = append(out, leaves(b)...)
		}
		return out
	}
	return []Block{b}
}

// forward writes a block with its results checked, log |det| as a column (rows, 1).
func forward(b Block, s *nn.Scope, z *graph.Node) (x, logDet *graph.Node) {
	if b == nil {
		graph.Fail("a block is nil")
	}
	defer s.Graph().Group(fmt.Sprintf("%T", b))()
	x, logDet = b.Forward(s, z)
	return checked(b, "Forward", z, x, logDet)
}

// inverse is forward for the other direction.
func inverse(b Block, s *nn.Scope, x *graph.Node) (z, logDet *graph.Node) {
	if b == nil {
		graph.Fail("a block is nil")
	}
	defer s.Graph().Group(fmt.Sprintf("%T", b))()
	z, logDet = b.Inverse(s, x)
	return checked(b, "Inverse", x, z, logDet)
}

func checked(b Block, method string, from, to, logDet *graph.Node) (*graph.Node, *graph.Node) {
	if to == nil || !to.Shape().Eq(from.Shape()) {
		graph.Fail("%T.%s must map (rows, %d) to the same shape, and gives %s", b, method, from.Shape()[1], shapeOf(to))
	}
	if logDet == nil || len(logDet.Shape()) != 2 || logDet.Shape()[1] != 1 {
		graph.Fail("the log-determinant of %T.%s must be a column (rows, 1), or (1, 1), and is %s", b, method, shapeOf(logDet))
	}
	if logDet.Shape()[0] != from.Shape()[0] {
		logDet = graph.Add(graph.FillCols(from, 0, 1), logDet)
	}
	return to, logDet
}

func orZero(logDet, like *graph.Node) *graph.Node {
	if logDet == nil {
		return graph.FillCols(like, 0, 1)
	}
	return logDet
}
