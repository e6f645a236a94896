package serve

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/jsontext"
	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// read returns the numbers of a listing's rows, row by row in the order of the columns, at most so many rows. Its name is
// for errors.
func (t listing) read(name string, of reader, most int) ([]float64, error) {
	if t.missing() {
		return nil, badRequest("bad_rows", "there is no %q", name).wanting("an array of rows")
	}
	if t[0] != '[' {
		return nil, badRequest("bad_rows", "%q is %s", name, quote.Cut(string(t))).wanting("an array of rows")
	}
	var out []float64
	var failed *problem
	rows := 0
	jsontext.Elements(t, func(row []byte) {
		if failed == nil && rows < most {
			out, failed = of.appendRow(out, rows, row)
			if failed != nil {
				failed = failed.in(name, rows)
			}
		}
		rows++
	})
	switch {
	case failed != nil:
		return nil, failed
	case rows > most:
		return nil, tooLarge("rows", int64(rows), int64(most))
	case rows == 0:
		return nil, badRequest("bad_rows", "%q is empty", name).wanting("at least one row")
	}
	return out, nil
}

// appendRow appends the numbers of row i.
func (r reader) appendRow(to []float64, i int, row []byte) ([]float64, *problem) {
	switch row[0] {
	case '[':
		return r.appendListed(to, i, row)
	case '{':
		return r.appendNamed(to, i, row)
	}
	return nil, badRequest("bad_row", "%s", quote.Cut(string(row))).wanting("a row: an array, or an object by columns")
}

func (r reader) appendListed(to []float64, i int, row []byte) ([]float64, *problem) {
	n, of := 0, r.columns
	var failed *problem
	jsontext.Elements(row, func(value []byte) {
		if n < len(of) && failed == nil {
			var v float64
			if v, failed = r.parse(i, n, value); failed != nil {
				failed.Column = of[n].Name
			}
			to = append(to, v)
			if r.seen != nil {
				r.seen[n] = true
			}
		}
		n++
	})
	if failed == nil && n != len(of) {
		failed = badRequest("bad_row", "%d values", n).wanting("%d: %s", len(of), list(of.names()))
	}
	return to, failed
}

// appendNamed appends the numbers of a row whose values have their columns' names. One that is not there is missing.
func (r reader) appendNamed(to []float64, i int, row []byte) ([]float64, *problem) {
	start, of := len(to), r.columns
	for range of {
		to = append(to, math.NaN())
	}
	seen := make([]bool, len(of))
	var failed *problem
	jsontext.Members(row, func(key, value []byte) {
		if failed != nil {
			return
		}
		var name string
		_ = json.Unmarshal(key, &name) // valid, as all of the text
		j := of.place(name)
		switch {
		case j < 0 && r.seen != nil:
		case j < 0:
			failed = badRequest("unknown_column", "no column is called %s", quote.Text(name)).wanting("%s", list(of.names()))
		case seen[j]:
			failed = badRequest("bad_row", "it comes twice").wanting("each column once")
			failed.Column = name
		default:
			seen[j] = true
			if to[start+j], failed = r.parse(i, j, value); failed != nil {
				failed.Column = name
			}
		}
	})
	for j, there := range seen {
		if there && r.seen != nil {
			r.seen[j] = true
		}
		if failed == nil && !there {
			if failed = r.check(j, math.NaN()); failed != nil {
				failed.Column = of[j].Name
			}
		}
	}
	return to, failed
}

// parse returns the number of a JSON value in row i and column j.
func (r reader) parse(i, j int, value []byte) (float64, *problem) {
	c := &r.columns[j]
	switch first := value[0]; {
	case first == 'n':
		return math.NaN(), r.check(j, math.NaN())
	case first == '"':
		var text string
		_ = json.Unmarshal(value, &text) // valid, as all of the text
		if v, is, p := r.text(i, j, text); is {
			return v, p
		}
	case (first == '-' || first >= '0' && first <= '9') && c.Levels == nil && c.Time == "":
		if v, err := strconv.ParseFloat(string(value), 64); err == nil {
			return v, nil
		}
	}
	return 0, badRequest("bad_value", "%s", quote.Cut(string(value))).wanting("%s", c.wanted())
}

// text returns the number of a text in row i and column j, as the program's files have it, and reports whether it is one.
func (r reader) text(i, j int, text string) (float64, bool, *problem) {
	c := &r.columns[j]
	bare, missing := table.Meaning(text)
	switch {
	case missing:
		return math.NaN(), true, r.check(j, math.NaN())
	case c.Levels != nil:
		if k := slices.Index(c.Levels, bare); k >= 0 {
			return float64(k), true, nil
		}
		if r.open() {
			return r.unseen.add(i, c, bare), true, nil
		}
	case c.Time != "":
		if v, err := c.Time.Parse(bare); err == nil {
			return v, true, nil
		}
	}
	return 0, false, nil
}

// list writes names one after the other, the first of many.
func list(names []string) string {
	const most = 12
	out := ""
	for i, name := range names {
		if i == most {
			return fmt.Sprintf("%s and %d more", out, len(names)-most)
		}
		if i > 0 {
			out += ", "
		}
		out += quote.Text(name)
	}
	return out
}
