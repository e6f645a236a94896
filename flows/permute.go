package flows

import (
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// Permute is the block that puts the dimensions into another order, x[j] = z[Order[j]]. Volumes stay as they are.
type Permute struct {
	Order []int // every dimension once, counted from 0; nil is the reverse order
}

var _ Block = Permute{}

// Forward writes x[j] = z[Order[j]].
func (b Permute) Forward(_ *nn.Scope, z *graph.Node) (x, logDet *graph.Node) {
	return selected(z, b.order(z)), graph.FillCols(z, 0, 1)
}

// Inverse writes z[Order[j]] = x[j].
func (b Permute) Inverse(_ *nn.Scope, x *graph.Node) (z, logDet *graph.Node) {
	order := b.order(x)
	back := make([]int, len(order))
	for j, d := range order {
		back[d] = j
	}
	return selected(x, back), graph.FillCols(x, 0, 1)
}

// order returns Order with its default filled in, checked to be a permutation of the columns of like.
func (b Permute) order(like *graph.Node) []int {
	dim := like.Shape()[1]
	if b.Order == nil {
		return b.withDefaults(dim)
	}
	if len(b.Order) != dim {
		graph.Fail("Permute: Order has %d numbers, want %d, one for each dimension", len(b.Order), dim)
	}
	place := make([]int, dim) // in Order, counted from 1
	for j, d := range b.Order {
		switch {
		case d < 0 || d >= dim:
			graph.Fail("Permute: Order[%d] is %d, want a dimension from 0 to %d", j, d, dim-1)
		case place[d] != 0:
			graph.Fail("Permute: Order[%d] and Order[%d] are both %d, want every dimension once", place[d]-1, j, d)
		}
		place[d] = j + 1
	}
	return b.Order
}

// withDefaults returns Order, for nil the reverse.
func (b Permute) withDefaults(dim int) []int {
	if b.Order != nil {
		return b.Order
	}
	reverse := make([]int, dim)
	for j := range reverse {
		reverse[j] = dim - 1 - j
	}
	return reverse
}

// selected returns the columns of a in the given order. Neighbours that stay neighbours are taken together.
func selected(a *graph.Node, order []int) *graph.Node {
	var parts []*graph.Node
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && order[to] == order[to-1]+1 {
			to++
		}
		parts = append(parts, graph.SliceCols(a, order[from], order[from]+to-from))
		from = to
	}
	return graph.Concat(parts...)
}
