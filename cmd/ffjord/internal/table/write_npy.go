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
	kept int // of the columns
	rows int
	buf  []byte
}

// npyHead is the size of the header.
const npyHead = 128

func newNPYEncoder(out Output, columns []Column, already int) (*npyEncoder, error) {
	kept, _ := cutKept(columns)
	e := &npyEncoder{out: out, dim: len(columns), kept: len(kept), rows: already}
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

func (e *npyEncoder) Write(kept Kept, rows []float64) error {
	e.buf = e.Append(e.buf[:0], kept, rows)
	return e.WriteRows(e.buf, len(rows)/(e.dim-e.kept))
}

// Append appends the bytes of rows. What is kept is numbers, as [File.KeepNumbers] sees to.
func (e *npyEncoder) Append(b []byte, kept Kept, rows []float64) []byte {
	dim := e.dim - e.kept
	for i, v := range rows {
		if e.kept > 0 && i%dim == 0 {
			for k := i / dim * e.kept; k < (i/dim+1)*e.kept; k++ {
				b = binary.LittleEndian.AppendUint64(b, math.Float64bits(kept.number(k)))
			}
		}
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
