package graph

import (
	"fmt"

	"gorgonia.org/tensor"
)

// Fill returns a matrix of the shape of like with every element c. It depends on like for its shape alone.
func Fill(like *Node, c float64) *Node {
	checkMatrix("Fill", like)
	return FillCols(like, c, extents(like)[1])
}

// FillCols returns a matrix of the rows of like and cols columns with every element c, shape (rows of like, cols).
func FillCols(like *Node, c float64, cols int) *Node { return apply("Fill", fill{c, cols}, like) }

// Where returns a where cond is not 0 and b elsewhere, element by element, broadcast. A value that is not taken has
// no influence, NaN included. The derivative with respect to cond is zero.
//
// The derivative of a side that is not taken is multiplied by zero: where it is infinite or NaN, as that of Log at 0,
// the product is NaN. Keep the argument away from there as well: Log(Where(cond, x, one)).
func Where(cond, a, b *Node) *Node {
	cond, a = broadcast("Where", cond, a)
	cond, b = broadcast("Where", cond, b)
	_, a = broadcast("Where", cond, a)
	return apply("Where", where{}, cond, a, b)
}

// Detach returns a as it is, with a derivative of zero: what depends on it is differentiated as if it were constant.
func Detach(a *Node) *Node { return apply("Detach", detach{}, a) }

type fill struct {
	value float64
	cols  int
}

func (f fill) String() string          { return fmt.Sprintf("Fill(%v, %d)", f.value, f.cols) }
func (fill) kind() Kind                { return OpFill }
func (fill) arity() int                { return 1 }
func (fill) differentiable(i int) bool { return false }

func (f fill) shape(in []tensor.Shape) (tensor.Shape, error) {
	if f.cols < 1 {
		return nil, fmt.Errorf("%d columns, want at least 1", f.cols)
	}
	return tensor.Shape{in[0][0], f.cols}, nil
}

func (fill) diff([]*Node, *Node) []*Node { return []*Node{nil} }

func (f fill) run32(dst matrix[float32], _ []matrix[float32]) { fillInto(dst.data, float32(f.value)) }
func (f fill) run64(dst matrix[float64], _ []matrix[float64]) { fillInto(dst.data, f.value) }

func fillInto[T Float](dst []T, v T) {
	for i := range dst {
		dst[i] = v
	}
}

type where struct{}

func (where) String() string            { return "Where" }
func (where) kind() Kind                { return OpWhere }
func (where) arity() int                { return 3 }
func (where) differentiable(i int) bool { return i > 0 }

func (where) shape(in []tensor.Shape) (tensor.Shape, error) {
	if !in[0].Eq(in[1]) || !in[0].Eq(in[2]) {
		return nil, fmt.Errorf("shapes differ")
	}
	return in[0].Clone(), nil
}

func (where) diff(in []*Node, g *Node) []*Node {
	zero := Fill(g, 0)
	return []*Node{nil, Where(in[0], g, zero), Where(in[0], zero, g)}
}

func (where) run32(dst matrix[float32], in []matrix[float32]) { whereInto(dst, in) }
func (where) run64(dst matrix[float64], in []matrix[float64]) { whereInto(dst, in) }

func whereInto[T Float](dst matrix[T], in []matrix[T]) {
	for i := range dst.rows {
		for j := range dst.cols {
			if in[0].at(i, j) != 0 {
				dst.set(i, j, in[1].at(i, j))
			} else {
				dst.set(i, j, in[2].at(i, j))
			}
		}
	}
}

// detach is the identity with no derivative.
type detach struct{}

func (detach) String() string            { return "Detach" }
func (detach) kind() Kind                { return OpDetach }
func (detach) arity() int                { return 1 }
func (detach) differentiable(i int) bool { return false }

func (detach) shape(in []tensor.Shape) (tensor.Shape, error) { return in[0].Clone(), nil }

func (detach) diff([]*Node, *Node) []*Node { return []*Node{nil} }

func (detach) run32(dst matrix[float32], in []matrix[float32]) { sliceInto(dst, in[0], slice{}) }
func (detach) run64(dst matrix[float64], in []matrix[float64]) { sliceInto(dst, in[0], slice{}) }

// transpose swaps the axes.
type transpose struct{}

func (transpose) String() string            { return "Transpose" }
func (transpose) kind() Kind                { return OpTranspose }
func (transpose) arity() int                { return 1 }
func (transpose) differentiable(i int) bool { return true }

func (transpose) shape(in []tensor.Shape) (tensor.Shape, error) {
	return tensor.Shape{in[0][1], in[0][0]}, nil
}

func (transpose) diff(_ []*Node, g *Node) []*Node { return []*Node{Transpose(g)} }

func (transpose) run32(dst matrix[float32], in []matrix[float32]) { transposeInto(dst, in[0]) }
func (transpose) run64(dst matrix[float64], in []matrix[float64]) { transposeInto(dst, in[0]) }

func transposeInto[T Float](dst, a matrix[T]) {
	for i := range dst.rows {
		for j := range dst.cols {
			dst.set(i, j, a.at(j, i))
		}
	}
}
