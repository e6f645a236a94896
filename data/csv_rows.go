package data

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// CSVRows reads a text table row by row.
type CSVRows struct {
	lines   *csv.Reader
	names   []string // of the wanted columns
	columns []int    // where they stand
	fields  int      // of a line
	first   []string // the line read ahead, if it is a row
	line    int      // where that stands
}

// Names returns the names of the columns of a row.
func (c *CSVRows) Names() []string { return c.names }

// Dim returns the width of a row.
func (c *CSVRows) Dim() int { return len(c.columns) }

// ReadRow fills row, of length Dim, with the next row. After the last it
// returns io.EOF.
func (c *CSVRows) ReadRow(row []float64) error {
	checkLength("csv", row, c.Dim())
	fields, line := c.first, c.line
	c.first = nil
	if fields == nil {
		var err error
		if fields, err = c.lines.Read(); errors.Is(err, io.EOF) {
			return io.EOF
		} else if err != nil {
			return fmt.Errorf("data: csv: %w", err)
		}
		line, _ = c.lines.FieldPos(0)
	}
	if len(fields) != c.fields {
		return fmt.Errorf("data: csv: line %d has %d fields, the first has %d", line, len(fields), c.fields)
	}
	for i, j := range c.columns {
		v, err := parse(fields[j])
		if err != nil {
			return fmt.Errorf("data: csv: line %d, column %q: %w", line, c.names[i], err)
		}
		row[i] = v
	}
	return nil
}

// parse reads a finite number.
func parse(field string) (float64, error) {
	field = strings.TrimSpace(field)
	if field == "" {
		return 0, errors.New("missing value")
	}
	v, err := strconv.ParseFloat(field, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, fmt.Errorf("%s is beyond float64", field)
	case err != nil:
		return 0, fmt.Errorf("%q is not a number", field)
	case math.IsNaN(v) || math.IsInf(v, 0):
		return 0, fmt.Errorf("%s is not finite", field)
	}
	return v, nil
}
