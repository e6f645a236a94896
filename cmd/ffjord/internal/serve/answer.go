package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/data"
)

// answerJSON answers with a value.
func answerJSON(w http.ResponseWriter, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return answerBytes(w, jsonType, append(text, '\n'))
}

// numbers are numbers in JSON, which has no NaN and no infinity: these are null.
type numbers []float64

// MarshalJSON writes the shortest texts that are read to the same bits.
func (n numbers) MarshalJSON() ([]byte, error) {
	out := append(make([]byte, 0, 8+20*len(n)), '[')
	for i, v := range n {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendNumber(out, v)
	}
	return append(out, ']'), nil
}

// nullable is a number of an answer, null where it is not finite.
type nullable float64

// MarshalJSON writes the number.
func (n nullable) MarshalJSON() ([]byte, error) { return appendNumber(nil, float64(n)), nil }

func appendNumber(to []byte, v float64) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return append(to, "null"...)
	}
	return strconv.AppendFloat(to, v, 'g', -1, 64)
}

// matrix are rows of numbers in JSON.
type matrix struct {
	values []float64
	of     columns
	coded  bool // categories and times are their numbers
}

// MarshalJSON writes an array for each row.
func (m matrix) MarshalJSON() ([]byte, error) {
	out := append(make([]byte, 0, 8+20*len(m.values)), '[')
	for i, v := range m.values {
		j := i % len(m.of)
		switch {
		case i == 0:
			out = append(out, '[')
		case j == 0:
			out = append(out, "],["...)
		default:
			out = append(out, ',')
		}
		if levels := m.of[j].Levels; levels != nil && !m.coded && v == v {
			text, err := json.Marshal(levels[int(v)])
			if err != nil {
				return nil, err
			}
			out = append(out, text...)
			continue
		}
		if as := m.of[j].Time; as != "" && !m.coded && v == v {
			out = append(as.Append(append(out, '"'), v), '"')
			continue
		}
		out = appendNumber(out, v)
	}
	if len(m.values) > 0 {
		out = append(out, ']')
	}
	return append(out, ']'), nil
}

// answerNPY answers with an array of NumPy's.
func answerNPY(w http.ResponseWriter, x *tensor.Dense) error {
	var text bytes.Buffer
	if err := data.WriteNPY(&text, x); err != nil {
		return err
	}
	return answerBytes(w, npyType, text.Bytes())
}

// answerCSV answers with a text table.
func answerCSV(w http.ResponseWriter, columns []table.Column, rows []float64) error {
	var text bytes.Buffer
	lines := table.NewCSV(&text, columns)
	if err := errors.Join(lines.Write(table.Kept{}, rows), lines.Close()); err != nil {
		return err
	}
	return answerBytes(w, csvType+"; charset=utf-8", text.Bytes())
}

// answerLines answers with an object for each row, on a line of its own.
func answerLines(w http.ResponseWriter, kind string, columns []table.Column, rows []float64) error {
	var text bytes.Buffer
	lines, err := table.NewJSONLines(&text, columns)
	if err == nil {
		err = errors.Join(lines.Write(table.Kept{}, rows), lines.Close())
	}
	if err != nil {
		return err
	}
	return answerBytes(w, kind, text.Bytes())
}

func answerBytes(w http.ResponseWriter, kind string, text []byte) error {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	_, _ = w.Write(text) // a peer that has gone wants nothing
	return nil
}
