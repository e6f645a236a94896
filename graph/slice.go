package graph

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"
)

// SliceCols returns the columns from (inclusive) to to (exclusive) of a (n, m), shape (n, to-from).
func SliceCols(a *Node, from, to int) *Node { return apply("SliceCols", slice{1, from, to}, a) }

// SliceRows returns the rows from (inclusive) to to (exclusive) of a uniform matrix (n, m), shape (to-from, m). Rows
// of samples have no position: a graph that slices them can't be compiled.
func SliceRows(a *Node, from, to int) *Node { return apply("SliceRows", slice{0, from, to}, a) }

// PadCols returns a matrix of cols columns that holds a (n, m) from column from on and zeros elsewhere.
func PadCols(a *Node, from, cols int) *Node { return apply("PadCols", pad{1, from, cols}, a) }

// Concat returns the columns of the parts (n, m₁), (n, m₂), ... side by side, shape (n, m₁+m₂+...). A part of one row
// is repeated for the others' rows.
func Concat(parts ...*Node) *Node {
	if len(parts) == 0 {
		fail("Concat", nil, "nothing to concatenate")
	}
	checkMatrix("Concat", parts...)
	like := parts[0]
	for _, p := range parts {
		if extents(p)[0] != 1 {
			like = p
		}
	}
	full := make([]*Node, len(parts))
	for i, p := range parts {
		full[i] = p
		if extents(p)[0] == 1 && extents(like)[0] != 1 {
			full[i] = RepeatRowsLike(p, like)
		}
	}
	for len(full) > mostParts {
		var joined []*Node
		for part := range slices.Chunk(full, mostParts) {
			joined = append(joined, concatenated(part))
		}
		full = joined
	}
	return concatenated(full)
}

// mostParts is how many parts are put together at once: Gorgonia checks the type of an operator in a time that grows
// with the square of its operands.
const mostParts = 64

func concatenated(parts []*Node) *Node {
	if len(parts) == 1 {
		return parts[0]
	}
	return apply("Concat", concat{len(parts)}, parts...)
}

// slice takes a range along an axis.
type slice struct{ axis, from, to int }

func (s slice) String() string          { return fmt.Sprintf("Slice%s[%d:%d]", axisName(s.axis), s.from, s.to) }
func (slice) kind() Kind                { return OpSlice }
func (slice) arity() int                { return 1 }
func (slice) differentiable(i int) bool { return true }

func (s slice) shape(in []tensor.Shape) (tensor.Shape, error) {
	if n := in[0][s.axis]; s.from < 0 || s.to > n || s.from >= s.to {
		return nil, fmt.Errorf("the range [%d:%d] is empty or outside the %d %s", s.from, s.to, n, axisWord(s.axis))
	}
	out := in[0].Clone()
	out[s.axis] = s.to - s.from
	return out, nil
}

func (s slice) diff(in []*Node, g *Node) []*Node {
	return []*Node{apply("Pad", pad{s.axis, s.from, extents(in[0])[s.axis]}, g)}
}

func (s slice) run32(dst matrix[float32], in []matrix[float32]) { sliceInto(dst, in[0], s) }
func (s slice) run64(dst matrix[float64], in []matrix[float64]) { sliceInto(dst, in[0], s) }

func sliceInto[T Float](dst, a matrix[T], s slice) {
	di, dj := s.from*(1-s.axis), s.from*s.axis
	for i := range dst.rows {
		for j := range dst.cols {
			dst.set(i, j, a.at(i+di, j+dj))
		}
	}
}

// pad is the transpose of slice: its operand inside zeros, total long along the axis.
type pad struct{ axis, from, total int }

func (p pad) String() string          { return fmt.Sprintf("Pad%s[%d:](%d)", axisName(p.axis), p.from, p.total) }
func (pad) kind() Kind                { return OpPad }
func (pad) arity() int                { return 1 }
func (pad) differentiable(i int) bool { return true }

func (p pad) shape(in []tensor.Shape) (tensor.Shape, error) {
	if n := in[0][p.axis]; p.from < 0 || p.from+n > p.total {
		return nil, fmt.Errorf("%d %s don't fit from %d on into %d", n, axisWord(p.axis), p.from, p.total)
	}
	out := in[0].Clone()
	out[p.axis] = p.total
	return out, nil
}

func (p pad) diff(in []*Node, g *Node) []*Node {
	return []*Node{apply("Slice", slice{p.axis, p.from, p.from + extents(in[0])[p.axis]}, g)}
}

func (p pad) run32(dst matrix[float32], in []matrix[float32]) { padInto(dst, in[0], p) }
func (p pad) run64(dst matrix[float64], in []matrix[float64]) { padInto(dst, in[0], p) }

func padInto[T Float](dst, a matrix[T], p pad) {
	clear(dst.data)
	di, dj := p.from*(1-p.axis), p.from*p.axis
	for i := range a.rows {
		for j := range a.cols {
			dst.set(i+di, j+dj, a.at(i, j))
		}
	}
}

// concat puts n operands side by side.
type concat struct{ n int }

func (c concat) String() string          { return fmt.Sprintf("Concat(%d)", c.n) }
func (concat) kind() Kind                { return OpConcat }
func (c concat) arity() int              { return c.n }
func (concat) differentiable(i int) bool { return true }

func (concat) shape(in []tensor.Shape) (tensor.Shape, error) {
	cols := 0
	for _, s := range in {
		if s[0] != in[0][0] {
			return nil, fmt.Errorf("row counts %d and %d differ", in[0][0], s[0])
		}
		cols += s[1]
	}
	return tensor.Shape{in[0][0], cols}, nil
}

func (concat) diff(in []*Node, g *Node) []*Node {
	out := make([]*Node, len(in))
	from := 0
	for i, n := range in {
		to := from + extents(n)[1]
		out[i] = SliceCols(g, from, to)
		from = to
	}
	return out
}

func (concat) run32(dst matrix[float32], in []matrix[float32]) { concatInto(dst, in) }
func (concat) run64(dst matrix[float64], in []matrix[float64]) { concatInto(dst, in) }

func concatInto[T Float](dst matrix[T], in []matrix[T]) {
	from := 0
	for _, a := range in {
		for i := range a.rows {
			for j := range a.cols {
				dst.set(i, from+j, a.at(i, j))
			}
		}
		from += a.cols
	}
}

func axisName(axis int) string {
	if axis == 0 {
		return "Rows"
	}
	return "Cols"
}

func axisWord(axis int) string {
	if axis == 0 {
		return "rows"
	}
	return "columns"
}
