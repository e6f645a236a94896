package data

import (
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/quote"
)

var (
	_ Seeker        = (*Prepared)(nil)
	_ Fingerprinter = (*Prepared)(nil)
)

// Prepared deals the rows of a table or of another source as a [Transform] makes them. Noise for discrete columns is
// drawn anew for each epoch, from a seed and the number of the epoch.
//
// It serves one goroutine and one epoch at a time.
type Prepared struct {
	by     Transform
	of     Source
	epochs epochs
	print  string // the fingerprint
	err    error
}

// Source returns the rows of the table in batches of size rows, in an order that is drawn anew for each epoch; the last
// batch of an epoch may be short. Every row is tried here, so that one that can't be taken, see [Transform.Apply], is
// an error now and not in the middle of an epoch.
func (t Transform) Source(of Table, size int, seed uint64) (*Prepared, error) {
	x, err := t.read(of)
	if err != nil {
		return nil, err
	}
	if _, _, bad := t.rows(x, upTo(x.rows), nil); len(bad) > 0 {
		return nil, bad[0]
	}
	batches, err := newBatches(newTable(x.values, len(t.Columns)), size)
	if err != nil {
		return nil, err
	}
	batches.epochs = epochs{seeded: true, seed: seed}
	return t.prepared(batches, of.Fingerprint(), seed), nil
}

func (t Transform) prepared(of Source, print string, seed uint64) *Prepared {
	return &Prepared{by: t, of: of, print: print, epochs: epochs{seeded: true, seed: seed}}
}

// Over returns the batches of a source, whose columns are those of Inputs in that order and whose categories are those
// of Levels: of a file, CSV{Columns: t.Inputs(), Levels: t.Levels()}. Names and categories are compared where the
// source has methods Names and Levels, as a [Stream] has.
func (t Transform) Over(of Source, seed uint64) (*Prepared, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	if of == nil {
		return nil, errors.New("data: transform: no source")
	}
	if names := namesOf(of); names != nil && !slices.Equal(names, t.Inputs()) {
		return nil, fmt.Errorf("data: transform: the columns are %s, want %s", quoteAll(names), quoteAll(t.Inputs()))
	}
	if levels := levelsOf(of); levels != nil {
		for _, c := range t.Columns {
			if !slices.Equal(levels[c.Name], c.Levels) {
				return nil, fmt.Errorf("data: transform: the categories of column %s are %s, want %s",
					quote.Text(c.Name), quoteAll(levels[c.Name]), quoteAll(c.Levels))
			}
		}
	}
	print := ""
	if of, ok := of.(Fingerprinter); ok {
		print = of.Fingerprint()
	}
	return t.prepared(of, print, seed), nil
}

// Dim returns the width of a row.
func (p *Prepared) Dim() int { return p.by.Dim() }

// Len returns the number of batches of an epoch.
func (p *Prepared) Len() int { return p.of.Len() }

// Err returns the error that broke the last epoch off, nil if none did. That of a row that can't be taken is a
// [*ValueError] with its place in the batch: noise may take a number at the end of a shape's range beyond it.
func (p *Prepared) Err() error { return p.err }

// Seek makes the next epoch the one of that number, see [Seeker]. It is an error where the source is no [Seeker].
func (p *Prepared) Seek(epoch int) error {
	of, ok := p.of.(Seeker)
	if !ok {
		return fmt.Errorf("data: a %T can't go to an epoch", p.of)
	}
	if err := of.Seek(epoch); err != nil {
		return err
	}
	return p.epochs.seek(epoch)
}

// Fingerprint returns that of the table or the source as it was read, "" if it has none, see [Fingerprinter].
func (p *Prepared) Fingerprint() string { return p.print }

// Epoch deals one epoch.
func (p *Prepared) Epoch() iter.Seq[*tensor.Dense] {
	return func(yield func(*tensor.Dense) bool) {
		// Not the numbers themselves: the source may draw its order from the same seed.
		rng := p.epochs.draw()
		noise := rand.New(rand.NewPCG(rng.Uint64(), rng.Uint64()))
		p.err = nil
		for batch := range p.of.Epoch() {
			var z *tensor.Dense
			if z, p.err = p.batch(batch, noise); p.err != nil {
				return
			}
			if !yield(z) {
				return
			}
		}
		p.err = p.of.Err()
	}
}

// batch transforms the rows of a batch.
func (p *Prepared) batch(batch *tensor.Dense, noise *rand.Rand) (*tensor.Dense, error) {
	if err := checkShape(batch); err != nil {
		return nil, err
	}
	rows, dim := batch.Shape()[0], batch.Shape()[1]
	if want := len(p.by.Columns); dim != want {
		return nil, fmt.Errorf("data: transform: a batch is %d wide, want %d", dim, want)
	}
	x := &raw{values: float64s(batch), rows: rows, bad: make(map[int]*ValueError)}
	for j := range p.by.Columns {
		if c := &p.by.Columns[j]; c.Levels != nil {
			x.recode(j, dim, c, c.Levels)
		}
	}
	values, _, bad := p.by.rows(x, upTo(rows), noise)
	if len(bad) > 0 {
		return nil, bad[0]
	}
	return newTable(values, p.by.Dim()), nil
}
