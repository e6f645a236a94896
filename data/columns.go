package data

import (
	"fmt"
	"slices"

	"gorgonia.org/tensor"
)

// Table is a table with named columns, as files have it.
type Table struct {
	// Names are the columns' names, one each.
	Names []string
	// Rows are the numbers (rows, len(Names)).
	Rows *tensor.Dense
}

func (t Table) check() error {
	if err := checkTable(t.Rows); err != nil {
		return err
	}
	if dim := t.Rows.Shape()[1]; len(t.Names) != dim {
		return fmt.Errorf("data: %d names for %d columns", len(t.Names), dim)
	}
	return nil
}

// Select returns the named columns in the order given, as a copy.
func (t Table) Select(names ...string) (Table, error) {
	if err := t.check(); err != nil {
		return Table{}, err
	}
	columns, err := find(names, t.Names)
	if err != nil {
		return Table{}, fmt.Errorf("data: %w", err)
	}
	return t.at(columns)
}

// Drop returns the table without the named columns, as a copy.
func (t Table) Drop(names ...string) (Table, error) {
	if err := t.check(); err != nil {
		return Table{}, err
	}
	drop, err := find(names, t.Names)
	if err != nil {
		return Table{}, fmt.Errorf("data: %w", err)
	}
	gone := make([]bool, len(t.Names))
	for _, j := range drop {
		gone[j] = true
	}
	var keep []int
	for j := range t.Names {
		if !gone[j] {
			keep = append(keep, j)
		}
	}
	return t.at(keep)
}

// at returns the columns at the given places.
func (t Table) at(columns []int) (Table, error) {
	rows, err := SelectColumns(t.Rows, columns...)
	if err != nil {
		return Table{}, err
	}
	selected := Table{Rows: rows}
	for _, j := range columns {
		selected.Names = append(selected.Names, t.Names[j])
	}
	return selected, nil
}

// SelectColumns returns the columns of x (rows, dim) at the given places, from 0, in that order, as a new table of the
// type of x.
func SelectColumns(x *tensor.Dense, columns ...int) (*tensor.Dense, error) {
	if err := checkTable(x); err != nil {
		return nil, err
	}
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
