// Package table reads and writes the files of ffjord: CSV, JSON lines, .npy, .npz and Parquet, plain or compressed, whole or in
// batches of rows that take bounded memory. Where a CSV file can be cut into rows, several goroutines parse it.
//
// Errors name the file, the line or row, and the column.
package table

import (
	"math"
	"slices"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
)

// Kind is what a column holds.
type Kind string

// The kinds of columns.
const (
	Number   Kind = "number"
	Integer  Kind = "integer"
	Category Kind = "category"
)

// Column is a column of a file.
type Column struct {
	Name   string   `json:"name"`
	Kind   Kind     `json:"kind"`
	Levels []string `json:"levels,omitempty"` // of a category
	Kept   bool     `json:"kept,omitempty"`   // it is one of [Kept], and not of numbers
	Whole  bool     `json:"-"`                // all its numbers are whole
}

// Columns says what the columns of a table hold, of which some are known to hold times: a column of other numbers that are
// all whole is one of integers.
func Columns(t data.Table, times map[string]Kind) []Column {
	columns := make([]Column, len(t.Names))
	for j, name := range t.Names {
		columns[j] = Column{Name: name, Kind: Integer}
		if levels, ok := t.Levels[name]; ok {
			columns[j].Kind, columns[j].Levels = Category, levels
		}
	}
	const most = 1 << 53 // beyond it float64 holds no other numbers than whole ones
	dim, some := len(columns), make([]bool, len(columns))
	for i, v := range Values(t) {
		c := &columns[i%dim]
		if !math.IsNaN(v) {
			some[i%dim] = true
			if c.Kind == Integer && (v != math.Trunc(v) || math.Abs(v) > most) {
				c.Kind = Number
			}
		}
	}
	for j := range columns {
		c := &columns[j]
		if !some[j] && c.Kind == Integer {
			c.Kind = Number
		}
		c.Whole = c.Kind == Integer
		if as, ok := times[c.Name]; ok {
			c.Kind = as
		}
	}
	return columns
}

// Values returns the numbers of a table row by row, where NaN is missing. They are the table's own where it is one of
// float64.
func Values(t data.Table) []float64 {
	if t.Rows.Dtype() == tensor.Float64 {
		return t.Rows.Float64s()
	}
	narrow := t.Rows.Float32s()
	values := make([]float64, len(narrow))
	for i, v := range narrow {
		values[i] = float64(v)
	}
	return values
}

// ColumnsOf returns the columns of those names, of which some hold categories, some whole numbers, and some times.
func ColumnsOf(names []string, levels map[string][]string, integers []string, times map[string]Kind) []Column {
	columns := make([]Column, len(names))
	for j, name := range names {
		columns[j] = Column{Name: name, Kind: Number}
		if known, ok := levels[name]; ok {
			columns[j].Kind, columns[j].Levels = Category, known
		} else if as, ok := times[name]; ok {
			columns[j].Kind = as
		} else if slices.Contains(integers, name) {
			columns[j].Kind = Integer
		}
	}
	return columns
}
