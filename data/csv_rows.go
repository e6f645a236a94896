package data

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
)

// CSVRows reads a text table row by row.
type CSVRows struct {
	lines   *csvLines
	names   []string // of the wanted columns
	columns []int    // where they stand
	width   int      // fields of a line
	ahead   bool     // lines is at a row that was not dealt yet
}

// Names returns the names of the columns of a row.
func (c *CSVRows) Names() []string { return c.names }

// Dim returns the width of a row.
func (c *CSVRows) Dim() int { return len(c.columns) }

// ReadRow fills row, of length Dim, with the next row. After the last it returns io.EOF.
func (c *CSVRows) ReadRow(row []float64) error {
	if err := checkRow("csv", row, c.Dim()); err != nil {
		return err
	}
	if !c.ahead {
		if err := c.lines.next(); errors.Is(err, io.EOF) {
			return io.EOF
		} else if err != nil {
			return fmt.Errorf("data: csv: %w", err)
		}
	}
	c.ahead = false
	if n := len(c.lines.fields); n != c.width {
		return fmt.Errorf("data: csv: %s %d fields, the first has %d", c.lines.where(), n, c.width)
	}
	for i, j := range c.columns {
		v, err := parse(c.lines.fields[j])
		if c.lines.stray(j) {
			err = errors.New("a quote stands inside a quoted field")
		}
		if err != nil {
			return fmt.Errorf("data: csv: line %d, column %s: %w", c.lines.line, quote(c.names[i]), err)
		}
		row[i] = v
	}
	return nil
}

// parse reads a finite decimal number.
func parse(field []byte) (float64, error) {
	field = bytes.TrimSpace(field)
	if len(field) == 0 {
		return 0, errors.New("missing value")
	}
	v, err := strconv.ParseFloat(string(field), 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, fmt.Errorf("%s is beyond float64", shorten(string(field)))
	case err != nil || bytes.ContainsAny(field, "_xXpP"): // Go's 1_000 and 0x1p4
		return 0, fmt.Errorf("%s is not a number", quote(string(field)))
	case math.IsNaN(v) || math.IsInf(v, 0):
		return 0, fmt.Errorf("%s is not finite", field)
	}
	return v, nil
}
