package data

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/go-ffjord/ffjord/internal/limit"
)

// NPYRows reads an array in NumPy's .npy format row by row.
type NPYRows struct {
	// Missing lets NaN through, as a value that is missing. Otherwise it is refused.
	Missing bool

	r    io.Reader
	h    npyHeader
	read int
	buf  [8]byte // one number
}

// NewNPYRows starts to read r, which may hold what [ReadNPY] takes except that the order must be C's: in Fortran's the
// first row ends with the file.
func NewNPYRows(r io.Reader) (*NPYRows, error) {
	text := bufio.NewReader(r)
	h, err := readNPYHeader(text)
	if err != nil {
		return nil, err
	}
	if h.fortran && h.dim > 1 {
		return nil, errors.New("data: npy: the array is in Fortran order, which has no rows to read one by one")
	}
	const widest = 1 << 27 // a header may promise what no memory holds
	if err := limit.Check("data: npy: one row", int64(h.dim)*8, widest, "bytes", ""); err != nil {
		return nil, err
	}
	return &NPYRows{r: text, h: h}, nil
}

// Dim returns the width of a row.
func (n *NPYRows) Dim() int { return n.h.dim }

// ReadRow fills row, of length Dim, with the next row. After the last it returns io.EOF.
func (n *NPYRows) ReadRow(row []float64) error {
	if err := checkRow("npy", row, n.h.dim); err != nil {
		return err
	}
	if n.read == n.h.rows {
		if err := n.h.end(n.r); err != nil {
			return err
		}
		return io.EOF
	}
	for j := range row {
		b := n.buf[:n.h.size]
		if got, err := io.ReadFull(n.r, b); err != nil {
			return n.h.short((n.read*n.h.dim+j)*n.h.size+got, err)
		}
		row[j] = n.h.number(b)
		if math.IsNaN(row[j]) && !n.Missing || math.IsInf(row[j], 0) {
			return fmt.Errorf("data: npy: row %d, column %d is %v, want finite numbers", n.read, j, row[j])
		}
	}
	n.read++
	return nil
}

// OpenNPY returns a function that opens the named .npy file, for [NewStream].
func OpenNPY(name string) func() (RowReader, error) {
	return opening(name, func(r io.Reader) (RowReader, error) { return NewNPYRows(r) })
}
