package data

import (
	"io"
	"iter"

	"gorgonia.org/tensor"
)

var (
	_ Source = (*Batches)(nil)
	_ Source = (*Stream)(nil)
)

// Source deals rows in batches, every row once an epoch: [Batches] from a
// table, [Stream] from files larger than memory.
type Source interface {
	// Len returns the number of batches of an epoch.
	Len() int
	// Epoch deals one epoch. A batch (rows, dim) is good until the next.
	Epoch() iter.Seq[*tensor.Dense]
	// Err returns what broke the last epoch off, nil if nothing did.
	Err() error
}

// RowReader reads rows one after another.
type RowReader interface {
	// Dim returns the width of a row.
	Dim() int
	// ReadRow fills row, of length Dim, with the next row. After the last it
	// returns io.EOF.
	ReadRow(row []float64) error
}

// closing is a reader of rows that closes what it reads from.
type closing struct {
	RowReader
	io.Closer
}
