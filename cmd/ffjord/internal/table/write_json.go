package table

import (
	"encoding/json"
	"io"
	"math"
	"strconv"
)

// jsonEncoder writes an object for each row, on a line of its own. What is missing is null.
type jsonEncoder struct {
	w       io.Writer
	columns []Column
	names   [][]byte   // as JSON, with what stands around them
	texts   [][][]byte // the categories as JSON
	buf     []byte
}

func newJSONEncoder(w io.Writer, columns []Column) (*jsonEncoder, error) {
	e := &jsonEncoder{w: w, columns: columns}
	return e, e.quote()
}

func (e *jsonEncoder) Write(rows []float64) error {
	e.buf = e.Append(e.buf[:0], rows)
	return e.WriteRows(e.buf, 0)
}

// WriteRows writes the lines of rows.
func (e *jsonEncoder) WriteRows(text []byte, _ int) error {
	_, err := e.w.Write(text)
	return err
}

// Append appends the lines of rows.
func (e *jsonEncoder) Append(b []byte, rows []float64) []byte {
	dim := len(e.columns)
	for i, v := range rows {
		j := i % dim
		b = append(b, e.names[j]...)
		texts, kind := e.texts[j], e.columns[j].Kind
		switch size := math.Abs(v); {
		case math.IsNaN(v) || math.IsInf(v, 0):
			b = append(b, "null"...)
		case kind.IsTime():
			b = append(kind.Append(append(b, '"'), v), '"')
		case texts != nil && v >= 0 && int(v) < len(texts):
			b = append(b, texts[int(v)]...)
		case v == 0: // −0 too, as in CSV
			b = append(b, '0')
		case size >= 1e-5 && size < 1e15:
			b = strconv.AppendFloat(b, v, 'f', -1, 64)
		default:
			b = strconv.AppendFloat(b, v, 'e', -1, 64)
		}
		if j == dim-1 {
			b = append(b, '}', '\n')
		}
	}
	return b
}

func (e *jsonEncoder) quote() error {
	e.texts = make([][][]byte, len(e.columns))
	for j, c := range e.columns {
		name, err := json.Marshal(c.Name)
		if err != nil {
			return err
		}
		before := byte(',')
		if j == 0 {
			before = '{'
		}
		e.names = append(e.names, append(append([]byte{before}, name...), ':'))
		for _, level := range c.Levels {
			text, err := json.Marshal(level)
			if err != nil {
				return err
			}
			e.texts[j] = append(e.texts[j], text)
		}
	}
	return nil
}

func (e *jsonEncoder) Close() error { return nil }
