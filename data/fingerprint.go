package data

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"math"

	"gorgonia.org/tensor"
)

var (
	_ Fingerprinter = Table{}
	_ Fingerprinter = (*Batches)(nil)
	_ Fingerprinter = (*Stream)(nil)
)

// Fingerprinter tells rows from other rows: a text that two tables or sources share only if their columns' names, their
// shape, their categories and all their numbers are the same, in the same order. A run that goes on from a file
// compares it.
type Fingerprinter interface {
	Fingerprint() string
}

// fingerprint is the SHA-256 hash of rows in float64, their shape and their columns' names.
type fingerprint struct {
	sum  hash.Hash
	buf  []byte
	rows int
}

// add takes rows, as numbers one after the other, of the given width.
func (f *fingerprint) add(values []float64, dim int) {
	if f.sum == nil {
		f.sum = sha256.New()
	}
	f.rows += len(values) / dim
	f.buf = f.buf[:0]
	for _, v := range values {
		if math.IsNaN(v) {
			v = math.NaN() // a missing value has many bit patterns
		}
		f.buf = binary.LittleEndian.AppendUint64(f.buf, math.Float64bits(v))
	}
	f.sum.Write(f.buf)
}

// text ends the hash. Levels may be nil.
func (f *fingerprint) text(dim int, names []string, levels map[string][]string) string {
	f.number(f.rows)
	f.number(dim)
	f.names(names)
	for _, name := range names {
		if l, ok := levels[name]; ok {
			f.names([]string{name})
			f.names(l)
		}
	}
	return hex.EncodeToString(f.sum.Sum(nil))
}

func (f *fingerprint) names(names []string) {
	f.number(len(names))
	for _, name := range names {
		f.number(len(name))
		f.sum.Write([]byte(name))
	}
}

func (f *fingerprint) number(n int) { f.sum.Write(binary.LittleEndian.AppendUint64(nil, uint64(n))) }

// fingerprintOf returns the fingerprint of the table x, which is one.
func fingerprintOf(x *tensor.Dense, names []string, levels map[string][]string) string {
	dim := x.Shape()[1]
	var f fingerprint
	if x.Dtype() == tensor.Float64 {
		for values := x.Float64s(); len(values) > 0; {
			n := min(len(values), 512*dim)
			f.add(values[:n], dim)
			values = values[n:]
		}
	} else {
		f.add(float64s(x), dim)
	}
	return f.text(dim, names, levels)
}

// Fingerprint returns the table's fingerprint, see [Fingerprinter]. It is "" for what is no table.
func (t Table) Fingerprint() string {
	if t.check() != nil {
		return ""
	}
	return fingerprintOf(t.Rows, t.Names, t.Levels)
}

// Fingerprint returns that of the table, in its own order and without names, see [Fingerprinter].
func (b *Batches) Fingerprint() string { return fingerprintOf(b.table, nil, nil) }

// Fingerprint returns that of the rows in the file's order when the stream was made, see [Fingerprinter].
func (s *Stream) Fingerprint() string { return s.print }
