package data

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/go-ffjord/ffjord/internal/guard"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// CSVRows reads a text table row by row.
type CSVRows struct {
	lines   *csvLines
	names   []string // of the wanted columns
	columns []int    // where they stand
	width   int      // fields of a line
	ahead   bool     // lines is at a row that was not dealt yet

	missing        map[string]bool                 // texts
	numbersMissing bool                            // one of them is a number
	categories     []*categories                   // of each wanted column, nil of numbers
	parse          []func(string) (float64, error) // of each wanted column, nil of others than CSV.Parse has
	commas         bool                            // numbers have decimal commas
	buf            []byte                          // one of them, with a point
}

// Names returns the names of the columns of a row.
func (c *CSVRows) Names() []string { return c.names }

// Levels returns the categories of those columns that hold some, by name. Nil is none.
func (c *CSVRows) Levels() map[string][]string {
	var levels map[string][]string
	for j, of := range c.categories {
		if of == nil {
			continue
		}
		if levels == nil {
			levels = make(map[string][]string)
		}
		levels[c.names[j]] = slices.Clone(of.levels)
	}
	return levels
}

// sortLevels sorts the categories of columns where they were numbered as they came, in the rows that were read too.
func (c *CSVRows) sortLevels(values []float64) {
	for j, of := range c.categories {
		if of == nil || !of.sorts {
			continue
		}
		to := of.sorted()
		for i := j; i < len(values); i += c.Dim() {
			if !math.IsNaN(values[i]) {
				values[i] = float64(to[int(values[i])])
			}
		}
	}
}

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
			return csvError(err)
		}
	}
	c.ahead = false
	if n := len(c.lines.fields); n != c.width {
		return &LineError{Line: c.lines.line, Last: c.lines.last, Err: fmt.Errorf("%d fields, want %d as in the first", n, c.width)}
	}
	for i, j := range c.columns {
		v, err := c.value(i, c.lines.fields[j])
		if c.lines.stray(j) {
			err = errors.New("a quote stands inside a quoted field")
		}
		if err != nil {
			return &LineError{Line: c.lines.line, Last: c.lines.last, Column: c.names[i], Cell: true, Err: err}
		}
		row[i] = v
	}
	return nil
}

// Fields returns the texts of the row that ReadRow has read last, in all columns of the file, wanted or not. They are
// good until the next.
func (c *CSVRows) Fields() [][]byte { return c.lines.fields }

// Line returns the line where that row begins, from 1.
func (c *CSVRows) Line() int { return c.lines.line }

// csvError says of an error that does not say so that it is one of a text.
func csvError(err error) error {
	if line := (*LineError)(nil); errors.As(err, &line) {
		return err
	}
	return fmt.Errorf("data: csv: %w", err)
}

// LineError says which line of a text table can't be taken, or which cell of it.
type LineError struct {
	Field      int    // of the line, from 1, where one is known to be wrong and not what column it is in; 0 is none
	Line, Last int    // the first and the last line of the row, from 1; a quoted field may join several
	Column     string // of the cell
	Cell       bool   // it is one cell that can't be taken, and not the line
	Err        error
}

func (e *LineError) Error() string {
	switch {
	case e.Cell:
		return fmt.Sprintf("data: csv: line %d, column %s: %v", e.Line, quote.Text(e.Column), e.Err)
	case e.Field > 0:
		return fmt.Sprintf("data: csv: line %d, field %d: %v", e.Line, e.Field, e.Err)
	case e.Last > e.Line:
		return fmt.Sprintf("data: csv: lines %d to %d, joined by a quoted field, have %v", e.Line, e.Last, e.Err)
	}
	return fmt.Sprintf("data: csv: line %d has %v", e.Line, e.Err)
}

// Unwrap returns the cause.
func (e *LineError) Unwrap() error { return e.Err }

// value reads a field of the wanted column i.
func (c *CSVRows) value(i int, field []byte) (float64, error) {
	field = bytes.TrimSpace(field)
	of := c.categories[i]
	if c.parse[i] != nil {
		return c.parsed(i, string(field))
	}
	written := field
	if of == nil && c.commas {
		if bytes.IndexByte(field, '.') >= 0 {
			return 0, fmt.Errorf("%s, want a number with a decimal comma", quote.Text(string(field)))
		}
		c.buf = append(c.buf[:0], field...)
		if at := bytes.IndexByte(c.buf, ','); at >= 0 {
			c.buf[at] = '.'
		}
		field = c.buf
	}
	if of == nil && !c.numbersMissing {
		if v, ok := short(field); ok {
			return v, nil
		}
	}
	switch {
	case c.missing[string(written)]:
		return math.NaN(), nil
	case of == nil:
		v, err := parse(field)
		if err != nil && c.commas {
			err = fmt.Errorf("%s, want a number", quote.Text(string(written)))
		}
		return v, err
	case len(field) == 0:
		return 0, errMissing
	}
	return of.of(string(field))
}

// parsed reads a field of a column that has a function for that.
func (c *CSVRows) parsed(i int, field string) (v float64, err error) {
	switch {
	case c.missing[field]:
		return math.NaN(), nil
	case field == "":
		return 0, errMissing
	}
	err = guard.Call("CSV.Parse", func() (err error) {
		v, err = c.parse[i](field)
		return err
	})
	if err == nil && (math.IsNaN(v) || math.IsInf(v, 0)) {
		err = fmt.Errorf("%s is %v, want a finite number", quote.Text(field), v)
	}
	return v, err
}

var errMissing = errors.New("missing value, want one, or its text in CSV.Missing")

// parse reads a finite decimal number.
func parse(field []byte) (float64, error) {
	if len(field) == 0 {
		return 0, errMissing
	}
	v, err := strconv.ParseFloat(string(field), 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, fmt.Errorf("%s is beyond float64", quote.Cut(string(field)))
	case err != nil || isGo(field):
		return 0, fmt.Errorf("%s, want a number", quote.Text(string(field)))
	case math.IsNaN(v) || math.IsInf(v, 0):
		return 0, fmt.Errorf("%s is not finite", field)
	}
	return v, nil
}

// short reads a decimal number of few digits, which a float64 and a power of ten hold exactly, so that one division
// rounds as strconv does (Clinger 1990). Of all others it says so.
func short(field []byte) (v float64, ok bool) {
	negative := len(field) > 0 && field[0] == '-'
	if negative {
		field = field[1:]
	}
	if len(field) == 0 || len(field) > 16 {
		return 0, false
	}
	var digits uint64
	point := -1
	for i, b := range field {
		switch {
		case b >= '0' && b <= '9':
			digits = 10*digits + uint64(b-'0')
		case b == '.' && point < 0:
			point = i
		default:
			return 0, false
		}
	}
	if point == 0 && len(field) == 1 || digits > 1<<53 {
		return 0, false
	}
	v = float64(digits)
	if point >= 0 {
		v /= powersOfTen[len(field)-1-point]
	}
	if negative {
		v = -v
	}
	return v, true
}

// powersOfTen that a float64 holds.
var powersOfTen = [16]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// isGo reports whether a number is written as Go has it and no one else: 1_000, 0x1p4.
func isGo(number []byte) bool {
	digits := bytes.TrimLeft(number, "+-")
	return bytes.IndexByte(number, '_') >= 0 || len(digits) > 1 && digits[0] == '0' && digits[1]|0x20 == 'x'
}
