package data

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

// CSV says how a text table is written and which of its columns are wanted.
// The zero value wants all columns of comma-separated lines below a line of
// names. Fields may be quoted, as RFC 4180 has it; space around a number and a
// byte order mark are ignored, and so are empty lines.
type CSV struct {
	// Comma separates fields. Zero means ','.
	Comma rune
	// NoHeader says that the first line holds numbers already. The columns are
	// then called "0", "1" and so on.
	NoHeader bool
	// Columns are the names of the wanted columns, in the wanted order. Nil
	// means all. Columns that are not wanted may hold anything.
	Columns []string
}

// Read reads the whole of r as a table of float64.
//
// A missing value, a field that is no finite number, and a line that has too
// few or too many fields are refused, by line (from 1) and column; so are a
// wanted column that is not there and a table without rows.
func (c CSV) Read(r io.Reader) (Table, error) {
	rows, err := c.Rows(r)
	if err != nil {
		return Table{}, err
	}
	var values []float64
	row := make([]float64, rows.Dim())
	for {
		switch err := rows.ReadRow(row); {
		case errors.Is(err, io.EOF) && values == nil:
			return Table{}, errors.New("data: csv: no rows")
		case errors.Is(err, io.EOF):
			return Table{Names: rows.Names(), Rows: newTable(values, rows.Dim())}, nil
		case err != nil:
			return Table{}, err
		}
		values = append(values, row...)
	}
}

// Open returns a function that opens the named file, for [NewStream].
func (c CSV) Open(name string) func() (RowReader, error) {
	return func() (RowReader, error) {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		rows, err := c.Rows(f)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", name, err), f.Close())
		}
		return closing{rows, f}, nil
	}
}

// Rows starts to read r line by line.
func (c CSV) Rows(r io.Reader) (*CSVRows, error) {
	text := bufio.NewReader(r)
	if mark, _ := text.Peek(3); string(mark) == "\ufeff" {
		_, _ = text.Discard(3) // they are there
	}
	lines := csv.NewReader(text)
	lines.FieldsPerRecord = -1 // counted here, for a message that says more
	lines.ReuseRecord = true
	if c.Comma != 0 {
		lines.Comma = c.Comma
	}
	first, err := lines.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("data: csv: empty")
	}
	if err != nil {
		return nil, fmt.Errorf("data: csv: %w", err)
	}
	if !c.NoHeader && numbersOnly(first) {
		return nil, errors.New("data: csv: line 1 holds numbers and no names; set NoHeader if there is no header")
	}
	rows := &CSVRows{lines: lines, fields: len(first)}
	names := make([]string, len(first))
	for i, name := range first {
		names[i] = strings.TrimSpace(name)
		if c.NoHeader {
			names[i] = strconv.Itoa(i)
		}
	}
	if c.NoHeader {
		rows.first = slices.Clone(first)
		rows.line, _ = lines.FieldPos(0)
	}
	if c.Columns == nil {
		for i := range names {
			rows.columns = append(rows.columns, i)
		}
		rows.names = names
		return rows, nil
	}
	if len(c.Columns) == 0 {
		return nil, errors.New("data: csv: no columns wanted")
	}
	if rows.columns, err = find(c.Columns, names); err != nil {
		return nil, fmt.Errorf("data: csv: %w", err)
	}
	rows.names = slices.Clone(c.Columns)
	return rows, nil
}

// numbersOnly tells whether all fields are numbers.
func numbersOnly(fields []string) bool {
	return !slices.ContainsFunc(fields, func(f string) bool {
		_, err := strconv.ParseFloat(strings.TrimSpace(f), 64)
		return err != nil
	})
}
