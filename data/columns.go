package data

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"
)

// SelectColumns returns the columns of x (rows, dim) at the given places, from 0, in that order, as a new table of the
// type of x.
func SelectColumns(x *tensor.Dense, columns ...int) (*tensor.Dense, error) {
	if err := checkTable(x); err != nil {
		return nil, err
	}
	return columnsAt(x, columns)
}

// columnsAt is SelectColumns of what is a table but may miss values.
func columnsAt(x *tensor.Dense, columns []int) (*tensor.Dense, error) {
	dim := x.Shape()[1]
	if len(columns) == 0 {
		return nil, fmt.Errorf("data: none of the %d columns is selected", dim)
	}
	for _, j := range columns {
		if j < 0 || j >= dim {
			return nil, fmt.Errorf("data: no column %d in a table of %d", j, dim)
		}
	}
	if x.Dtype() == tensor.Float32 {
		return selectColumns(x.Float32s(), dim, columns), nil
	}
	return selectColumns(x.Float64s(), dim, columns), nil
}

func selectColumns[T float](values []T, dim int, columns []int) *tensor.Dense {
	selected := make([]T, 0, len(values)/dim*len(columns))
	for row := range slices.Chunk(values, dim) {
		for _, j := range columns {
			selected = append(selected, row[j])
		}
	}
	return newTable(selected, len(columns))
}
