package nn

import (
	"reflect"

	"github.com/go-ffjord/ffjord/graph"
)

// slope is the Jacobian of a map that is affine in x (rows, dim), ∂yⱼ/∂xᵢ = W[from+i, j]·gⱼ.
type slope struct {
	weight *graph.Node // W (in, out) as the map multiplies by it
	from   int         // the row of W that x₀ meets; columns of the time come before it
	gate   *graph.Node // g (rows, out), a function of the time; nil is 1
}

// affine is a map with such a Jacobian.
type affine interface {
	Layer
	affine(s *Scope, x *graph.Node) (*graph.Node, slope)
	// self returns the map itself. By it a user's type that embeds one of these maps is told apart: it has that map's
	// methods too, whatever its own Apply does.
	self() Layer
}

func (l Linear) self() Layer       { return l }
func (l timedLinear) self() Layer  { return l }
func (l ConcatV2) self() Layer     { return l }
func (l Squash) self() Layer       { return l }
func (l ConcatSquash) self() Layer { return l }

// affineOf returns l as an affine map, nil if it is not one by itself.
func affineOf(l Layer) affine {
	if a, ok := l.(affine); ok && reflect.TypeOf(a.self()) == reflect.TypeOf(l) {
		return a
	}
	return nil
}

// sloped is an affine map as a layer that leaves its slope behind.
type sloped struct {
	layer affine
	slope *slope
}

func (l sloped) Apply(s *Scope, x *graph.Node) *graph.Node {
	y, j := l.layer.affine(s, x)
	*l.slope = j
	return y
}

// withSlopes replaces the maps by ones that leave their slopes, unless one of them is not affine.
func withSlopes(maps []Layer) (slopes []slope, ok bool) {
	slopes = make([]slope, len(maps))
	for i, m := range maps {
		a := affineOf(m)
		if a == nil {
			return nil, false
		}
		maps[i] = sloped{a, &slopes[i]}
	}
	return slopes, true
}

// applyTraced is ApplyTraced of an affine map. A result of another width than x has no trace.
func applyTraced(l affine, s *Scope, x *graph.Node) (y, trace *graph.Node) {
	y, j := l.affine(s, x)
	if width(y) != width(x) {
		return y, nil
	}
	return y, j.trace(s, y)
}

// rows returns the dim rows of W that x meets.
func (j slope) rows(dim int) *graph.Node { return graph.SliceRows(j.weight, j.from, j.from+dim) }

// trace returns Σ_d W[from+d, d]·g_d of a square Jacobian, a column (rows, 1) of the rows of y.
func (j slope) trace(s *Scope, y *graph.Node) *graph.Node {
	defer s.graph.Group("trace")()
	w := j.rows(width(y))
	diagonal := graph.SumRows(graph.Mul(w, unit(w)))
	if j.gate == nil {
		return graph.RepeatRowsLike(graph.SumCols(diagonal), y)
	}
	return graph.SumCols(graph.Mul(j.gate, diagonal))
}

// traceThrough returns the trace of x ↦ a ↦ h = φ(a) ↦ y, φ element by element, for affine maps of the slopes in and
// out: Σ_h φ'(a_h)·c_h. The tangent of h along c, a row of which has every c_h in its own place, has the terms of that
// sum.
func traceThrough(s *Scope, in slope, a, h *graph.Node, out slope) *graph.Node {
	defer s.graph.Group("trace")()
	back := graph.Transpose(out.rows(width(h)))
	products := graph.Mul(in.rows(back.Shape()[0]), back) // (dim, H)
	var c *graph.Node
	if out.gate == nil {
		c = graph.RepeatRowsLike(graph.SumRows(products), a)
	} else {
		c = graph.MatMul(out.gate, products)
	}
	if in.gate != nil {
		c = graph.Mul(in.gate, c)
	}
	return graph.SumCols(graph.JVP([]*graph.Node{h}, []*graph.Node{a}, []*graph.Node{c})[0])
}

// elementwise reports whether an activation is known to act element by element.
func elementwise(act Layer) bool {
	switch act.(type) {
	case Activation, Swish:
		return true
	}
	return false
}

// unit returns the unit matrix of the shape of w (n, n): 1 where the numbers of row and column are less than ½ apart.
func unit(w *graph.Node) *graph.Node {
	n := width(w)
	columns := graph.RepeatRowsLike(counted(w, n), w)
	rows := graph.RepeatCols(graph.Transpose(counted(w, n)), n)
	return graph.Gt(graph.Fill(w, 0.5), graph.Abs(graph.Sub(rows, columns)))
}

// counted returns the row 0, 1, ..., n-1 by doubling, [j, j + width of j], beside the uniform matrix w.
func counted(w *graph.Node, n int) *graph.Node {
	count := graph.FillCols(graph.SliceRows(w, 0, 1), 0, 1)
	for width(count) < n {
		count = graph.Concat(count, graph.Shift(count, float64(width(count))))
	}
	return graph.SliceCols(count, 0, n)
}
