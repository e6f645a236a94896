package main

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows/model"
)

// infoCommand tells what a model is.
type infoCommand struct {
	Model string `arg:"" help:"Model that fit has made."`
}

// Help is shown below the flags.
func (infoCommand) Help() string {
	return `Examples:
  ffjord info rows.safetensors
  ffjord info rows.safetensors -json`
}

// information is what is told.
type information struct {
	About   model.About   `json:"about"`
	Columns []data.Column `json:"columns"`
	Given   []data.Column `json:"given,omitempty"`
	Summary string        `json:"summary"`
}

// Run tells it.
func (c infoCommand) Run(a *app) error {
	m, err := loadModel(a, c.Model)
	if err != nil {
		return err
	}
	summary, err := m.Flow.Summary()
	if err != nil {
		return err
	}
	told := information{About: m.About, Columns: m.X.Columns, Given: m.Given.Columns, Summary: summary}
	if a.json {
		return a.writeJSON(told)
	}
	var text strings.Builder
	title := func(s string) { fmt.Fprintf(&text, "\n%s\n", paint(a.out, bold, s)) }
	fmt.Fprintf(&text, "%s\n", paint(a.out, bold, c.Model))
	lines := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	about := m.About
	fmt.Fprintf(lines, "  made by\tffjord %s\n", about.Version)
	fmt.Fprintf(lines, "  flags\t%s\n", shell(about.Args...))
	fmt.Fprintf(lines, "  seed\t%d\n", about.Seed)
	fmt.Fprintf(lines, "  data\t%d rows: %d learnt, %d to choose by, %d to test; fingerprint %s\n",
		about.Train+about.Validation+about.Test, about.Train, about.Validation, about.Test, about.Fingerprint)
	if err := lines.Flush(); err != nil {
		return err
	}
	title("Columns")
	writeColumns(&text, m)
	if about.Test > 0 {
		title("Test rows, log-density in nats a row")
		writeFigures(&text, about)
	}
	title("Flow")
	for line := range strings.Lines(summary) {
		fmt.Fprintf(&text, "  %s", line)
	}
	_, err = fmt.Fprintln(a.out, strings.TrimRight(text.String(), "\n"))
	return err
}

// writeColumns writes a line for each column: what it holds, its quantiles or categories, and what is done to it.
func writeColumns(text *strings.Builder, m *model.Model) {
	lines := tabwriter.NewWriter(text, 0, 0, 2, ' ', 0)
	fmt.Fprintf(lines, "  \tkind\tleast\tmedian\tgreatest\tmissing\tmade fit by\n")
	of := make(map[string]data.Column)
	for _, c := range append(m.X.Columns[:len(m.X.Columns):len(m.X.Columns)], m.Given.Columns...) {
		of[c.Name] = c
	}
	given := make(map[string]bool)
	for _, name := range m.Given.Inputs() {
		given[name] = true
	}
	for _, c := range m.About.Columns {
		kind := "number"
		if c.Integer {
			kind = "integer"
		}
		kind = cmp.Or(c.Time, kind)
		low, mid, high := "", "", ""
		if len(c.Quantiles.P) > 0 {
			as := table.Kind(c.Time)
			low, mid, high = written(as, c.Quantiles.At(0)), written(as, c.Quantiles.At(0.5)), written(as, c.Quantiles.At(1))
		}
		if levels := of[c.Name].Levels; levels != nil {
			kind, low, mid, high = fmt.Sprintf("%d categories", len(levels)), "", "", ""
		}
		if given[c.Name] {
			kind = "given, " + kind
		}
		missing := ""
		if c.Missing > 0 {
			missing = fmt.Sprint(c.Missing)
		}
		fmt.Fprintf(lines, "  %s\t%s\t%s\t%s\t%s\t%s\t%s\n", cut(c.Name, 24), kind, low, mid, high, missing, steps(of[c.Name]))
	}
	_ = lines.Flush() // to memory
}

// short writes a number in a few characters.
func short(v float64) string { return fmt.Sprintf("%.4g", v) }

// written is short of a number that may be a time, which is to the minute beside a date.
func written(k table.Kind, v float64) string {
	switch {
	case !k.IsTime():
		return short(v)
	case k == table.Date || k == table.TimeOfDay:
		return k.Text(v)
	}
	const minute = len("2006-01-02T15:04")
	return strings.Replace(k.Text(v)[:minute], "T", " ", 1)
}

// cut shortens a text of a file to at most that many characters and takes out what would control the terminal. An empty
// text becomes a pair of quotes.
func cut(s string, most int) string {
	if s == "" {
		return `""`
	}
	s = shown(s)
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// shown returns a text without the characters that move a terminal.
func shown(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}

// steps says in a few words what is done to a column.
func steps(c data.Column) string {
	switch {
	case c.Constant != nil:
		return "left out: constant"
	case c.Twin != "":
		return "left out: follows from " + cut(c.Twin, 16)
	}
	var words []string
	switch {
	case c.FillNoise:
		words = append(words, "gaps filled with noise")
	case c.Fill != nil:
		words = append(words, "gaps filled with "+short(*c.Fill))
	}
	if c.Levels != nil || c.Step > 0 {
		words = append(words, "blurred")
	}
	if c.OneHot {
		words = append(words, "one column a category")
	}
	if c.Low != nil || c.High != nil {
		words = append(words, "ends moved in")
	}
	if c.Shape != data.Plain {
		words = append(words, string(c.Shape))
	}
	return strings.Join(append(words, "scaled"), ", ")
}

// writeFigures writes how well the test rows are told, beside other densities.
func writeFigures(text *strings.Builder, about model.About) {
	lines := tabwriter.NewWriter(text, 0, 0, 3, ' ', 0)
	fmt.Fprintf(lines, "  flow\t%s\t\n", figure(about.TestLogProb))
	for _, b := range about.Baselines {
		than := "flow better by"
		if b.Gain.Mean < 0 {
			than = "flow worse by"
		}
		fmt.Fprintf(lines, "  %s\t%s\t%s %.3f ± %.3f\n", b.Name, figure(b.Mean), than, math.Abs(b.Gain.Mean), b.Gain.StdErr)
	}
	_ = lines.Flush() // to memory
}

func figure(m model.Mean) string { return fmt.Sprintf("%8.3f ± %.3f", m.Mean, m.StdErr) }
