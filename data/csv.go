package data

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/go-ffjord/ffjord/internal/place"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// CSV says how a text table is written and which of its columns are wanted. The zero value wants all columns of
// comma-separated lines below a line of names.
//
// Fields may be quoted, as RFC 4180 has it. Space around a number and empty lines are ignored, lines may end with LF,
// CRLF or CR, and a byte order mark tells UTF-16 from UTF-8. Quotes in wrong places are taken as they stand in a column
// that is not wanted.
type CSV struct {
	// Comma separates fields. Zero means ','.
	Comma rune
	// Decimal stands between the whole part of a number and its decimals: '.', which zero means, or ','.
	Decimal rune
	// NoHeader says that the first line holds numbers already. The columns are then called "0", "1" and so on.
	NoHeader bool
	// NumericNames says that the first line holds names though all of them are numbers, as pandas writes the columns of
	// an array. Without it or NoHeader such a line is refused: it could be either.
	NumericNames bool
	// NumberNames says that columns of one name are to be called a, a.1, a.2 and so on. Without it names that more than
	// one of the wanted columns has are refused.
	NumberNames bool
	// Columns are the names of the wanted columns, in the wanted order. Nil means all. Columns that are not wanted may
	// hold anything.
	Columns []string
	// Missing are the texts that stand for a missing value, such as "" and "NA": it becomes NaN. Nil refuses them.
	Missing []string
	// Categories are the names of wanted columns that hold categories: any text becomes the number of its place in
	// [Table.Levels], where Read puts them in alphabetical order.
	Categories []string
	// Levels are the categories of such columns as they are known from another table, the one that a model was trained
	// on. A category that is none of them is refused, by a [*CategoryError].
	Levels map[string][]string
	// OpenLevels takes others too, which come behind those of Levels in [Table.Levels]: a [Transform] says of their
	// rows what it can't take.
	OpenLevels bool
	// Parse are functions that give the number of a text in the named columns: of a date, for one. They are called with
	// texts that are not missing, by several goroutines where these read.
	Parse map[string]func(text string) (float64, error)
	// MaxRow bounds the bytes of a row's text. A longer one is a [LimitError]. Zero means 64 MiB.
	MaxRow int
}

// ReadFile is [CSV.Read] of the named file. Errors name it.
func (c CSV) ReadFile(name string) (Table, error) {
	f, err := os.Open(name)
	if err != nil {
		return Table{}, fmt.Errorf("data: csv: %w", err)
	}
	defer f.Close()
	t, err := c.Read(f)
	if err != nil {
		return Table{}, place.In("data: "+name, err)
	}
	return t, nil
}

// Read reads the whole of r as a table of float64.
//
// A missing value that Missing does not list, a field that is no finite decimal number, and a line that has too few or
// too many fields are refused, by line (from 1) and column; so are a wanted column that is not there and a table
// without rows.
func (c CSV) Read(r io.Reader) (Table, error) {
	rows, err := c.rows(r)
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
			rows.sortLevels(values)
			return Table{Names: rows.Names(), Rows: newTable(values, rows.Dim()), Levels: rows.Levels()}, nil
		case err != nil:
			return Table{}, err
		}
		values = append(values, row...)
	}
}

// Open returns a function that opens the named file, for [NewStream].
func (c CSV) Open(name string) func() (RowReader, error) {
	return opening(name, func(r io.Reader) (RowReader, error) { return c.Rows(r) })
}

// Rows starts to read r line by line. Which categories there are must be known before: by Levels, Categories alone
// won't do.
func (c CSV) Rows(r io.Reader) (*CSVRows, error) {
	for _, name := range c.Categories {
		if _, ok := c.Levels[name]; !ok {
			return nil, fmt.Errorf("data: csv: row by row the categories of column %s must be known: want it in Levels",
				quote.Text(name))
		}
	}
	return c.rows(r)
}

