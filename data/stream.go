package data

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"math/rand/v2"
	"slices"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/guard"
	"github.com/go-ffjord/ffjord/internal/place"
)

// Stream deals the rows of a file in batches without ever holding more of them than a window. Each epoch reads the file
// anew, from its start.
//
// The batches share one buffer: each is good until the next one is asked for. A Stream serves one goroutine and one
// epoch at a time.
type Stream struct {
	open                    func() (RowReader, error)
	names                   []string
	levels                  map[string][]string // of the first pass
	rows, dim, size, window int
	missing                 bool // values may be
	epochs                  epochs
	print                   string // the fingerprint
	err                     error
}

// StreamOptions say how a Stream deals its rows.
type StreamOptions struct {
	// Batch is the number of rows of a batch; the last of an epoch may be short. Zero means 256.
	Batch int
	// Window is the number of rows held at a time, from which each next one is drawn: the larger, the better shuffled.
	// Zero means 16 batches.
	Window int
	// Rand draws. Nil keeps the order of the file.
	Rand *rand.Rand
	// Seed draws in the place of Rand, an order that depends on it and on the number of the epoch alone, so that
	// [Stream.Seek] can deal any epoch again. Zero is no seed.
	Seed uint64
	// Missing lets values be missing, for a [Transform] that fills them. Otherwise a row that misses one is refused.
	Missing bool
}

// NewStream returns a stream of what open opens, in float64. It reads the whole once, to count the rows and so that a
// fault in them is an error here and not in the middle of an epoch. What open returns is closed after use if it is an
// io.Closer.
func NewStream(open func() (RowReader, error), o StreamOptions) (*Stream, error) {
	o.Batch = cmp.Or(o.Batch, 256)
	o.Window = cmp.Or(o.Window, 16*o.Batch)
	if o.Batch < 0 || o.Window < 0 {
		return nil, fmt.Errorf("data: stream: batches of %d rows from a window of %d, want 0 or more", o.Batch, o.Window)
	}
	if o.Rand != nil && o.Seed != 0 {
		return nil, errors.New("data: stream: Rand and Seed are both set, want one of them")
	}
	s := &Stream{open: open, size: o.Batch, window: max(o.Window, 1), missing: o.Missing}
	s.epochs = epochs{rng: o.Rand, seeded: o.Seed != 0, seed: o.Seed}
	var print fingerprint
	s.err = s.each(func(row []float64) bool {
		print.add(row, len(row))
		s.rows++
		s.dim = len(row)
		return true
	})
	switch {
	case s.err != nil:
		return nil, s.err
	case s.rows == 0:
		return nil, errors.New("data: stream: no rows")
	}
	s.size, s.print = min(s.size, s.rows), print.text(s.dim, s.names, s.levels)
	return s, nil
}

// Names returns what the columns are called, nil where the file does not say.
func (s *Stream) Names() []string { return s.names }

// Levels returns the categories of the columns that hold some, by name, nil where the file does not say.
func (s *Stream) Levels() map[string][]string { return s.levels }

// Rows returns the number of rows of an epoch.
func (s *Stream) Rows() int { return s.rows }

// Dim returns the width of a row.
func (s *Stream) Dim() int { return s.dim }

// Len returns the number of batches of an epoch, the short one included.
func (s *Stream) Len() int { return (s.rows + s.size - 1) / s.size }

// Err returns the error that broke the last epoch off, nil if none did.
func (s *Stream) Err() error { return s.err }

// Epoch deals one epoch. If the file can no longer be read, or no longer has the columns and as many rows as at first,
// the epoch ends early; Err says why.
func (s *Stream) Epoch() iter.Seq[*tensor.Dense] {
	return func(yield func(*tensor.Dense) bool) {
		seen, stopped := 0, false
		batch := make([]float64, 0, s.size*s.dim)
		flush := func() bool {
			if len(batch) == 0 {
				return true
			}
			stopped = !yield(newTable(batch, s.dim))
			batch = batch[:0]
			return !stopped
		}
		s.err = s.shuffled(func(row []float64) bool {
			if seen++; seen > s.rows {
				return false
			}
			if batch = append(batch, row...); len(batch) == cap(batch) {
				return flush()
			}
			return true
		})
		switch {
		case s.err != nil || stopped:
		case seen > s.rows:
			s.err = fmt.Errorf("data: stream: there are more rows than the %d at first", s.rows)
		case seen < s.rows:
			s.err = fmt.Errorf("data: stream: %d rows, there were %d at first", seen, s.rows)
		default:
			flush()
		}
	}
}

// shuffled calls f with every row, each drawn from a window that moves along the file, until f is false.
func (s *Stream) shuffled(f func(row []float64) bool) error {
	rng := s.epochs.draw()
	if rng == nil {
		return s.each(f)
	}
	var held [][]float64
	going := true
	err := s.each(func(row []float64) bool {
		if len(held) < s.window {
			held = append(held, append([]float64(nil), row...))
			return true
		}
		pick := held[rng.IntN(len(held))]
		going = f(pick)
		copy(pick, row)
		return going
	})
	if err != nil || !going {
		return err
	}
	rng.Shuffle(len(held), func(i, j int) { held[i], held[j] = held[j], held[i] })
	for _, row := range held {
		if !f(row) {
			break
		}
	}
	return nil
}

// each calls f with every row in the order of the file until f is false. The row is good until the next.
func (s *Stream) each(f func(row []float64) bool) (err error) {
	var r RowReader
	err = guard.Call("the stream's open", func() (err error) {
		r, err = s.open()
		return err
	})
	if err != nil {
		return place.In("data: stream", err)
	}
	if c, ok := r.(io.Closer); ok {
		defer func() { err = errors.Join(err, c.Close()) }()
	}
	if s.dim != 0 && r.Dim() != s.dim {
		return fmt.Errorf("data: stream: rows are %d wide, want %d as at first", r.Dim(), s.dim)
	}
	if r.Dim() < 1 {
		return fmt.Errorf("data: stream: rows are %d wide, want at least 1", r.Dim())
	}
	switch names := namesOf(r); {
	case s.dim == 0:
		s.names, s.levels = slices.Clone(names), levelsOf(r)
	case !slices.Equal(names, s.names):
		return fmt.Errorf("data: stream: the columns are %s, want %s as at first", quoteAll(names), quoteAll(s.names))
	}
	row := make([]float64, r.Dim())
	next := func() error { return r.ReadRow(row) }
	for i := 0; ; i++ {
		switch err := guard.Call("RowReader.ReadRow", next); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case !s.missing && slices.ContainsFunc(row, math.IsNaN):
			return fmt.Errorf("data: stream: row %d misses a value, want none missing", i)
		case !f(row):
			return nil
		}
	}
}
