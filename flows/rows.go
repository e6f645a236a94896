package flows

import (
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

// rowsOf returns the elements of x, row-major and in the flow's type, and the row count.
func rowsOf[T graph.Float](x *tensor.Dense, dim int) ([]T, int, error) {
	return matrixOf[T](x, dim, "data")
}

// matrixOf returns the elements of a matrix of cols columns, row-major and in the flow's type, and the row count.
func matrixOf[T graph.Float](x *tensor.Dense, cols int, what string) ([]T, int, error) {
	if x == nil {
		return nil, 0, fmt.Errorf("flows: the %s are nil", what)
	}
	if x.Dims() != 2 || x.Shape()[1] != cols || x.Shape()[0] < 1 {
		return nil, 0, fmt.Errorf("flows: %s of shape %v: want (rows, %d) with at least one row", what, x.Shape(), cols)
	}
	if s := x.Strides(); x.RequiresIterator() || len(s) != 2 || s[0] != cols || s[1] != 1 {
		return nil, 0, fmt.Errorf("flows: the %s are a view or column-major; Materialize them row-major first", what)
	}
	var out []T
	var err error
	switch values := x.Data().(type) {
	case []float32:
		out, err = elements[T](values, cols, what)
	case []float64:
		out, err = elements[T](values, cols, what)
	default:
		err = fmt.Errorf("flows: %s of type %v: want float32 or float64", what, x.Dtype())
	}
	return out, x.Shape()[0], err
}

// elements converts finite values to the flow's type.
func elements[T, S graph.Float](values []S, cols int, what string) ([]T, error) {
	if err := finite(values, cols, "of the "+what); err != nil {
		return nil, err
	}
	if same, ok := any(values).([]T); ok {
		return same, nil
	}
	out := convert[T](values)
	for i, v := range out {
		if math.IsInf(float64(v), 0) {
			return nil, fmt.Errorf("flows: row %d of the %s, column %d, is %v, which overflows the flow's %T", i/cols, what, i%cols, values[i], v)
		}
	}
	return out, nil
}

// finite reports the first element that is NaN or infinite.
func finite[T graph.Float](data []T, dim int, what string) error {
	for i, v := range data {
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return fmt.Errorf("flows: row %d %s, column %d, is %v", i/dim, what, i%dim, v)
		}
	}
	return nil
}

func convert[T, S graph.Float](values []S) []T {
	out := make([]T, len(values))
	for i, v := range values {
		out[i] = T(v)
	}
	return out
}
