package table

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/internal/atomicfile"
)

// Output is what rows are written to. What was written before may be written over.
type Output interface {
	io.Writer
	io.WriterAt
}

// Encoder writes rows in one of the formats.
type Encoder interface {
	// Write writes rows, one after the other: the columns that are kept, which stand first, and numbers for all others. A
	// category is its number, NaN is missing.
	Write(kept Kept, rows []float64) error
	// Close writes what comes after the last row.
	Close() error
}

// Appender is an Encoder of a file that grows by its rows alone, whatever stands before and behind them: so rows can be
// encoded by several goroutines, and writing can go on in the middle.
type Appender interface {
	Encoder
	// Append appends rows as they are written.
	Append(to []byte, kept Kept, rows []float64) []byte
	// WriteRows writes so many rows that Append has made.
	WriteRows(text []byte, rows int) error
}

// CheckOutput says what is wrong with the name of a file to be written.
func CheckOutput(path string) error {
	as, compressed := formatOf(path)
	if compressed != "" && as != text && as != jsonLines {
		return &Error{File: path, Err: fmt.Errorf("%s is not written compressed, want it without %s", as, compressed)}
	}
	if !slices.Contains([]string{".csv", ".tsv", ".txt", ".npy", ".parquet", ".jsonl", ".ndjson"}, ending(path)) {
		return &Error{File: path, Err: errors.New("want a name that ends with .csv, .tsv, .npy, .parquet or .jsonl, " +
			"which says how it is written; .gz or .zst behind a text")}
	}
	return nil
}

// NewEncoder returns one for the format that the path is called by.
func NewEncoder(path string, out Output, columns []Column) (Encoder, error) {
	if err := CheckOutput(path); err != nil {
		return nil, err
	}
	switch as, compressed := formatOf(path); {
	case as == parquet:
		return newParquetEncoder(out, columns), nil
	case compressed == ".gz":
		return newSqueezed(as, gzip.NewWriter(out), columns, comma(path))
	case compressed == ".zst":
		zip, err := zstd.NewWriter(out, zstd.WithEncoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		return newSqueezed(as, zip, columns, comma(path))
	}
	return NewAppender(path, out, columns, 0)
}

// NewAppender returns one for the format that the path is called by, see [Appends]; rows already written to out are not
// written again.
func NewAppender(path string, out Output, columns []Column, already int) (Appender, error) {
	switch as, _ := formatOf(path); as {
	case npy:
		return newNPYEncoder(out, columns, already)
	case jsonLines:
		return newJSONEncoder(out, columns)
	}
	return newCSVEncoder(out, columns, comma(path), already), nil
}

// ending is that of a name, without what says how it is compressed.
func ending(path string) string {
	_, compressed := formatOf(path)
	return strings.ToLower(filepath.Ext(path[:len(path)-len(compressed)]))
}

// comma is what separates the fields of a text of that name.
func comma(path string) byte {
	if ending(path) == ".tsv" {
		return '\t'
	}
	return ','
}

// NewCSV returns an encoder for lines of text.
func NewCSV(w io.Writer, columns []Column) Appender { return newCSVEncoder(w, columns, ',', 0) }

// NewJSONLines returns an encoder that writes an object for each row on a line of its own.
func NewJSONLines(w io.Writer, columns []Column) (Appender, error) { return newJSONEncoder(w, columns) }

// squeezed closes the compression behind a text.
type squeezed struct {
	Encoder
	zip io.Closer
}

func newSqueezed(as layout, zip io.WriteCloser, columns []Column, comma byte) (Encoder, error) {
	if as != jsonLines {
		return squeezed{newCSVEncoder(zip, columns, comma, 0), zip}, nil
	}
	lines, err := newJSONEncoder(zip, columns)
	return squeezed{lines, zip}, err
}

func (s squeezed) Close() error { return errors.Join(s.Encoder.Close(), s.zip.Close()) }

// Typed reports whether a file of that name has a type for each column, which must be known before its first row.
func Typed(path string) bool {
	as, _ := formatOf(path)
	return as == parquet
}

// NumbersAlone reports whether a file of that name holds no texts.
func NumbersAlone(path string) bool {
	as, _ := formatOf(path)
	return as == npy
}

// Appends reports whether a file of that name grows by its rows alone, so that writing can go on in the middle.
func Appends(path string) bool {
	as, compressed := formatOf(path)
	return compressed == "" && (as == text || as == npy || as == jsonLines)
}

// Writer writes a file that appears whole or not at all.
type Writer struct {
	Encoder
	file *atomicfile.File // nil of standard output
}

// Create begins to write a table. "-" is stdout, as CSV.
func Create(path string, stdout io.Writer, columns []Column) (*Writer, error) {
	if path == "-" {
		return &Writer{Encoder: newCSVEncoder(stdout, columns, ',', 0)}, nil
	}
	if err := CheckOutput(path); err != nil {
		return nil, err
	}
	file, err := atomicfile.Create(path)
	if err != nil {
		return nil, err
	}
	e, err := NewEncoder(path, file, columns)
	if err != nil {
		return nil, errors.Join(err, file.Abort())
	}
	return &Writer{e, file}, nil
}

// Close makes the file appear.
func (w *Writer) Close() error {
	err := w.Encoder.Close()
	switch {
	case w.file == nil:
		return err
	case err != nil:
		return errors.Join(err, w.file.Abort())
	}
	return w.file.Commit()
}

// Abort leaves no file. After Close it does nothing.
func (w *Writer) Abort() {
	if w.file != nil {
		_ = w.file.Abort() // nothing is lost but what was not wanted
	}
}

// Write writes a whole table, whose columns of those names hold whole numbers alone.
func Write(path string, stdout io.Writer, t data.Table, integers []string) error {
	w, err := Create(path, stdout, ColumnsOf(t.Names, t.Levels, integers, nil))
	if err != nil {
		return err
	}
	defer w.Abort()
	if err := w.Write(Kept{}, Values(t)); err != nil {
		return err
	}
	return w.Close()
}

// Try tells whether a file of that name can be made, and leaves none.
func Try(path string) error {
	f, err := atomicfile.Create(path)
	if err != nil {
		return err
	}
	return f.Abort()
}
