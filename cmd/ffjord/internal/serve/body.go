package serve

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// The forms in which rows and answers come.
const (
	jsonType  = "application/json"
	linesType = "application/x-ndjson" // JSON lines, as
	jsonlType = "application/jsonl"
	npyType   = "application/x-npy"
	csvType   = "text/csv"
)

// formOf returns the form that a type names, "" of none.
func formOf(kind string) string {
	switch kind {
	case jsonType, linesType, jsonlType, npyType, csvType:
		return kind
	case "application/octet-stream", "application/npy":
		return npyType
	}
	return ""
}

// bodyType returns the form of a request's body.
func bodyType(r *http.Request) (string, error) {
	if coding := r.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return "", problemf(http.StatusUnsupportedMediaType, "bad_type", "the body is encoded as %s", quote.Text(coding)).wanting("it plain")
	}
	header := r.Header.Get("Content-Type")
	kind, _, err := mime.ParseMediaType(header)
	switch {
	case err != nil && header != "":
		return "", problemf(http.StatusUnsupportedMediaType, "bad_type", "Content-Type is %s", quote.Text(header)).wanting("%s", formNames)
	case formOf(kind) != "":
		return formOf(kind), nil
	}
	return "", problemf(http.StatusUnsupportedMediaType, "bad_type", "Content-Type is %s", quote.Text(kind)).wanting("%s", formNames)
}

const formNames = jsonType + ", " + linesType + ", " + npyType + " or " + csvType

// answerType returns the form that a request wants its answer in: the first that it accepts, JSON if it does not say.
func answerType(r *http.Request) string {
	for _, accept := range r.Header.Values("Accept") {
		for kind := range bytes.SplitSeq([]byte(accept), []byte{','}) {
			name, _, _ := mime.ParseMediaType(string(kind))
			if form := formOf(name); form != "" {
				return form
			}
		}
	}
	return jsonType
}

// scoreBody is the body of a request for log-densities.
type scoreBody struct {
	Rows  listing `json:"rows"`
	Given listing `json:"given"`
}

// readRows reads the rows of a request, data and condition side by side, and notes those that can't have a density.
func (s *Service) readRows(r *http.Request, m *served) ([]float64, *unseen, error) {
	kind, err := bodyType(r)
	if err != nil {
		return nil, nil, err
	}
	found := new(unseen)
	var rows []float64
	switch kind {
	case npyType:
		rows, err = s.readNPY(r.Body, reader{columns: m.all(), unseen: found})
	case csvType:
		rows, err = s.readCSV(r.Body, reader{columns: m.all(), unseen: found})
	case linesType, jsonlType:
		rows, err = s.readLines(r.Body, reader{columns: m.all(), unseen: found})
	default:
		var body scoreBody
		if err := decode(r.Body, &body); err != nil {
			return nil, nil, err
		}
		rows, err = s.readJSON(body, m, found)
	}
	return rows, found, err
}

func (s *Service) readJSON(body scoreBody, m *served, found *unseen) ([]float64, error) {
	rows, err := body.Rows.read("rows", reader{columns: m.columns, unseen: found}, s.Limits.Rows)
	if err != nil {
		return nil, err
	}
	n := len(rows) / len(m.columns)
	given, err := body.Given.readGiven(reader{columns: m.given, unseen: found}, n)
	if err != nil {
		return nil, err
	}
	return beside(rows, len(m.columns), given, len(m.given)), nil
}

// beside puts rows of two tables side by side; the second may have one row for all.
func beside(a []float64, width int, b []float64, more int) []float64 {
	if more == 0 {
		return a
	}
	n := len(a) / width
	out := make([]float64, 0, n*(width+more))
	for i := range n {
		out = append(out, a[i*width:(i+1)*width]...)
		at := i * more
		if len(b) == more {
			at = 0
		}
		out = append(out, b[at:at+more]...)
	}
	return out
}

