package data

import (
	"errors"
	"io"
	"iter"
	"os"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/place"
)

var (
	_ Source = (*Batches)(nil)
	_ Source = (*Stream)(nil)
)

// Source deals rows in batches, every row once an epoch: [Batches] from a table, [Stream] from files larger than
// memory.
type Source interface {
	// Len returns the number of batches of an epoch.
	Len() int
	// Epoch deals one epoch. A batch (rows, dim) is good until the next.
	Epoch() iter.Seq[*tensor.Dense]
	// Err returns what broke the last epoch off, nil if nothing did.
	Err() error
}

// RowReader reads rows one after another. One that has a method Names() []string tells what its columns are called.
type RowReader interface {
	// Dim returns the width of a row.
	Dim() int
	// ReadRow fills row, of length Dim, with the next row. After the last it returns io.EOF.
	ReadRow(row []float64) error
}

// opening returns a function that opens the named file and reads rows from it.
func opening(name string, rows func(io.Reader) (RowReader, error)) func() (RowReader, error) {
	return func() (RowReader, error) {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		r, err := rows(f)
		if err != nil {
			return nil, errors.Join(place.In("data: "+name, err), f.Close())
		}
		return closing{r, f, "data: " + name}, nil
	}
}

// closing is a reader of rows that closes what it reads from and names it in errors.
type closing struct {
	RowReader
	io.Closer
	place string // "data: rows.csv"
}

func (c closing) ReadRow(row []float64) error {
	err := c.RowReader.ReadRow(row)
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	return place.In(c.place, err)
}

// Names returns what the columns are called, nil where the file does not say.
func (c closing) Names() []string { return namesOf(c.RowReader) }

// Levels returns the categories of the columns, nil where the file does not say.
func (c closing) Levels() map[string][]string { return levelsOf(c.RowReader) }

// levelsOf returns the categories of the columns of r, a RowReader or a Source, by name, nil if it does not say.
func levelsOf(r any) map[string][]string {
	if of, ok := r.(interface{ Levels() map[string][]string }); ok {
		return of.Levels()
	}
	return nil
}

// namesOf returns what the columns of r, a RowReader or a Source, are called, nil if it does not say.
func namesOf(r any) []string {
	if named, ok := r.(interface{ Names() []string }); ok {
		return named.Names()
	}
	return nil
}
