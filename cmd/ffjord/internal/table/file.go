package table

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// File says where a table is, how it is written and which of its columns are wanted. Only Path is required.
type File struct {
	// Path names a file, whose ending says how it is written: .csv, .tsv, .txt, .npy, .npz, .parquet, .jsonl or .ndjson; .gz
	// and .zst behind that say how it is compressed. Files of other names, and Stdin, which is "-", say it by their first
	// bytes.
	Path  string
	Stdin io.Reader
	// Comma separates the fields of a text. Zero looks which of , ; | and the tabulator it is.
	Comma rune
	// Decimal stands between the whole part of a number and its decimals in a text: '.' or ','. Zero looks which it is,
	// where Comma is not ','.
	Decimal rune
	// NoHeader says that the first line of a text is a row already. NumericNames says that it has names though all are
	// numbers.
	NoHeader, NumericNames bool
	// Missing are texts that stand for a missing value, beside those of [Missing]; where numbers are no texts, what these are.
	Missing []string
	// Array names the array of a .npz file. It may be empty where there is one alone.
	Array string
	// Columns are those that are wanted, in that order; nil is all. Exclude are those that are not. A column of a .npy
	// file is called by its number, from 0.
	Columns, Exclude []string
	// Categories names columns that hold categories whatever their first rows look like.
	Categories []string
	// Levels are the categories that columns have in a model; others are refused. A column that it does not name is one of
	// numbers then. Nil looks into the first rows.
	Levels map[string][]string
	// Times are the kinds of the columns that hold times in a model.
	Times map[string]Kind
	// Fixed says that the columns' kinds are known: those of Levels hold categories, those of Times times, and all others
	// numbers.
	Fixed bool
	// Names call the columns of an array, or of a text without a header, where these are as many and Columns are not their
	// numbers.
	Names []string
	// Follow ends a batch where the text would have to be waited for.
	Follow bool
	// Batch is the number of rows of a batch of Open. Zero means 4096.
	Batch int
	// Skip is the number of rows to leave out at the start, Most that of rows to read after them. Zero is all, less than zero none.
	Skip, Most int

	// Keep are columns that go through as they are, in [Batch.Kept], whether or not they are wanted, by Name; Kind says what
	// the texts of one mean, and "" looks into the first rows. KeepNumbers refuses those that hold other things than numbers.
	// They go with Open, and with Fixed.
	Keep        []Column
	KeepNumbers bool

	// OpenLevels deals rows with categories that Levels does not have too: they come behind these in the Levels of a batch.
	OpenLevels bool

	// Sample is the number of rows that Read keeps, drawn at random by Rand. Zero keeps all.
	Sample int
	Rand   *rand.Rand
	// Room is how many bytes the numbers that Read keeps may take. Zero is any, and more a [*RoomError].
	Room int64

	whole bool // all rows are read before one is used
}

// Name is what errors call the file.
func (f File) Name() string {
	if f.Path == "-" {
		return "standard input"
	}
	return f.Path
}

// layout is how a file is written.
type layout string

const (
	text      layout = "CSV"
	npy       layout = ".npy"
	npz       layout = ".npz"
	parquet   layout = "Parquet"
	jsonLines layout = "JSON lines"
)

// formatOf tells the layout by a name, and its compression: "", ".gz" or ".zst".
func formatOf(path string) (as layout, compressed string) {
	name := strings.ToLower(path)
	for _, ending := range []string{".gz", ".zst"} {
		if rest, ok := strings.CutSuffix(name, ending); ok {
			name, compressed = rest, ending
		}
	}
	switch {
	case strings.HasSuffix(name, ".npy"):
		return npy, compressed
	case strings.HasSuffix(name, ".npz"):
		return npz, compressed
	case strings.HasSuffix(name, ".parquet"):
		return parquet, compressed
	case slices.Contains([]string{".jsonl", ".ndjson", ".json"}, filepath.Ext(name)):
		return jsonLines, compressed
	}
	return text, compressed
}

// named reports whether the ending of a name says how the file is written. A pipe's does not.
func named(path string) bool {
	known := []string{".csv", ".tsv", ".txt", ".npy", ".npz", ".parquet", ".jsonl", ".ndjson", ".json"}
	return slices.Contains(known, ending(path))
}

// rows opens the file.
func (f File) rows() (*Rows, error) {
	r, as, closing, err := f.plain()
	if err != nil {
		return nil, err
	}
	rows := new(Rows)
	switch as {
	case jsonLines:
		rows.of, err = f.openJSON(r, closing)
	case npy:
		rows.of, err = f.openNPY(r, closing)
	case npz:
		rows.of, err = f.openNPZ(r, closing)
	case parquet:
		err = undamaged(func() (err error) {
			rows.of, err = f.openParquet(r, closing)
			return err
		})
	default:
		rows.of, err = f.openText(r, closing)
	}
	if err == nil {
		rows.columns, err = f.choose(rows.of.names())
	}
	if err == nil {
		err = checkUTF8(rows.columns)
	}
	if err == nil {
		rows.kept, err = keptColumns(rows.of.kept())
	}
	if err == nil && !f.whole {
		rows.levels, err = f.known(rows)
	}
	if err != nil {
		return nil, errors.Join(err, closing.Close())
	}
	return rows, nil
}

