package data

import (
	"fmt"
	"maps"
	"math"

	"gorgonia.org/tensor"
)

// Table is a table with named columns, as files have it: numbers, categories, and values that are missing.
type Table struct {
	// Names are the columns' names, one each.
	Names []string
	// Rows are the numbers (rows, len(Names)). NaN is a missing value.
	Rows *tensor.Dense
	// Levels are the categories of those columns, by name, that hold categories and not quantities: the number k stands
	// for the k-th of them, from 0. Nil is none.
	Levels map[string][]string
}

// checkShape refuses what is no table, without a look at the numbers.
func (t Table) checkShape() error {
	if err := checkShape(t.Rows); err != nil {
		return err
	}
	if dim := t.Rows.Shape()[1]; len(t.Names) != dim {
		return fmt.Errorf("data: %d names for %d columns", len(t.Names), dim)
	}
	return nil
}

// check refuses what is no table. Values may be missing.
func (t Table) check() error {
	if err := t.checkShape(); err != nil {
		return err
	}
	return checkNumbers(t.Rows, func(f float64) bool { return !math.IsInf(f, 0) })
}

// Len returns the number of rows, 0 of a Table without.
func (t Table) Len() int {
	if t.checkShape() != nil {
		return 0
	}
	return t.Rows.Shape()[0]
}

// Row returns row i, from 0, as a copy, and nil if there is none.
func (t Table) Row(i int) []float64 {
	if n := t.Len(); i < 0 || i >= n {
		return nil
	}
	return float64s(selectRows(t.Rows, []int{i}))
}

// Column returns the numbers of the named column as a copy.
func (t Table) Column(name string) ([]float64, error) {
	one, err := t.Select(name)
	if err != nil {
		return nil, err
	}
	return float64s(one.Rows), nil
}

// Select returns the named columns in the order given, as a copy.
func (t Table) Select(names ...string) (Table, error) {
	if err := t.check(); err != nil {
		return Table{}, err
	}
	if twice := shared(names); twice != "" {
		return Table{}, fmt.Errorf("data: select: %s", twice)
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

// Take returns the rows at the given places, from 0, in that order, as a copy.
func (t Table) Take(places ...int) (Table, error) {
	if err := t.check(); err != nil {
		return Table{}, err
	}
	rows, err := takeRows(t.Rows, places)
	if err != nil {
		return Table{}, err
	}
	return Table{Names: t.Names, Rows: rows, Levels: t.Levels}, nil
}

// Where returns the rows that keep wants, in their order, as a copy. keep is given a row by the table's columns and
// must not hold on to it. It is an error if no row is left.
func (t Table) Where(keep func(row []float64) bool) (Table, error) {
	if err := t.check(); err != nil {
		return Table{}, err
	}
	rows, err := keepRows(t.Rows, keep)
	if err != nil {
		return Table{}, err
	}
	return Table{Names: t.Names, Rows: rows, Levels: t.Levels}, nil
}

// at returns the columns at the given places.
func (t Table) at(columns []int) (Table, error) {
	rows, err := columnsAt(t.Rows, columns)
	if err != nil {
		return Table{}, err
	}
	selected := Table{Rows: rows}
	for _, j := range columns {
		selected.Names = append(selected.Names, t.Names[j])
	}
	selected.Levels = t.levels(selected.Names)
	return selected, nil
}

// levels returns the categories of the named columns alone, nil if none of them has any.
func (t Table) levels(names []string) map[string][]string {
	some := make(map[string][]string)
	for _, name := range names {
		if l, ok := t.Levels[name]; ok {
			some[name] = l
		}
	}
	if len(some) == 0 {
		return nil
	}
	return maps.Clone(some)
}
