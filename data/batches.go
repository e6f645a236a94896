package data

import (
	"fmt"
	"iter"
	"math/rand/v2"

	"gorgonia.org/tensor"
)

// Batches deals the rows of a table in batches, every row once an epoch, in a fresh order each epoch. The last batch of
// an epoch holds what is left and may be short.
//
// The batches share one buffer that is no part of the table: each tensor is good until the next one is asked for, to
// keep it longer Clone it. A Batches serves one goroutine and one epoch at a time.
type Batches struct {
	table       *tensor.Dense
	rows, size  int
	epochs      epochs
	order       []int
	whole, rest *tensor.Dense // views of one buffer; rest is nil if size divides rows
}

// NewBatches returns batches of size rows from the table x (rows, dim), which keep the type of x. A size larger than
// the table gives one batch of all rows. Each epoch draws its order from rng; nil keeps the order of the table.
//
// The table must be 2-D with at least one row, contiguous and row-major, of float32 or float64, and finite; size must
// be positive. The error names what is not.
func NewBatches(x *tensor.Dense, size int, rng *rand.Rand) (*Batches, error) {
	if err := checkTable(x); err != nil {
		return nil, err
	}
	b, err := newBatches(x, size)
	if err != nil {
		return nil, err
	}
	b.epochs.rng = rng
	return b, nil
}

// newBatches returns batches, in the table's order, of what is a table but may miss values.
func newBatches(x *tensor.Dense, size int) (*Batches, error) {
	if size < 1 {
		return nil, fmt.Errorf("data: batches of %d rows, want at least 1", size)
	}
	rows, dim := x.Shape()[0], x.Shape()[1]
	b := &Batches{table: x, rows: rows, size: min(size, rows), order: make([]int, rows)}
	rest := rows % b.size
	if x.Dtype() == tensor.Float32 {
		b.whole, b.rest = buffers[float32](b.size, rest, dim)
	} else {
		b.whole, b.rest = buffers[float64](b.size, rest, dim)
	}
	return b, nil
}

// NewSeededBatches is [NewBatches] in an order that depends on the seed and on the number of the epoch alone, so that
// [Batches.Seek] can deal any epoch again.
func NewSeededBatches(x *tensor.Dense, size int, seed uint64) (*Batches, error) {
	b, err := NewBatches(x, size, nil)
	if err != nil {
		return nil, err
	}
	b.epochs = epochs{seeded: true, seed: seed}
	return b, nil
}

func buffers[T float](size, rest, dim int) (whole, short *tensor.Dense) {
	buf := make([]T, size*dim)
	whole = tensor.New(tensor.WithShape(size, dim), tensor.WithBacking(buf))
	if rest > 0 {
		short = tensor.New(tensor.WithShape(rest, dim), tensor.WithBacking(buf[:rest*dim:rest*dim]))
	}
	return whole, short
}

// Rows returns the number of rows of an epoch, that is of the table.
func (b *Batches) Rows() int { return b.rows }

// Len returns the number of batches of an epoch, the short one included.
func (b *Batches) Len() int { return (b.rows + b.size - 1) / b.size }

// Err returns nil: a table in memory never fails. It makes Batches a [Source].
func (b *Batches) Err() error { return nil }

// Epoch deals one epoch. The order is drawn when the loop starts, from the state of rng or from the seed and the number
// of the epoch, and from no other.
func (b *Batches) Epoch() iter.Seq[*tensor.Dense] {
	return func(yield func(*tensor.Dense) bool) {
		b.shuffle()
		for from := 0; from < b.rows; from += b.size {
			batch := b.whole
			if b.rows-from < b.size {
				batch = b.rest
			}
			b.fill(batch, b.order[from:])
			if !yield(batch) {
				return
			}
		}
	}
}

func (b *Batches) shuffle() {
	for i := range b.order {
		b.order[i] = i
	}
	if rng := b.epochs.draw(); rng != nil {
		rng.Shuffle(b.rows, func(i, j int) { b.order[i], b.order[j] = b.order[j], b.order[i] })
	}
}

// fill copies into batch as many rows of the table as it holds.
func (b *Batches) fill(batch *tensor.Dense, rows []int) {
	if batch.Dtype() == tensor.Float32 {
		gather(batch.Float32s(), b.table.Float32s(), rows, b.table.Shape()[1])
	} else {
		gather(batch.Float64s(), b.table.Float64s(), rows, b.table.Shape()[1])
	}
}

func gather[T float](dst, src []T, rows []int, dim int) {
	for i := range len(dst) / dim {
		copy(dst[i*dim:(i+1)*dim], src[rows[i]*dim:])
	}
}