// known returns the categories of the columns, which must be known before rows are dealt one by one.
func (f File) known(rows *Rows) (map[string][]string, error) {
	if of, ok := rows.of.(interface{ unknown() string }); ok {
		if name := of.unknown(); name != "" {
			return nil, &Error{File: f.Name(), Column: name, Err: errors.New("its categories are not known before all rows " +
				"are read, want numbers")}
		}
	}
	levels := make(map[string][]string)
	for _, name := range rows.columns {
		if known, ok := f.Levels[name]; ok {
			levels[name] = known
		}
	}
	return levels, nil
}

// RoomError says that a file has more rows than there is room for.
type RoomError struct{ Rows, Columns int }

func (e *RoomError) Error() string {
	return fmt.Sprintf("more than %d rows of %d columns", e.Rows, e.Columns)
}

// Found is a table with what is known of its file.
type Found struct {
	data.Table
	Of    int             // rows of the file, of which Sample may be fewer
	Times map[string]Kind // of the columns that hold times
}

// Read reads the whole file.
func (f File) Read() (data.Table, error) {
	t, err := f.Find()
	return t.Table, err
}

// Find is Read that tells what it has found.
func (f File) Find() (t Found, err error) {
	f.whole = true
	rows, err := f.Open()
	if err != nil {
		return t, err
	}
	kept := reservoir{width: len(rows.columns), most: f.Sample, rng: f.Rand}
	for {
		b, err := rows.pulled.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			kept.add(b.values)
			if room := f.Room / 8; f.Room > 0 && int64(len(kept.values)) > room {
				err = f.named(&RoomError{Rows: max(1, int(room)/kept.width), Columns: kept.width})
			}
		}
		if err != nil {
			return t, errors.Join(err, rows.Close())
		}
	}
	if err := rows.Close(); err != nil {
		return t, f.named(err)
	}
	if kept.seen == 0 {
		return t, f.named(errors.New("no rows, want at least one"))
	}
	levels := rows.of.levels(kept.values)
	for _, name := range rows.columns {
		if err := checkUTF8(levels[name]); err != nil {
			return t, &Error{File: f.Name(), Column: name, Err: err}
		}
	}
	t.Table = data.Table{Names: rows.columns, Rows: data.Rows(kept.width, kept.values...), Levels: levels}
	t.Of, t.Times = kept.seen, rows.of.times()
	return t, nil
}

// reservoir keeps rows: all of them, or so many of which each that has come is one with the same probability (Vitter 1985,
// algorithm R).
type reservoir struct {
	width, most int // most is 0 of all
	rng         *rand.Rand
	values      []float64
	seen        int
}

func (r *reservoir) add(rows []float64) {
	for row := range slices.Chunk(rows, r.width) {
		r.seen++
		if r.most == 0 || r.seen <= r.most {
			r.values = append(r.values, row...)
		} else if at := r.rng.IntN(r.seen); at < r.most {
			copy(r.values[at*r.width:], row)
		}
	}
}

// Count returns the number of rows of the file. It parses no text.
func (f File) Count() (int, error) {
	f.Batch, f.whole = cmp.Or(f.Batch, 4096), true
	rows, err := f.rows()
	if err != nil {
		return 0, f.named(err)
	}
	n := 0
	if of, ok := rows.of.(interface{ count() (int, error) }); ok {
		n, err = of.count()
	} else {
		for err == nil {
			var b batch
			b, err = rows.of.next()
			n += len(b.values) / len(rows.columns)
		}
		if errors.Is(err, io.EOF) {
			err = nil
		}
	}
	if err = errors.Join(err, rows.of.Close()); err != nil {
		return 0, f.named(err)
	}
	return n, nil
}

// call returns the names of columns that have but numbers.
func (f File) call(numbers []string) []string {
	unknown := func(name string) bool { return !slices.Contains(numbers, name) }
	if len(f.Names) == len(numbers) && (f.Columns == nil || slices.ContainsFunc(f.Columns, unknown)) {
		return slices.Clone(f.Names)
	}
	return numbers
}

// choose returns the wanted ones of all columns.
func (f File) choose(all []string) ([]string, error) {
	wanted := f.Columns
	if wanted == nil {
		wanted = all
	}
	for _, name := range f.Columns {
		switch {
		case slices.Contains(all, name):
		case f.Fixed:
			return nil, fmt.Errorf("no column %s, want one of %s", quote.Text(name), list(all))
		default:
			return nil, f.Absent("columns", name, "column", all)
		}
	}
	for _, name := range f.Exclude {
		if !slices.Contains(all, name) {
			return nil, f.Absent("exclude", name, "column", all)
		}
	}
	wanted = slices.DeleteFunc(slices.Clone(wanted), func(name string) bool { return slices.Contains(f.Exclude, name) })
	if len(wanted) == 0 {
		return nil, fmt.Errorf("no column is left of %s, want at least one", list(all))
	}
	return wanted, nil
}
