package table

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"unicode/utf8"
)

// jsonEncoder writes an object for each row, on a line of its own. What is missing is null.
type jsonEncoder struct {
	w       io.Writer
	columns []Column
	kept    int        // of the columns
	names   [][]byte   // as JSON, with what stands around them
	texts   [][][]byte // the categories of the others as JSON
	buf     []byte
}

func newJSONEncoder(w io.Writer, columns []Column) (*jsonEncoder, error) {
	kept, _ := cutKept(columns)
	e := &jsonEncoder{w: w, columns: columns, kept: len(kept)}
	return e, e.quote()
}

func (e *jsonEncoder) Write(kept Kept, rows []float64) error {
	e.buf = e.Append(e.buf[:0], kept, rows)
	return e.WriteRows(e.buf, 0)
}

// WriteRows writes the lines of rows.
func (e *jsonEncoder) WriteRows(text []byte, _ int) error {
	_, err := e.w.Write(text)
	return err
}

// Append appends the lines of rows.
func (e *jsonEncoder) Append(b []byte, kept Kept, rows []float64) []byte {
	dim := len(e.columns) - e.kept
	for i, v := range rows {
		j := i % dim
		if j == 0 && e.kept > 0 {
			b = e.appendKept(b, kept, i/dim)
		}
		b = append(b, e.names[e.kept+j]...)
		texts, kind := e.texts[j], e.columns[e.kept+j].Kind
		switch {
		case math.IsNaN(v) || math.IsInf(v, 0):
			b = append(b, "null"...)
		case kind.IsTime():
			b = append(kind.Append(append(b, '"'), v), '"')
		case texts != nil && v >= 0 && int(v) < len(texts):
			b = append(b, texts[int(v)]...)
		case v == 0: // −0 too, as in CSV
			b = append(b, '0')
		default:
			b = appendDigits(b, v)
		}
		if j == dim-1 {
			b = append(b, '}', '\n')
		}
	}
	return b
}

// appendKept appends the values of a row that are kept.
func (e *jsonEncoder) appendKept(b []byte, kept Kept, row int) []byte {
	for j := range e.kept {
		b = kept.AppendJSON(append(b, e.names[j]...), row*e.kept+j)
	}
	return b
}

// AppendJSON appends value i, of all rows and columns, as JSON. That has no infinite numbers: they are texts.
func (k Kept) AppendJSON(b []byte, i int) []byte {
	as, text := k.value(i)
	switch {
	case as == formMissing:
		return append(b, "null"...)
	case as == formText || bytes.HasSuffix(text, []byte("inf")):
		return appendQuoted(b, text)
	}
	return append(b, text...)
}

// appendQuoted appends a text as JSON.
func appendQuoted(b, text []byte) []byte {
	for _, c := range text {
		if c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			quoted, _ := json.Marshal(string(text)) // of any text
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), text...), '"')
}

func (e *jsonEncoder) quote() error {
	e.texts = make([][][]byte, len(e.columns)-e.kept)
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
			e.texts[j-e.kept] = append(e.texts[j-e.kept], text)
		}
	}
	return nil
}

func (e *jsonEncoder) Close() error { return nil }
