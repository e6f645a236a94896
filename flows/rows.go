package flows

import (
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

// rowsOf returns the elements of x, row-major and in the flow's type, and the row count.
func rowsOf[T graph.Float](x *tensor.Dense, dim int) ([]T, int, error) {
	if x == nil {
		return nil, 0, fmt.Errorf("flows: the data are nil")
	}
	if x.Dims() != 2 || x.Shape()[1] != dim || x.Shape()[0] < 1 {
		return nil, 0, fmt.Errorf("flows: data of shape %v: want (rows, %d) with at least one row", x.Shape(), dim)
	}
	if x.RequiresIterator() || x.DataOrder().IsTransposed() {
		return nil, 0, fmt.Errorf("flows: the data are a view; materialize them first")
	}
	var out []T
	switch values := x.Data().(type) {
	case []T:
		out = values
	case []float32:
		out = convert[T](values)
	case []float64:
		out = convert[T](values)
	default:
		return nil, 0, fmt.Errorf("flows: data of type %v: want float32 or float64", x.Dtype())
	}
	if err := finite(out, dim, "of the data"); err != nil {
		return nil, 0, err
	}
	return out, x.Shape()[0], nil
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
