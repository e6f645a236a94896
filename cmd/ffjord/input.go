package main

import (
	"unicode/utf8"

	"github.com/alecthomas/kong"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows/model"
)

// input are the flags that say how a file is written.
type input struct {
	Delimiter    string   `help:"Character between the fields of a text, or tab. Without it one of , ; | and tab is recognised." placeholder:"CHAR" group:"Input"`
	Decimal      string   `help:"Character in front of decimals, a point or a comma. Without it a comma is recognised where it separates no fields." placeholder:"CHAR" group:"Input"`
	NoHeader     bool     `help:"The first line of a text is a row; its columns are called 0, 1, ..." group:"Input"`
	NumericNames bool     `help:"The first line of a text has names, though all are numbers." group:"Input"`
	Missing      []string `help:"Texts that stand for a missing value, beside NA, NaN, null and empty ones." placeholder:"TEXT" group:"Input"`
	Array        string   `help:"Array of an .npz file with several. Without it they are listed." placeholder:"NAME" group:"Input"`
}

// words are the flags as they were given.
func (i input) words() []string {
	var words []string
	for _, flag := range [][2]string{{"-delimiter", i.Delimiter}, {"-decimal", i.Decimal}, {"-missing", kong.JoinEscaped(i.Missing, ',')}, {"-array", i.Array}} {
		if flag[1] != "" {
			words = append(words, flag[0], flag[1])
		}
	}
	if i.NoHeader {
		words = append(words, "-no-header")
	}
	if i.NumericNames {
		words = append(words, "-numeric-names")
	}
	return words
}

// rows returns the table of rows for a model. One without names, an array's, has the model's columns in their order,
// where nothing says which of them are given. Categories that the model has not seen are dealt, for it to tell of.
func (i input) rows(a *app, path string, m *model.Model) (table.File, error) {
	f, err := i.file(a, path)
	f.Columns, f.Levels, f.Times, f.Fixed, f.OpenLevels = m.Inputs(), m.Levels(), times(m), true, true
	if len(m.Given.Columns) == 0 {
		f.Names = m.Inputs()
	}
	return f, err
}

// conditions reads the table of conditions for a model.
func (i input) conditions(a *app, path string, m *model.Model) (data.Table, error) {
	f, err := i.file(a, path)
	if err != nil {
		return data.Table{}, err
	}
	f.Columns, f.Levels, f.Times, f.Fixed = m.Given.Inputs(), m.Given.Levels(), times(m), true
	return f.Read()
}

// times are the kinds of the model's columns that hold times.
func times(m *model.Model) map[string]table.Kind {
	kinds := make(map[string]table.Kind)
	for name, as := range m.About.Times() {
		kinds[name] = table.Kind(as)
	}
	return kinds
}

// columnsOf are the model's columns of those names as a file has them, and others, which hold numbers.
func columnsOf(m *model.Model, names []string, integers ...string) []table.Column {
	return table.ColumnsOf(names, m.Levels(), append(integers, m.About.Integers()...), times(m))
}

// file returns the table of that path, written as the flags say.
func (i input) file(a *app, path string) (table.File, error) {
	f := table.File{
		Path: path, Stdin: a.in, NoHeader: i.NoHeader, NumericNames: i.NumericNames, Missing: i.Missing, Array: i.Array,
	}
	switch i.Decimal {
	case "":
	case ".", ",":
		f.Decimal = rune(i.Decimal[0])
	default:
		return f, usagef("-decimal %q, want . or ,", i.Decimal)
	}
	switch r, size := utf8.DecodeRuneInString(i.Delimiter); {
	case i.Delimiter == "":
	case i.Delimiter == "tab" || i.Delimiter == `\t`:
		f.Comma = '\t'
	case size != len(i.Delimiter) || r >= utf8.RuneSelf || r == '"' || r == '\n' || r == '\r':
		return f, usagef("-delimiter %q, want one character of ASCII that is no quote, or tab", i.Delimiter)
	default:
		f.Comma = r
	}
	if f.Decimal == ',' && f.Comma == ',' {
		return f, usagef("-delimiter , and -decimal , want two characters")
	}
	return f, nil
}
