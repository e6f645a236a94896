package table

import (
	"io"
	"math"
	"strconv"
	"strings"
)

// csvEncoder writes a line of names and a line for each row. Numbers have as many digits as bring back their bits.
type csvEncoder struct {
	w       io.Writer
	comma   byte
	columns []Column
	texts   [][]string // the categories as fields
	buf     []byte
	headed  bool
}

func newCSVEncoder(w io.Writer, columns []Column, comma byte, already int) *csvEncoder {
	e := &csvEncoder{w: w, comma: comma, columns: columns, texts: make([][]string, len(columns)), headed: already > 0}
	for j, c := range columns {
		for _, level := range c.Levels {
			e.texts[j] = append(e.texts[j], field(level, comma))
		}
	}
	return e
}

// field quotes a text where CSV needs that.
func field(text string, comma byte) string {
	if strings.IndexByte(text, comma) >= 0 || strings.ContainsAny(text, "\"\r\n") || strings.TrimSpace(text) != text || text == "" {
		return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	return text
}

func (e *csvEncoder) Write(rows []float64) error {
	b := e.buf[:0]
	if !e.headed {
		for j, c := range e.columns {
			if j > 0 {
				b = append(b, e.comma)
			}
			b = append(b, field(c.Name, e.comma)...)
		}
		b = append(b, '\n')
		e.headed = true
	}
	dim := len(e.columns)
	for i, v := range rows {
		j := i % dim
		b = e.append(b, j, v)
		if j < dim-1 {
			b = append(b, e.comma)
			continue
		}
		b = append(b, '\n')
		if len(b) > 1<<16 {
			if _, err := e.w.Write(b); err != nil {
				return err
			}
			b = b[:0]
		}
	}
	_, err := e.w.Write(b)
	e.buf = b
	return err
}

func (e *csvEncoder) append(b []byte, j int, v float64) []byte {
	texts := e.texts[j]
	switch size := math.Abs(v); {
	case math.IsNaN(v) && len(e.columns) == 1:
		return append(b, `""`...) // an empty line would be no row
	case math.IsNaN(v):
		return b
	case texts != nil && v >= 0 && int(v) < len(texts):
		return append(b, texts[int(v)]...)
	case v == 0:
		return append(b, '0')
	case size >= 1e-5 && size < 1e15:
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	}
	return strconv.AppendFloat(b, v, 'e', -1, 64)
}

func (e *csvEncoder) Close() error {
	if e.headed {
		return nil
	}
	return e.Write(nil)
}
