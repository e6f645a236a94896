package data

import (
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/guard"
)

// Rows returns the values, row by row, as a table (len(values)/dim, dim) that shares their memory: Rows(2, 1, 2, 3, 4)
// has the rows (1, 2) and (3, 4). It is for numbers in a program's text and panics if they do not fill whole rows.
func Rows(dim int, values ...float64) *tensor.Dense {
	if dim < 1 || len(values) == 0 || len(values)%dim != 0 {
		panic(fmt.Sprintf("data: Rows: %d numbers do not fill rows of %d", len(values), dim))
	}
	return newTable(values, dim)
}

// newTable is values, row by row, as a table dim wide.
func newTable[T float](values []T, dim int) *tensor.Dense {
	return tensor.New(tensor.WithShape(len(values)/dim, dim), tensor.WithBacking(values))
}

// Float64s returns the numbers of the table x (rows, dim), row by row, in float64 and as a copy.
func Float64s(x *tensor.Dense) ([]float64, error) {
	if err := checkTable(x); err != nil {
		return nil, err
	}
	return float64s(x), nil
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

// Take returns the rows of x (rows, dim) at the given places, from 0, in that order, as a new table of the type of x.
func Take(x *tensor.Dense, places ...int) (*tensor.Dense, error) {
	if err := checkTable(x); err != nil {
		return nil, err
	}
	return takeRows(x, places)
}

// takeRows is Take of what is a table but may miss values.
func takeRows(x *tensor.Dense, places []int) (*tensor.Dense, error) {
	if len(places) == 0 {
		return nil, errors.New("data: none of the rows is taken")
	}
	for _, i := range places {
		if rows := x.Shape()[0]; i < 0 || i >= rows {
			return nil, fmt.Errorf("data: no row %d in a table of %d", i, rows)
		}
	}
	return selectRows(x, places), nil
}

// Concat returns the rows of the tables (rows, dim), one table after the other, as a new table. All have one width and
// one type.
func Concat(tables ...*tensor.Dense) (*tensor.Dense, error) {
	if len(tables) == 0 {
		return nil, errors.New("data: no tables to join")
	}
	for i, x := range tables {
		if err := checkTable(x); err != nil {
			return nil, err
		}
		if d, first := x.Shape()[1], tables[0].Shape()[1]; d != first || x.Dtype() != tables[0].Dtype() {
			return nil, fmt.Errorf("data: table %d is %d wide in %v, the first is %d wide in %v",
				i, d, x.Dtype(), first, tables[0].Dtype())
		}
	}
	if tables[0].Dtype() == tensor.Float32 {
		return concat(tables, (*tensor.Dense).Float32s), nil
	}
	return concat(tables, (*tensor.Dense).Float64s), nil
}

func concat[T float](tables []*tensor.Dense, numbers func(*tensor.Dense) []T) *tensor.Dense {
	var values []T
	for _, x := range tables {
		values = append(values, numbers(x)...)
	}
	return newTable(values, tables[0].Shape()[1])
}

// selectRows returns the rows of the table x at the given places as a new table of the type of x, and nil if there are
// none.
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

// SelectRows returns the rows of x (rows, dim) that keep wants, in their order, as a new table of the type of x. keep
// must not hold on to row. It is an error if none is left.
func SelectRows(x *tensor.Dense, keep func(row []float64) bool) (*tensor.Dense, error) {
	if err := checkTable(x); err != nil {
		return nil, err
	}
	return keepRows(x, keep)
}

// keepRows is SelectRows of what is a table but may miss values.
func keepRows(x *tensor.Dense, keep func(row []float64) bool) (*tensor.Dense, error) {
	var kept []int
	err := guard.Call("the choice of rows", func() error {
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
