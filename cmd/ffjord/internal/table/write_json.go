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

func (e *jsonEncoder) Write(rows []float64) error {
	if e.names == nil {
		if err := e.quote(); err != nil {
			return err
		}
	}
	b, dim := e.buf[:0], len(e.columns)
	for i, v := range rows {
		j := i % dim
		b = append(b, e.names[j]...)
		texts := e.texts[j]
		switch size := math.Abs(v); {
		case math.IsNaN(v) || math.IsInf(v, 0):
			b = append(b, "null"...)
		case texts != nil && v >= 0 && int(v) < len(texts):
			b = append(b, texts[int(v)]...)
		case size == 0 || size >= 1e-5 && size < 1e15:
			b = strconv.AppendFloat(b, v, 'f', -1, 64)
		default:
			b = strconv.AppendFloat(b, v, 'e', -1, 64)
		}
		if j == dim-1 {
			b = append(b, '}', '\n')
		}
	}
	e.buf = b
	_, err := e.w.Write(b)
	return err
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
