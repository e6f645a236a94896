package graph

import "gorgonia.org/tensor"

// mapping is an element-wise function that Gorgonia has not: the function and the slope of its kind's line in
// operators.
type mapping struct{ of Kind }

// mapped applies the function of a kind to a.
func mapped(name string, of Kind, a *Node) *Node { return apply(name, mapping{of}, a) }

func (m mapping) String() string          { return string(m.of) }
func (m mapping) kind() Kind              { return m.of }
func (mapping) arity() int                { return 1 }
func (m mapping) differentiable(int) bool { return operators[m.of].slope != nil }

func (mapping) shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (m mapping) diff(in []*Node, g *Node) []*Node {
	y := apply(string(m.of), m, in[0]) // the node that is differentiated
	return []*Node{times(g, operators[m.of].slope(in[0], y))}
}

func (m mapping) run32(dst matrix[float32], in []matrix[float32]) { mapInto(dst, in[0], m.of) }
func (m mapping) run64(dst matrix[float64], in []matrix[float64]) { mapInto(dst, in[0], m.of) }

func mapInto[T Float](dst, a matrix[T], of Kind) {
	fn := operators[of].fn
	for i := range dst.rows {
		for j := range dst.cols {
			dst.set(i, j, T(fn.Of(float64(a.at(i, j)), 0, 0)))
		}
	}
}