func (c CSV) rows(r io.Reader) (*CSVRows, error) {
	if c.Decimal != 0 && c.Decimal != '.' && c.Decimal != ',' || c.Decimal == ',' && cmp.Or(c.Comma, ',') == ',' {
		return nil, fmt.Errorf("data: csv: Decimal %q where %q separates fields, want '.' or ',' and another Comma",
			c.Decimal, cmp.Or(c.Comma, ','))
	}
	text := bufio.NewReader(r)
	if err := checkText(text); err != nil {
		return nil, fmt.Errorf("data: csv: %w", err)
	}
	lines, err := newCSVLines(text, c.Comma, c.MaxRow)
	if err != nil {
		return nil, fmt.Errorf("data: csv: %w", err)
	}
	switch err := lines.next(); {
	case errors.Is(err, io.EOF):
		return nil, errors.New("data: csv: no lines, want at least one")
	case err != nil:
		return nil, csvError(err)
	}
	first := make([]string, len(lines.fields))
	for i, field := range lines.fields {
		first[i] = strings.TrimSpace(string(field))
	}
	names := slices.Clone(first)
	switch {
	case c.NoHeader:
		for i := range names {
			names[i] = strconv.Itoa(i)
		}
	case slices.ContainsFunc(first, func(s string) bool { return strings.Contains(s, "\x00") }):
		return nil, fmt.Errorf("data: csv: line %d holds bytes of zero: want UTF-8, or UTF-16 with a byte order mark",
			lines.line)
	case numbersOnly(first) && !c.NumericNames:
		return nil, fmt.Errorf("data: csv: line %d holds numbers and no names; set NoHeader if it is the first row, "+
			"NumericNames if these are names", lines.line)
	}
	if c.NumberNames {
		names = numbered(names)
	}
	rows := &CSVRows{lines: lines, width: len(first), ahead: c.NoHeader, commas: c.Decimal == ','}
	if c.Columns == nil {
		if twice := shared(names); twice != "" {
			return nil, fmt.Errorf("data: csv: %s; set Columns to choose others, NumberNames to tell them apart", twice)
		}
		rows.names, rows.columns = names, upTo(len(names))
		return rows, c.read(rows)
	}
	if len(c.Columns) == 0 {
		return nil, errors.New("data: csv: no columns wanted")
	}
	if twice := shared(c.Columns); twice != "" {
		return nil, fmt.Errorf("data: csv: Columns: %s", twice)
	}
	if rows.columns, err = find(c.Columns, names); err != nil {
		return nil, fmt.Errorf("data: csv: %w", err)
	}
	rows.names = slices.Clone(c.Columns)
	return rows, c.read(rows)
}

// read says what the fields of the rows mean.
func (c CSV) read(rows *CSVRows) error {
	rows.missing = make(map[string]bool)
	for _, text := range c.Missing {
		rows.missing[text] = true
		_, err := parse([]byte(text))
		rows.numbersMissing = rows.numbersMissing || err == nil
	}
	rows.categories = make([]*categories, len(rows.names))
	at, err := find(c.Categories, rows.names)
	if err != nil {
		return fmt.Errorf("data: csv: Categories: %w", err)
	}
	for _, j := range at {
		rows.categories[j] = newCategories(nil)
	}
	for j, name := range rows.names {
		if levels, ok := c.Levels[name]; ok {
			rows.categories[j] = newCategories(levels)
			rows.categories[j].closed = !c.OpenLevels
		}
	}
	rows.parse = make([]func(string) (float64, error), len(rows.names))
	for j, name := range rows.names {
		rows.parse[j] = c.Parse[name]
		if rows.parse[j] != nil && rows.categories[j] != nil {
			return fmt.Errorf("data: csv: column %s is one of Parse and of categories, want one of them", quote.Text(name))
		}
	}
	return nil
}

// numbersOnly reports whether all fields are numbers.
func numbersOnly(fields []string) bool {
	return !slices.ContainsFunc(fields, func(f string) bool {
		_, err := parse([]byte(f))
		return err != nil
	})
}