// readGiven returns the condition of n rows, or one for all of them, which must have a density.
func (t listing) readGiven(of reader, n int) ([]float64, error) {
	width := len(of.columns)
	switch {
	case width == 0 && t.missing():
		return nil, nil
	case width == 0:
		return nil, badRequest("bad_given", "the model is given nothing").wanting("no \"given\"")
	case t.missing():
		return nil, badRequest("bad_given", "there is no \"given\"").wanting("%s", list(of.names()))
	case t.single():
		one, failed := reader{columns: of.columns}.appendRow(nil, 0, t)
		if failed != nil {
			return nil, failed.in("given", 0)
		}
		return one, nil
	}
	given, err := t.read("given", of, n)
	if err != nil {
		return nil, err
	}
	if got := len(given) / width; got != n && got != 1 {
		return nil, badRequest("bad_given", "\"given\" has %d rows", got).wanting("one, or %d as there are rows", n)
	}
	return given, nil
}

// readNPY reads rows from an array of NumPy's.
func (s *Service) readNPY(body io.Reader, of reader) ([]float64, error) {
	rows, err := data.NewNPYRows(body)
	if err != nil {
		return nil, badBody("bad_npy", err)
	}
	rows.Missing = of.open()
	width := len(of.columns)
	if rows.Dim() != width {
		return nil, badRequest("bad_rows", "the array has %d columns", rows.Dim()).wanting("%d: %s", width, list(of.names()))
	}
	var out []float64
	row := make([]float64, width)
	for i := 0; ; i++ {
		switch err := rows.ReadRow(row); {
		case err == io.EOF:
			return out, nil
		case err != nil:
			if p := of.checkRow(row); p != nil { // a number that is not finite, which ends the reading
				return nil, p.in("rows", i)
			}
			return nil, badBody("bad_npy", err).in("rows", i)
		case i == s.Limits.Rows:
			return nil, tooLarge("rows and more", int64(i+1), int64(s.Limits.Rows))
		}
		if p := of.checkRow(row); p != nil {
			return nil, p.in("rows", i)
		}
		out = append(out, row...)
	}
}

// readCSV reads rows from a text with a line of names, in which more columns and any order are fine.
func (s *Service) readCSV(body io.Reader, of reader) ([]float64, error) {
	text := bufio.NewReaderSize(body, 1<<16)
	csv := data.CSV{
		NumericNames: true, Comma: separatorOf(text), Columns: of.names(), Missing: table.Missing(), Levels: make(map[string][]string),
		OpenLevels: true, Parse: make(map[string]func(string) (float64, error)),
	}
	for _, c := range of.columns {
		if c.Time != "" {
			csv.Parse[c.Name] = c.Time.Parse
		}
		if c.Levels != nil {
			csv.Levels[c.Name] = c.Levels
		}
	}
	rows, err := csv.Rows(text)
	if err != nil {
		return nil, badBody("bad_csv", err)
	}
	var out []float64
	row := make([]float64, len(of.columns))
	for i := 0; ; i++ {
		switch err := rows.ReadRow(row); {
		case err == io.EOF && i == 0:
			return nil, badRequest("bad_rows", "the text has no rows").wanting("at least one below the line of names")
		case err == io.EOF:
			of.find(out, rows.Levels())
			return out, nil
		case err != nil:
			return nil, badBody("bad_csv", err).in("rows", i)
		case i == s.Limits.Rows:
			return nil, tooLarge("rows and more", int64(i+1), int64(s.Limits.Rows))
		}
		out = append(out, row...)
	}
}

// separatorOf tells by its first rows what separates the fields of a text.
func separatorOf(text *bufio.Reader) rune {
	start, _ := text.Peek(1 << 12) // or as much as there is
	return table.Separator(start)
}

// badBody says what package data finds wrong with a body. What was wrong with the reading of it stays what it is.
func badBody(code string, err error) *problem {
	if p := asProblem(err); p.Status < 500 {
		return p
	}
	text, column := err.Error(), ""
	if line := (*data.LineError)(nil); errors.As(err, &line) && line.Cell {
		text, column = fmt.Sprintf("line %d: %v", line.Line, line.Err), line.Column
	}
	for _, prefix := range []string{"data: ", "csv: ", "npy: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	p := badRequest(code, "%s", text)
	p.Column = column
	_, p.Want, _ = strings.Cut(text, ", want ")
	return p
}

// readObject reads a body that can be nothing but JSON.
func readObject(r *http.Request, v any) error {
	switch kind, err := bodyType(r); {
	case err != nil:
		return err
	case kind != jsonType:
		return problemf(http.StatusUnsupportedMediaType, "bad_type", "Content-Type is %s", quote.Text(kind)).wanting("%s", jsonType)
	}
	return decode(r.Body, v)
}
