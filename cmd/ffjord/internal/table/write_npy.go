package table

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
)

// npyEncoder writes an array of float64. Its header has room for any number of rows, which is written last.
type npyEncoder struct {
	out  Output
	dim  int
	rows int
	buf  []byte
}

// npyHead is the size of the header.
const npyHead = 128

func newNPYEncoder(out Output, columns []Column, already int) (*npyEncoder, error) {
	e := &npyEncoder{out: out, dim: len(columns), rows: already}
	if already > 0 {
		return e, nil
	}
	_, err := out.Write(e.head())
	return e, err
}

func (e *npyEncoder) head() []byte {
	dict := fmt.Sprintf("{'descr': '<f8', 'fortran_order': False, 'shape': (%d, %d), }", e.rows, e.dim)
	dict += strings.Repeat(" ", npyHead-11-len(dict)) + "\n"
	return append(binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(dict))), dict...)
}

func (e *npyEncoder) Write(rows []float64) error {
	e.buf = e.Append(e.buf[:0], rows)
	return e.WriteRows(e.buf, len(rows)/e.dim)
}

// Append appends the bytes of rows.
func (e *npyEncoder) Append(b []byte, rows []float64) []byte {
	for _, v := range rows {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return b
}

// WriteRows writes the bytes of so many rows.
func (e *npyEncoder) WriteRows(b []byte, rows int) error {
	e.rows += rows
	_, err := e.out.Write(b)
	return err
}

func (e *npyEncoder) Close() error {
	_, err := e.out.WriteAt(e.head(), 0)
	return err
}
