package table

import (
	"cmp"
	"errors"
	"io"
	"os"

	"github.com/go-ffjord/ffjord/data"
)

// batches deals the rows of a file.
type batches interface {
	// names of all columns of the file.
	names() []string
	// levels returns the categories of the columns once all rows are dealt, and gives those among the values numbers by
	// the alphabet where they were not known.
	levels(values []float64) map[string][]string
	// times are the kinds of the wanted columns that hold times.
	times() map[string]Kind
	// kept returns the columns that are kept, with their kinds as the first rows have them.
	kept() []keeper
	// next returns the next rows, as many as asked for or those that are left, with the categories of these rows where more are
	// allowed than were known. After the last it returns io.EOF. What it returns belongs to the caller.
	next() (batch, error)
	io.Closer
}

// Rows reads a table batch by batch.
type Rows struct {
	columns []string
	levels  map[string][]string
	kept    []Column
	of      batches
	pulled  *ahead
	waits   bool // Close waits for the reading goroutine, which nothing wakes where it waits for standard input
}

// Open starts to read the file batch by batch, while the caller works on the batch before.
func (f File) Open() (*Rows, error) {
	f.Batch = cmp.Or(f.Batch, 4096)
	if f.Path == "-" && f.Stdin == nil {
		f.Stdin = os.Stdin
	}
	r, err := f.rows()
	if err != nil {
		return nil, f.named(err)
	}
	r.pulled, r.waits = f.readAhead(r.of), f.Path != "-"
	return r, nil
}

// Names returns the names of the columns of a batch.
func (r *Rows) Names() []string { return r.columns }

// Kept returns the columns of [File.Keep], with their kinds as the first rows have them: "" where these have none.
func (r *Rows) Kept() []Column { return r.kept }

// Batch are some rows of a file: the wanted columns, and those that are kept.
type Batch struct {
	data.Table
	Kept Kept
}

// Next returns the next rows. After the last it returns io.EOF.
func (r *Rows) Next() (Batch, error) {
	b, err := r.pulled.next()
	if err != nil {
		return Batch{}, err
	}
	if b.levels == nil {
		b.levels = r.levels
	}
	t := data.Table{Names: r.columns, Rows: data.Rows(len(r.columns), b.values...), Levels: b.levels}
	return Batch{t, b.kept}, nil
}

// Each calls do with each batch of the file.
func (f File) Each(do func(Batch) error) error {
	rows, err := f.Open()
	if err != nil {
		return err
	}
	for {
		b, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return rows.Close()
		}
		if err == nil {
			err = do(b)
		}
		if err != nil {
			return errors.Join(err, rows.Close())
		}
	}
}

// Close ends the reading. It may be called once.
func (r *Rows) Close() error {
	close(r.pulled.quit)
	if !r.waits {
		return nil
	}
	r.pulled.done.Wait()
	return r.of.Close()
}
