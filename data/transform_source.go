package data

import (
	"fmt"
	"iter"
	"math/rand/v2"

	"gorgonia.org/tensor"
)

var (
	_ Seeker        = (*Prepared)(nil)
	_ Fingerprinter = (*Prepared)(nil)
)

// Prepared deals the rows of a table as a [Transform] makes them, in an order and with noise for discrete columns that
// are drawn anew for each epoch: both follow from the seed and the number of the epoch.
//
// It serves one goroutine and one epoch at a time.
type Prepared struct {
	by     Transform
	x      *raw
	size   int
	epochs epochs
	print  string
	err    error
}

// Source returns the rows of the table in batches of size rows; the last of an epoch may be short. Every row is tried
// here, so that one that can't be taken, see [Transform.Apply], is an error now and not in the middle of an epoch.
func (t Transform) Source(of Table, size int, seed uint64) (*Prepared, error) {
	if size < 1 {
		return nil, fmt.Errorf("data: batches of %d rows, want at least 1", size)
	}
	x, err := t.read(of)
	if err != nil {
		return nil, err
	}
	if _, _, bad := t.rows(x, upTo(x.rows), nil); len(bad) > 0 {
		return nil, bad[0]
	}
	return &Prepared{
		by: t, x: x, size: min(size, x.rows), epochs: epochs{seeded: true, seed: seed}, print: of.Fingerprint(),
	}, nil
}

// Rows returns the number of rows of an epoch.
func (p *Prepared) Rows() int { return p.x.rows }

// Dim returns the width of a row.
func (p *Prepared) Dim() int { return p.by.Dim() }

// Len returns the number of batches of an epoch, the short one included.
func (p *Prepared) Len() int { return (p.x.rows + p.size - 1) / p.size }

// Err returns the error that broke the last epoch off, nil if none did: noise may take a number at the end of a shape's
// range beyond it.
func (p *Prepared) Err() error { return p.err }

// Seek makes the next epoch the one of that number, see [Seeker].
func (p *Prepared) Seek(epoch int) error { return p.epochs.seek(epoch) }

// Fingerprint returns that of the table as it was read, see [Fingerprinter].
func (p *Prepared) Fingerprint() string { return p.print }

// Epoch deals one epoch.
func (p *Prepared) Epoch() iter.Seq[*tensor.Dense] {
	return func(yield func(*tensor.Dense) bool) {
		rng := p.epochs.draw()
		order := rng.Perm(p.x.rows)
		noise := rand.New(rand.NewPCG(rng.Uint64(), rng.Uint64()))
		p.err = nil
		for len(order) > 0 {
			n := min(p.size, len(order))
			values, _, bad := p.by.rows(p.x, order[:n], noise)
			if len(bad) > 0 {
				p.err = bad[0]
				return
			}
			if !yield(newTable(values, p.by.Dim())) {
				return
			}
			order = order[n:]
		}
	}
}
