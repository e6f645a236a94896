package data

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/limit"
)

// ReadNPY reads an array of numbers in NumPy's .npy format, versions 1 to 3: (rows, dim), or (rows) for one column, in
// C or in Fortran order. float32 and float64 keep their type; integers become float64.
//
// It refuses other types and shapes, an empty array, a file that is shorter or longer than its shape says, and numbers
// that are not finite, by their place.
func ReadNPY(r io.Reader) (*tensor.Dense, error) { return readNPY(r, math.MaxInt64) }

// readNPY is ReadNPY within a bound on the array's bytes, as the header has them.
func readNPY(r io.Reader, most int64) (*tensor.Dense, error) {
	text := bufio.NewReader(r)
	h, err := readNPYHeader(text)
	if err != nil {
		return nil, err
	}
	size := int64(8) // of a number in memory
	if h.kind == 'f' {
		size = int64(h.size)
	}
	if err := limit.Check("its numbers", int64(h.rows)*int64(h.dim)*size, most, "bytes", "NPZ.MaxBytes"); err != nil {
		return nil, err
	}
	var x *tensor.Dense
	if h.kind == 'f' && h.size == 4 {
		x, err = readArray[float32](text, h)
	} else {
		x, err = readArray[float64](text, h)
	}
	if err != nil {
		return nil, err
	}
	if err := checkTable(x); err != nil {
		return nil, err
	}
	return x, nil
}

// readArray reads what follows the header. It makes room as the numbers come: a header may promise more than there is.
func readArray[T float](r io.Reader, h npyHeader) (*tensor.Dense, error) {
	const chunk = 1 << 16
	buf := make([]byte, min(chunk, h.rows*h.dim)*h.size)
	var values []T
	for len(values) < h.rows*h.dim {
		part := buf[:min(len(buf), (h.rows*h.dim-len(values))*h.size)]
		if n, err := io.ReadFull(r, part); err != nil {
			return nil, h.short(len(values)*h.size+n, err)
		}
		for ; len(part) > 0; part = part[h.size:] {
			values = append(values, T(h.number(part)))
		}
	}
	if err := h.end(r); err != nil {
		return nil, err
	}
	if h.fortran {
		values = transpose(values, h.dim)
	}
	return newTable(values, h.dim), nil
}

// transpose turns the columns, one after another, into rows.
func transpose[T float](columns []T, dim int) []T {
	rows := len(columns) / dim
	values := make([]T, len(columns))
	for i, v := range columns {
		values[i%rows*dim+i/rows] = v
	}
	return values
}

// short says that the file ends after got bytes of numbers.
func (h npyHeader) short(got int, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.ErrUnexpectedEOF
		return fmt.Errorf("data: npy: %w: the shape (%d, %d) takes %d bytes, there are %d",
			err, h.rows, h.dim, h.rows*h.dim*h.size, got)
	}
	return fmt.Errorf("data: npy: %w", err)
}

// end checks that nothing follows.
func (h npyHeader) end(r io.Reader) error {
	switch _, err := io.ReadFull(r, make([]byte, 1)); {
	case err == nil:
		return fmt.Errorf("data: npy: more bytes than the %d of the shape (%d, %d)", h.rows*h.dim*h.size, h.rows, h.dim)
	case errors.Is(err, io.EOF):
		return nil
	default:
		return fmt.Errorf("data: npy: %w", err)
	}
}

// number reads one number from the start of b.
func (h npyHeader) number(b []byte) float64 {
	var bits uint64
	switch h.size {
	case 1:
		bits = uint64(b[0])
	case 2:
		bits = uint64(h.order.Uint16(b))
	case 4:
		bits = uint64(h.order.Uint32(b))
	default:
		bits = h.order.Uint64(b)
	}
	switch {
	case h.kind == 'f' && h.size == 4:
		return float64(math.Float32frombits(uint32(bits)))
	case h.kind == 'f':
		return math.Float64frombits(bits)
	case h.kind == 'i':
		unused := 64 - 8*h.size
		return float64(int64(bits<<unused) >> unused)
	}
	return float64(bits)
}
