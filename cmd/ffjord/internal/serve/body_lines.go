package serve

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/jsontext"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// readLines reads rows from JSON lines: on each an object by the columns' names, among which others may stand as in a CSV file,
// or an array in their order. What an object does not have is missing, but each column must be in one of them.
func (s *Service) readLines(body io.Reader, of reader) ([]float64, error) {
	text, err := io.ReadAll(body) // no more than Limits.Body
	if err != nil {
		return nil, err
	}
	of.seen = make([]bool, len(of.columns))
	var out []float64
	line, rows := 0, 0
	for row := range bytes.Lines(bytes.TrimPrefix(text, []byte("\ufeff"))) {
		line++
		if row = bytes.TrimSpace(row); len(row) == 0 {
			continue
		}
		if rows == s.Limits.Rows {
			return nil, tooLarge("rows and more", int64(rows+1), int64(rows))
		}
		var failed *problem
		if row, failed = validLine(row); failed == nil {
			out, failed = of.appendRow(out, rows, row)
		}
		if failed != nil {
			return nil, failed.at(line).in("rows", rows)
		}
		rows++
	}
	if rows == 0 {
		return nil, badRequest("bad_rows", "the body has no lines").wanting("a JSON object on each, such as {\"a\": 1, \"b\": \"x\"}")
	}
	for j, seen := range of.seen {
		if !seen {
			return nil, badRequest("bad_rows", "no line has %s", quote.Text(of.columns[j].Name)).wanting("%s", list(of.names()))
		}
	}
	return out, nil
}

// validLine returns a line with null for NaN, if it is JSON then.
func validLine(line []byte) ([]byte, *problem) {
	line = jsontext.WithoutNaN(line)
	err := jsontext.Check(line)
	if err == nil {
		return line, nil
	}
	bad := badRequest("bad_json", "%v", err)
	if errors.Is(err, jsontext.ErrEnds) {
		bad = bad.wanting("a row on each line")
	}
	return nil, bad
}
