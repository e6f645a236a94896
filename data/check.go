package data

import (
	"errors"
	"fmt"
	"math"

	"gorgonia.org/tensor"
)

// float is what a table's numbers may be.
type float interface{ float32 | float64 }

// checkTable refuses a tensor that is not a table of finite numbers.
func checkTable(x *tensor.Dense) error {
	if err := checkShape(x); err != nil {
		return err
	}
	return checkNumbers(x, func(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) })
}

// checkShape refuses a tensor that is not a table: 2-D with at least one row and one column, row-major and contiguous,
// float32 or float64.
func checkShape(x *tensor.Dense) error {
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
		return fmt.Errorf("data: table of shape %v is not contiguous row-major (strides %v); Materialize it first",
			shape, strides)
	}
	if t := x.Dtype(); t != tensor.Float32 && t != tensor.Float64 {
		return fmt.Errorf("data: table is of %v, want float32 or float64", t)
	}
	return nil
}

// checkNumbers refuses a table with a number that is not good.
func checkNumbers(x *tensor.Dense, good func(float64) bool) error {
	if x.Dtype() == tensor.Float32 {
		return checkEach(x.Float32s(), x.Shape()[1], good)
	}
	return checkEach(x.Float64s(), x.Shape()[1], good)
}

func checkEach[T float](values []T, dim int, good func(float64) bool) error {
	for i, v := range values {
		if f := float64(v); !good(f) {
			return fmt.Errorf("data: row %d, column %d is %v, want finite numbers", i/dim, i%dim, f)
		}
	}
	return nil
}
