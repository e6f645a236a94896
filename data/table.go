package data

import (
	"errors"
	"fmt"
	"math"

	"gorgonia.org/tensor"
)

// float is what a table's numbers may be.
type float interface{ float32 | float64 }

// checkTable refuses a tensor that is not a table: 2-D with at least one row and one column, row-major and contiguous,
// float32 or float64, all finite.
func checkTable(x *tensor.Dense) error {
	if x == nil {
		return errors.New("data: table is nil")
	}
	shape := x.Shape()
	if shape.Dims() != 2 {
		return fmt.Errorf("data: table has shape %v, want (rows, dim)", shape)
	}
	rows, dim := shape[0], shape[1]
	if rows < 1 || dim < 1 {
		return fmt.Errorf("data: table of shape %v is empty", shape)
	}
	strides := x.Strides()
	if x.RequiresIterator() || len(strides) != 2 || strides[0] != dim || strides[1] != 1 {
		return fmt.Errorf("data: table of shape %v is not contiguous row-major (strides %v); Materialize it first", shape, strides)
	}
	switch x.Dtype() {
	case tensor.Float32:
		return checkFinite(x.Float32s(), dim)
	case tensor.Float64:
		return checkFinite(x.Float64s(), dim)
	}
	return fmt.Errorf("data: table is of %v, want float32 or float64", x.Dtype())
}

func checkFinite[T float](values []T, dim int) error {
	for i, v := range values {
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return fmt.Errorf("data: row %d, column %d is %v, want finite numbers", i/dim, i%dim, v)
		}
	}
	return nil
}
