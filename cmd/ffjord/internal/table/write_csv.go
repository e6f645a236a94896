package table

import (
	"bytes"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// csvEncoder writes a line of names and a line for each row. Numbers have as many digits as bring back their bits; −0
// is 0, since what is rounded to whole numbers has it.
type csvEncoder struct {
	w       io.Writer
	comma   byte
	columns []Column
	kept    int        // of the columns
	texts   [][]string // the categories of the others as fields
	buf     []byte
	headed  bool
}

func newCSVEncoder(w io.Writer, columns []Column, comma byte, already int) *csvEncoder {
	kept, own := cutKept(columns)
	e := &csvEncoder{w: w, comma: comma, columns: columns, kept: len(kept), texts: make([][]string, len(own)), headed: already > 0}
	for j, c := range own {
		for _, level := range c.Levels {
			e.texts[j] = append(e.texts[j], field(level))
		}
	}
	return e
}

// field quotes a text where CSV needs that, or where a reader who is to find the separator could be misled.
func field(text string) string {
	const mark = "\ufeff" // at a file's first byte it says how the file is written
	if strings.ContainsAny(text, separators+"\"\r\n") || strings.TrimSpace(text) != text || text == "" ||
		strings.HasPrefix(text, mark) {
		return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	return text
}

func (e *csvEncoder) Write(kept Kept, rows []float64) error {
	dim := len(e.columns) - e.kept
	some := dim << 10
	if e.kept > 0 {
		some = max(len(rows), dim) // which are a batch of a file
	}
	for some := range slices.Chunk(rows, some) {
		e.buf = e.Append(e.buf[:0], kept, some)
		if err := e.WriteRows(e.buf, len(some)/dim); err != nil {
			return err
		}
	}
	return nil
}

// Append appends the lines of rows.
func (e *csvEncoder) Append(b []byte, kept Kept, rows []float64) []byte {
	dim := len(e.columns) - e.kept
	for i, v := range rows {
		j := i % dim
		if j == 0 && e.kept > 0 {
			b = e.appendKept(b, kept, i/dim)
		}
		b = e.append(b, j, v)
		if j < dim-1 {
			b = append(b, e.comma)
		} else {
			b = append(b, '\n')
		}
	}
	return b
}

// appendKept appends the values of a row that are kept. An empty text is what a missing one is, and how its lines end is
// not told apart, as in all texts that are read.
func (e *csvEncoder) appendKept(b []byte, kept Kept, row int) []byte {
	for i := row * e.kept; i < (row+1)*e.kept; i++ {
		as, text := kept.value(i)
		switch {
		case as == formNumber || as == formBoolean || len(text) == 0:
			b = append(b, text...)
		default:
			b = append(b, field(lineFeeds(string(text)))...)
		}
		b = append(b, e.comma)
	}
	return b
}

// WriteRows writes the lines of rows, below that of names.
func (e *csvEncoder) WriteRows(text []byte, _ int) error {
	if !e.headed {
		var names []byte
		for j, c := range e.columns {
			if j > 0 {
				names = append(names, e.comma)
			}
			names = append(names, field(c.Name)...)
		}
		if _, err := e.w.Write(append(names, '\n')); err != nil {
			return err
		}
		e.headed = true
	}
	if len(text) == 0 {
		return nil
	}
	_, err := e.w.Write(text)
	return err
}

func (e *csvEncoder) append(b []byte, j int, v float64) []byte {
	texts, kind := e.texts[j], e.columns[e.kept+j].Kind
	switch size := math.Abs(v); {
	case math.IsNaN(v) && len(e.columns) == 1:
		return append(b, `""`...) // an empty line would be no row
	case math.IsNaN(v):
		return b
	case kind.IsTime():
		return kind.Append(b, v)
	case texts != nil && v >= 0 && int(v) < len(texts):
		return append(b, texts[int(v)]...)
	case v == 0:
		return append(b, '0')
	case size >= 1e-5 && size < 1e15:
		return appendNumber(b, v)
	}
	return strconv.AppendFloat(b, v, 'e', -1, 64)
}

// appendNumber appends the fewest digits that bring back v, which is not 0, as strconv does and faster where six decimals
// do: k/10⁶ is rounded once where k is a whole number below 2⁵³, as the digits are when they are read, and of two numbers
// of up to fifteen digits no float64 is both.
func appendNumber(b []byte, v float64) []byte {
	const unit = 1e6
	size := math.Abs(v)
	k := math.Round(size * unit)
	if k >= 1e15 || k/unit != size {
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	}
	if v < 0 {
		b = append(b, '-')
	}
	whole, part := uint64(k)/unit, uint64(k)%unit
	b = strconv.AppendUint(b, whole, 10)
	if part == 0 {
		return b
	}
	from := len(b)
	b = strconv.AppendUint(b, part+unit, 10) // whose first digit gives way to the point
	b[from] = '.'
	return bytes.TrimRight(b, "0")
}

func (e *csvEncoder) Close() error {
	if e.headed {
		return nil
	}
	return e.WriteRows(nil, 0)
}
