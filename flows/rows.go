package flows

import (
	"math"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

// table is a matrix of a caller's, or some of its columns, in either element type. Its numbers are read when a worker
// takes its chunk: a call on many rows starts at once, and a row that is not finite fails alone.
type table struct {
	what   string    // in errors: "data"
	fault  error     // of a row that is not finite
	f32    []float32 // of the two that which is not nil
	f64    []float64
	rows   int
	cols   int
	stride int // between rows
	first  int // column of the matrix
}

// tableOf takes a matrix of so many columns and at least one row.
func tableOf(x *tensor.Dense, cols int, what string) (table, error) {
	t := table{what: what, fault: ErrRow, cols: cols, stride: cols}
	if x == nil {
		return t, inputError(what, nil, "the %s are nil", what)
	}
	if x.Dims() != 2 || x.Shape()[1] != cols || x.Shape()[0] < 1 {
		return t, inputError(what, x, "%s of shape %v: want (rows, %d) with at least one row", what, x.Shape(), cols)
	}
	if s := x.Strides(); x.RequiresIterator() || len(s) != 2 || s[0] != cols || s[1] != 1 {
		return t, inputError(what, x, "the %s are a view or column-major; Materialize them row-major first", what)
	}
	t.rows = x.Shape()[0]
	switch values := x.Data().(type) {
	case []float32:
		t.f32 = values
	case []float64:
		t.f64 = values
	default:
		return t, inputError(what, x, "%s of type %v: want float32 or float64", what, x.Dtype())
	}
	return t, nil
}

// drawnTable takes the base's draws, row-major.
func drawnTable[T graph.Float](values []T, cols int) table {
	t := table{what: "base's sample", fault: ErrBase, rows: len(values) / cols, cols: cols, stride: cols}
	switch values := any(values).(type) {
	case []float32:
		t.f32 = values
	case []float64:
		t.f64 = values
	}
	return t
}

// columns returns cols columns from column first on.
func (t table) columns(first, cols int, what string) table {
	t.first, t.cols, t.what = t.first+first, cols, what
	return t
}

// at returns one number.
func (t table) at(row, col int) float64 {
	i := row*t.stride + t.first + col
	if t.f32 != nil {
		return float64(t.f32[i])
	}
	return t.f64[i]
}

// readColumns copies the rows from ... to into columns of the flow's type.
func readColumns[T graph.Float](dst [][]T, t table, from, to int) {
	for d, col := range dst {
		if start := from*t.stride + t.first + d; t.f32 != nil {
			gather(col[:to-from], t.f32[start:], t.stride)
		} else {
			gather(col[:to-from], t.f64[start:], t.stride)
		}
	}
}

func gather[T, S graph.Float](dst []T, src []S, stride int) {
	for i := range dst {
		dst[i] = T(src[i*stride])
	}
}

// isFinite reports whether v is neither NaN nor infinite.
func isFinite[T graph.Float](v T) bool { return v-v == 0 }

// finite reports whether all values are.
func finite[T graph.Float](values []T) bool {
	for _, v := range values {
		if !isFinite(v) {
			return false
		}
	}
	return true
}

// toNaN marks what has no value.
func toNaN[T graph.Float](values []T) {
	for i := range values {
		values[i] = T(math.NaN())
	}
}
