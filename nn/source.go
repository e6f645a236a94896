package nn

import (
	"fmt"
	"math"
	"slices"

	"github.com/go-ffjord/ffjord/internal/quote"
	"github.com/go-ffjord/ffjord/internal/safetensors"
)

// Source says where a parameter is in a file of another framework and how it lies there. The steps are taken in the
// order of the fields: the tensor is cut, then reshaped, then transposed, and what comes out must be the parameter's
// matrix (rows, cols). A vector (n) fits (1, n) and (n, 1), and a number without axes (1, 1).
type Source struct {
	// Tensor is its name in the file; "" leaves the parameter as it is.
	Tensor string
	// Slice takes a part of each axis, from its first number up to, but not with, its second. {0, 0} takes the whole
	// axis, and so do axes that are left out.
	Slice [][2]int
	// Shape is that of what was taken, row-major; nil leaves the shape as it is. In the end all axes but the last are
	// rows.
	Shape []int
	// Transpose reverses the axes: PyTorch's Linear has its weight as (out, in), here it is (in, out).
	Transpose bool
	// Below are further pieces, whose rows follow.
	Below []Source
}

// view is a source beside its tensor.
type view struct {
	Source
	tensor safetensors.Tensor
	cut    []int // the shape that Slice leaves
	shape  []int // in the end
}

// views finds the pieces that make up q.
func (s Source) views(q *Param, infos map[string]safetensors.Tensor) ([]view, error) {
	var out []view
	rows := 0
	for _, piece := range append([]Source{s}, s.Below...) {
		t, ok := infos[piece.Tensor]
		if !ok {
			return nil, tensorError(piece.Tensor, ErrMissing, "there is no tensor %s", quote.Text(piece.Tensor))
		}
		if t.DType.Floats(nil) == nil {
			return nil, tensorError(t.Name, ErrElements, "tensor %s has elements %s, want F64, F32, F16 or BF16",
				quote.Text(t.Name), quote.Cut(string(t.DType)))
		}
		v := view{Source: piece, tensor: t}
		if err := v.arrange(); err != nil {
			return nil, err
		}
		n := v.rows(q.cols)
		if n < 0 || len(s.Below) == 0 && n != q.rows {
			return nil, v.misfit(q, s.Below != nil)
		}
		rows += n
		out = append(out, v)
	}
	if rows != q.rows {
		return nil, tensorError(s.Tensor, ErrShape, "its %d pieces have %d rows, want %d", len(out), rows, q.rows)
	}
	return out, nil
}

// arrange cuts, reshapes and transposes the shape.
func (v *view) arrange() error {
	refuse := func(format string, args ...any) error {
		return tensorError(v.Tensor, ErrShape, "tensor %s of shape %s: %s",
			quote.Text(v.Tensor), safetensors.Shape(v.tensor.Shape), fmt.Sprintf(format, args...))
	}
	if len(v.Slice) > len(v.tensor.Shape) {
		return refuse("Slice has %d axes", len(v.Slice))
	}
	for i, n := range v.tensor.Shape {
		if n > math.MaxInt {
			return refuse("want at most %d", math.MaxInt)
		}
		v.cut = append(v.cut, int(n))
		if i >= len(v.Slice) || v.Slice[i] == [2]int{} {
			continue
		}
		from, to := v.Slice[i][0], v.Slice[i][1]
		if from < 0 || to <= from || to > int(n) {
			return refuse("Slice takes %d to %d of axis %d, want numbers from 0 to %d that rise", from, to, i, n)
		}
		v.cut[i] = to - from
	}
	v.shape = slices.Clone(v.cut)
	if v.Source.Shape != nil {
		if product(v.Source.Shape) != product(v.cut) {
			return refuse("Shape is %v, and there are %d numbers", v.Source.Shape, product(v.cut))
		}
		v.shape = slices.Clone(v.Source.Shape)
	}
	if v.Transpose {
		slices.Reverse(v.shape)
	}
	return nil
}

// rows returns how many rows of so many columns the view has, -1 where it is no such matrix.
func (v view) rows(cols int) int {
	n := len(v.shape)
	switch {
	case n == 0 && cols == 1:
		return 1
	case n == 1 && v.shape[0] == cols:
		return 1
	case n == 1 && cols == 1:
		return v.shape[0]
	case (n == 2 || n > 2 && v.Source.Shape != nil) && v.shape[n-1] == cols:
		return product(v.shape[:n-1])
	}
	return -1
}

// misfit is the error of a view that does not have the shape of q.
func (v view) misfit(q *Param, piece bool) error {
	name, has := quote.Text(v.Tensor), safetensors.Shape(v.tensor.Shape)
	rows, cols := q.rows, q.cols
	var text string
	switch {
	case piece:
		text = fmt.Sprintf("tensor %s has shape %s and gives %v, want %d columns", name, has, v.shape, cols)
	case v.Slice != nil || v.Source.Shape != nil:
		text = fmt.Sprintf("tensor %s has shape %s and gives %v, want (%d, %d)", name, has, v.shape, rows, cols)
	case v.Transpose:
		text = fmt.Sprintf("tensor %s has shape %s, want [%d %d], the transpose of (%d, %d)",
			name, has, cols, rows, rows, cols)
	case slices.Equal(v.shape, []int{cols, rows}):
		text = fmt.Sprintf("tensor %s has shape %s, want (%d, %d): is it to be transposed?", name, has, rows, cols)
	default:
		text = fmt.Sprintf("tensor %s has shape %s, want (%d, %d)", name, has, rows, cols)
	}
	return tensorError(v.Tensor, ErrShape, "%s", text)
}

// numbers gives the view's numbers, row-major, from those of the tensor.
func (v view) numbers(data []byte) elements {
	at := v.tensor.DType.Floats(data)
	if v.Slice != nil {
		whole, stored := v.tensor.Shape, at
		at = func(i int) float64 {
			place, stride := 0, 1
			for axis := len(whole) - 1; axis >= 0; axis-- {
				k := i % v.cut[axis]
				i /= v.cut[axis]
				if axis < len(v.Slice) {
					k += v.Slice[axis][0]
				}
				place += k * stride
				stride *= int(whole[axis])
			}
			return stored(place)
		}
	}
	if v.Transpose {
		straight := at
		at = func(i int) float64 {
			place, stride := 0, product(v.shape)
			for axis := len(v.shape) - 1; axis >= 0; axis-- { // the last axis here is the first one there
				stride /= v.shape[axis]
				place += i % v.shape[axis] * stride
				i /= v.shape[axis]
			}
			return straight(place)
		}
	}
	return at
}

// stacked gives the numbers of views one below the other.
func stacked(views []view, cols int, data map[string][]byte) elements {
	at := views[0].numbers(data[views[0].Tensor])
	for i, size := 1, views[0].rows(cols)*cols; i < len(views); i++ {
		above, below, n := at, views[i].numbers(data[views[i].Tensor]), size
		at = func(i int) float64 {
			if i < n {
				return above(i)
			}
			return below(i - n)
		}
		size += views[i].rows(cols) * cols
	}
	return at
}

// product returns the number of elements of a shape, -1 where an axis is negative or the number overflows.
func product(shape []int) int {
	n := 1
	for _, d := range shape {
		if d < 0 || d > 0 && n > math.MaxInt/d {
			return -1
		}
		n *= d
	}
	return n
}
