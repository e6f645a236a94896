package data

import (
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/guard"
)

// newTable is values, row by row, as a table dim wide.
func newTable[T float](values []T, dim int) *tensor.Dense {
	return tensor.New(tensor.WithShape(len(values)/dim, dim), tensor.WithBacking(values))
}

// float64s returns the numbers of a table, in float64 and as a copy.
func float64s(x *tensor.Dense) []float64 {
	if x.Dtype() == tensor.Float64 {
		return slices.Clone(x.Float64s())
	}
	values := make([]float64, 0, x.Shape().TotalSize())
	for _, v := range x.Float32s() {
		values = append(values, float64(v))
	}
	return values
}

// selectRows returns the rows of the table x at the given places as a new
// table of the type of x, and nil if there are none.
func selectRows(x *tensor.Dense, rows []int) *tensor.Dense {
	if len(rows) == 0 {
		return nil
	}
	dim := x.Shape()[1]
	if x.Dtype() == tensor.Float32 {
		values := make([]float32, len(rows)*dim)
		gather(values, x.Float32s(), rows, dim)
		return newTable(values, dim)
	}
	values := make([]float64, len(rows)*dim)
	gather(values, x.Float64s(), rows, dim)
	return newTable(values, dim)
}

// SelectRows returns the rows of x (rows, dim) that keep wants, in their order,
// as a new table of the type of x. keep must not hold on to row. It is an error
// if none is left.
func SelectRows(x *tensor.Dense, keep func(row []float64) bool) (*tensor.Dense, error) {
	if err := checkTable(x); err != nil {
		return nil, err
	}
	var kept []int
	err := guard.Call("SelectRows' keep", func() error {
		i := 0
		for row := range slices.Chunk(float64s(x), x.Shape()[1]) {
			if keep(row) {
				kept = append(kept, i)
			}
			i++
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	if kept == nil {
		return nil, errors.New("data: none of the rows is selected")
	}
	return selectRows(x, kept), nil
}
