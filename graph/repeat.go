package graph

import (
	"fmt"

	"gorgonia.org/tensor"
)

// RepeatRowsLike returns the single row a (1, m) repeated once for each row of like, shape (rows of like, m).
func RepeatRowsLike(a, like *Node) *Node { return apply("RepeatRowsLike", repeatRowsLike{}, a, like) }

// RepeatCols returns the single column a (n, 1) repeated cols times, shape (n, cols).
func RepeatCols(a *Node, cols int) *Node { return apply("RepeatCols", repeatCols{cols}, a) }

// SumRows returns the sum over the rows of a (n, m), shape (1, m).
func SumRows(a *Node) *Node { return apply("SumRows", sumRows{}, a) }

// SumCols returns the sum over the columns of a (n, m), shape (n, 1).
func SumCols(a *Node) *Node { return apply("SumCols", sumCols{}, a) }

type repeatRowsLike struct{}

func (repeatRowsLike) String() string            { return "RepeatRowsLike" }
func (repeatRowsLike) kind() Kind                { return OpRepeatRowsLike }
func (repeatRowsLike) arity() int                { return 2 }
func (repeatRowsLike) differentiable(i int) bool { return i == 0 }

func (repeatRowsLike) shape(in []tensor.Shape) (tensor.Shape, error) {
	if in[0][0] != 1 {
		return nil, fmt.Errorf("%d rows to repeat, want 1", in[0][0])
	}
	return tensor.Shape{in[1][0], in[0][1]}, nil
}

func (repeatRowsLike) diff(_ []*Node, g *Node) []*Node { return []*Node{SumRows(g), nil} }

func (repeatRowsLike) run32(dst matrix[float32], in []matrix[float32]) { repeatRowsInto(dst, in[0]) }
func (repeatRowsLike) run64(dst matrix[float64], in []matrix[float64]) { repeatRowsInto(dst, in[0]) }

func repeatRowsInto[T Float](dst, a matrix[T]) {
	for i := range dst.rows {
		for j := range dst.cols {
			dst.set(i, j, a.at(0, j))
		}
	}
}

type repeatCols struct{ n int }

func (r repeatCols) String() string          { return fmt.Sprintf("RepeatCols(%d)", r.n) }
func (repeatCols) kind() Kind                { return OpRepeatCols }
func (repeatCols) arity() int                { return 1 }
func (repeatCols) differentiable(i int) bool { return true }

func (r repeatCols) shape(in []tensor.Shape) (tensor.Shape, error) {
	if in[0][1] != 1 || r.n < 1 {
		return nil, fmt.Errorf("%d columns to repeat %d times, want 1 and a positive count", in[0][1], r.n)
	}
	return tensor.Shape{in[0][0], r.n}, nil
}

func (repeatCols) diff(_ []*Node, g *Node) []*Node { return []*Node{SumCols(g)} }

func (repeatCols) run32(dst matrix[float32], in []matrix[float32]) { repeatColsInto(dst, in[0]) }
func (repeatCols) run64(dst matrix[float64], in []matrix[float64]) { repeatColsInto(dst, in[0]) }

func repeatColsInto[T Float](dst, a matrix[T]) {
	for i := range dst.rows {
		for j := range dst.cols {
			dst.set(i, j, a.at(i, 0))
		}
	}
}

type sumRows struct{}

func (sumRows) String() string            { return "SumRows" }
func (sumRows) kind() Kind                { return OpSumRows }
func (sumRows) arity() int                { return 1 }
func (sumRows) differentiable(i int) bool { return true }

func (sumRows) shape(in []tensor.Shape) (tensor.Shape, error) {
	return tensor.Shape{1, in[0][1]}, nil
}

func (sumRows) diff(in []*Node, g *Node) []*Node { return []*Node{RepeatRowsLike(g, in[0])} }

func (sumRows) run32(dst matrix[float32], in []matrix[float32]) { sumRowsInto(dst, in[0]) }
func (sumRows) run64(dst matrix[float64], in []matrix[float64]) { sumRowsInto(dst, in[0]) }

func sumRowsInto[T Float](dst, a matrix[T]) {
	for j := range a.cols {
		var s float64
		for i := range a.rows {
			s += float64(a.at(i, j))
		}
		dst.set(0, j, T(s))
	}
}

type sumCols struct{}

func (sumCols) String() string            { return "SumCols" }
func (sumCols) kind() Kind                { return OpSumCols }
func (sumCols) arity() int                { return 1 }
func (sumCols) differentiable(i int) bool { return true }

func (sumCols) shape(in []tensor.Shape) (tensor.Shape, error) {
	return tensor.Shape{in[0][0], 1}, nil
}

func (sumCols) diff(in []*Node, g *Node) []*Node { return []*Node{RepeatCols(g, extents(in[0])[1])} }

func (sumCols) run32(dst matrix[float32], in []matrix[float32]) { sumColsInto(dst, in[0]) }
func (sumCols) run64(dst matrix[float64], in []matrix[float64]) { sumColsInto(dst, in[0]) }

func sumColsInto[T Float](dst, a matrix[T]) {
	for i := range a.rows {
		var s T
		for j := range a.cols {
			s += a.at(i, j)
		}
		dst.set(i, 0, s)
	}
}
