package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/data"
)

// strange is a row with a low log-density.
type strange struct {
	Row        int       `json:"row"` // from 1
	LogProb    number    `json:"log_density"`
	Percentile number    `json:"percentile"`
	Values     []number  `json:"values"` // of the model's inputs, NaN is missing
	Kept       keptRow   `json:"kept,omitempty"`
	Columns    []because `json:"columns,omitempty"` // the strangest first
}

// because says how much of a row's strangeness goes with one column.
type because struct {
	Column string `json:"column"`
	// Value is what the row has there, Usual what would suit the rest of the row best.
	Value string `json:"value"`
	Usual string `json:"usual"`
	// Gain is by how much the log-density would be higher with Usual, in nats.
	Gain number `json:"gain"`
}

// number is a float64 whose NaN is null in JSON.
type number float64

// MarshalJSON writes the number.
func (n number) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(n)) || math.IsInf(float64(n), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (n *number) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*n = number(math.NaN())
		return nil
	}
	return json.Unmarshal(text, (*float64)(n))
}

// offer keeps the strangest rows of a batch among those so far; of equal ones the earlier.
func (r *scoring) offer(b *scored) {
	top := r.Top
	if top == 0 {
		return
	}
	values, dim := table.Values(b.t.Table), len(b.t.Names)
	for i, logp := range b.s.LogProb {
		if math.IsNaN(logp) || len(r.Strangest) == top && logp >= float64(r.Strangest[top-1].LogProb) {
			continue
		}
		s := strange{Row: r.first() + i + 1, LogProb: number(logp), Percentile: number(r.percent(logp))}
		for _, v := range values[i*dim : (i+1)*dim] {
			s.Values = append(s.Values, number(v))
		}
		s.Kept = keptOf(b.t.Kept, i, r.Keep)
		at, _ := slices.BinarySearchFunc(r.Strangest, s, func(a, b strange) int {
			return cmp.Or(cmp.Compare(a.LogProb, b.LogProb), cmp.Compare(a.Row, b.Row))
		})
		r.Strangest = slices.Insert(r.Strangest, at, s)
		r.Strangest = r.Strangest[:min(len(r.Strangest), top)]
	}
}

// explain finds the columns that make the strangest rows strange.
func (r *scoring) explain() error {
	names := r.m.Inputs()
	var values, logp []float64
	for _, row := range r.Strangest {
		logp = append(logp, float64(row.LogProb))
		for _, x := range row.Values {
			values = append(values, float64(x))
		}
	}
	if len(logp) == 0 {
		return nil
	}
	why, err := r.m.Why(r.a.ctx, data.Table{Names: names, Rows: data.Rows(len(names), values...), Levels: r.m.Levels()}, logp)
	if err != nil {
		return err
	}
	for i, reasons := range why {
		for _, of := range reasons {
			column := r.m.X.Columns[slices.Index(r.m.X.Inputs(), of.Column)]
			r.Strangest[i].Columns = append(r.Strangest[i].Columns, because{
				Column: of.Column, Gain: number(of.Gain), Value: r.text(column, of.Value), Usual: r.text(column, of.Usual),
			})
		}
	}
	return nil
}

// text writes a value of a column.
func (r *scoring) text(c data.Column, v float64) string {
	switch {
	case math.IsNaN(v):
		return "missing"
	case c.Levels != nil && v >= 0 && int(v) < len(c.Levels):
		return cut(c.Levels[int(v)], 20)
	}
	if as := table.Kind(r.m.About.Times()[c.Name]); as.IsTime() {
		return as.Text(math.Round(v))
	}
	return short(v)
}

// tellTop lists the strangest rows.
func (r *scoring) tellTop() error {
	if err := r.explain(); err != nil {
		return err
	}
	if r.a.json && r.Out != "-" {
		return r.a.writeJSON(r.tally)
	}
	w := r.a.out
	if r.Out == "-" {
		w = r.a.err // the rows are on standard output
	}
	var text strings.Builder
	fmt.Fprintf(&text, "The strangest %d of %s, by their log-density in nats\n\n", len(r.Strangest), plural(r.Rows, "row"))
	kept := r.keptColumns()
	before := 37 + kept.width // characters in front of the columns
	lines := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintf(lines, "  ROW\t%sLOG-DENSITY\tPERCENTILE\tCOLUMNS THAT MAKE IT STRANGE\n", kept.names)
	for i, s := range r.Strangest {
		fmt.Fprintf(lines, "  %d\t%s%.2f\t%.2f\t%s\n", s.Row, kept.rows[i], s.LogProb, s.Percentile, s.why(width(w)-before))
	}
	if err := lines.Flush(); err != nil {
		return err
	}
	text.WriteString("\nBeside a value: what the log-density would gain with that of the column's usual\nvalues that suits the rest of the row best.\n")
	_, err := fmt.Fprint(w, text.String())
	return err
}

// why writes the columns that count in a line of that width: the strangest, and up to two more that gain a tenth of it at
// least.
func (s strange) why(most int) string {
	text := ""
	for i, c := range s.Columns[:min(len(s.Columns), 3)] {
		word := fmt.Sprintf("%s %s (%+.1f at %s)", cut(c.Column, 24), c.Value, c.Gain, c.Usual)
		switch {
		case i == 0:
			text = word
		case c.Gain < s.Columns[0].Gain/10 || len([]rune(text+", "+word)) > most:
			return text
		default:
			text += ", " + word
		}
	}
	return text
}
