package data

import (
	"encoding/binary"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// WriteCSV writes the table as [CSV] reads it: a line of names, then a line a row. Every number has as many digits as
// bring back its bits, categories are written by name, and a missing value is an empty field.
func (t Table) WriteCSV(w io.Writer) error {
	if err := t.check(); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	write := func(fields []string) error {
		if len(fields) == 1 && fields[0] == "" { // an empty line would be no row at all
			out.Flush()
			_, err := io.WriteString(w, "\"\"\n")
			return err
		}
		return out.Write(fields)
	}
	if err := write(t.Names); err != nil {
		return fmt.Errorf("data: csv: %w", err)
	}
	bits := 64
	if t.Rows.Dtype() == tensor.Float32 {
		bits = 32
	}
	dim := len(t.Names)
	values, fields := float64s(t.Rows), make([]string, dim)
	for i := range t.Len() {
		for j, v := range values[i*dim : (i+1)*dim] {
			levels, isCategory := t.Levels[t.Names[j]]
			switch {
			case math.IsNaN(v):
				fields[j] = ""
			case !isCategory:
				fields[j] = strconv.FormatFloat(v, 'g', -1, bits)
			case v >= 0 && v < float64(len(levels)) && v == math.Trunc(v):
				fields[j] = levels[int(v)]
			default:
				return fmt.Errorf("data: csv: row %d, column %s is %v, want the number of one of %d categories",
					i, quote.Text(t.Names[j]), v, len(levels))
			}
		}
		if err := write(fields); err != nil {
			return fmt.Errorf("data: csv: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("data: csv: %w", err)
	}
	return nil
}

// WriteNPY writes the table x (rows, dim) in NumPy's .npy format, version 1.0, in its own type, as [ReadNPY] reads it.
func WriteNPY(w io.Writer, x *tensor.Dense) error {
	if err := checkTable(x); err != nil {
		return err
	}
	descr := "<f8"
	if x.Dtype() == tensor.Float32 {
		descr = "<f4"
	}
	dict := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%d, %d), }", descr, x.Shape()[0], x.Shape()[1])
	// What comes before the numbers is a multiple of 64 bytes long and ends with a new line.
	dict += strings.Repeat(" ", 63-(10+len(dict))%64) + "\n"
	head := append([]byte("\x93NUMPY\x01\x00"), byte(len(dict)), byte(len(dict)>>8))
	if _, err := w.Write(append(head, dict...)); err != nil {
		return fmt.Errorf("data: npy: %w", err)
	}
	if x.Dtype() == tensor.Float32 {
		return writeNumbers(w, x.Float32s())
	}
	return writeNumbers(w, x.Float64s())
}

func writeNumbers[T float](w io.Writer, values []T) error {
	for part := range slices.Chunk(values, 1<<14) {
		if err := binary.Write(w, binary.LittleEndian, part); err != nil {
			return fmt.Errorf("data: npy: %w", err)
		}
	}
	return nil
}
