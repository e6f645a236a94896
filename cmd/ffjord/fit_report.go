package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows/model"
)

// tell says what was found in the table, and what is done about it.
func (j *job) tell(w io.Writer) error {
	var text strings.Builder
	rows := plural(j.found.Rows, "row")
	if j.found.Of > j.found.Rows {
		rows = fmt.Sprintf("%d of %d rows, drawn at random", j.found.Rows, j.found.Of)
	}
	fmt.Fprintf(&text, "%s  %s\n\n", paint(w, bold, j.File), rows)
	j.tellColumns(&text)
	for _, note := range j.remarks() {
		fmt.Fprintf(&text, "%s %s\n", paint(w, yellow, "•"), wrap(note, min(width(w), 100)-2, "  "))
	}
	if len(j.remarks()) > 0 {
		text.WriteString("\n")
	}
	fmt.Fprintf(&text, "%s to learn, %d to choose the best parameters by, %d to test.\n",
		plural(j.parts.Train.Len(), "row"), j.parts.Validation.Len(), j.parts.Test.Len())
	_, err := io.WriteString(w, text.String())
	return err
}

// mostColumns is how many columns are listed on a screen.
const mostColumns = 40

func (j *job) tellColumns(text *strings.Builder) {
	lines := tabwriter.NewWriter(text, 0, 0, 2, ' ', 0)
	fmt.Fprintf(lines, "  COLUMN\tHOLDS\tDISTINCT\tMISSING\tLEAST\tMEDIAN\tGREATEST\n")
	for _, c := range j.found.Columns[:min(len(j.found.Columns), mostColumns)] {
		least, median, greatest := written(c.Kind, c.Least), written(c.Kind, c.Median), written(c.Kind, c.Greatest)
		if c.Kind == table.Category || c.Distinct == 0 {
			least, median, greatest = "", "", ""
		}
		missing := ""
		if c.Missing > 0 {
			missing = fmt.Sprint(c.Missing)
		}
		fmt.Fprintf(lines, "  %s\t%s\t%d\t%s\t%s\t%s\t%s\n", cut(c.Name, 24), holds(c.Kind), c.Distinct, missing, least, median, greatest)
	}
	_ = lines.Flush() // to memory
	if more := len(j.found.Columns) - mostColumns; more > 0 {
		fmt.Fprintf(text, "  and %d columns more\n", more)
	}
	text.WriteString("\n")
}

// holds says what a column of the kind holds.
func holds(k table.Kind) string {
	switch k {
	case table.Integer:
		return "whole numbers"
	case table.Category:
		return "categories"
	case table.TimeOfDay:
		return "times of day"
	}
	return string(k) + "s"
}

// unit says what the numbers in a note about a column of times count; "" for other columns and for notes without numbers.
func (f findings) unit(n data.Note) string {
	at := slices.IndexFunc(f.Columns, func(c foundColumn) bool { return c.Name == n.Column })
	if at < 0 || !f.Columns[at].Kind.IsTime() {
		return ""
	}
	switch of := f.Columns[at]; {
	case of.Distinct == 1 && strings.Contains(n.Text, "in every row"):
		return fmt.Sprintf(" (%s)", of.Kind.Text(of.Least))
	case strings.HasPrefix(n.Text, "is "), strings.Contains(n.Text, "blurred by "), strings.Contains(n.Text, "filled with ") && !strings.Contains(n.Text, "noise"):
		return fmt.Sprintf(" (%s)", of.Kind.Unit())
	}
	return ""
}

// remarks are what was noticed, in words.
func (j *job) remarks() []string {
	var told []string
	for _, note := range append(j.found.LeftOut[:len(j.found.LeftOut):len(j.found.LeftOut)], j.notes...) {
		if note.Column == "" {
			told = append(told, note.Text)
		} else {
			told = append(told, note.String()+j.found.unit(note))
		}
	}
	if n := j.found.Duplicates; n > 0 {
		told = append(told, fmt.Sprintf("%s of %d %s an earlier one: the density of rows that are copied has no bound",
			plural(n, "row"), j.found.Rows, verb(n, "repeats", "repeat")))
	}
	if n := j.dropped; n > 0 {
		told = append(told, fmt.Sprintf("%s kept back for choosing and testing %s left out: a value there is missing or unknown, "+
			"and none is in the rows to learn", plural(n, "row"), verb(n, "is", "are")))
	}
	const most = 30
	if more := len(told) - most; more > 0 {
		told = append(told[:most], fmt.Sprintf("and %d remarks more", more))
	}
	return told
}

// tellPlan says what would be done.
func (j *job) tellPlan(a *app) error {
	summary, err := j.plan.flow.Summary()
	if err != nil {
		return err
	}
	t := j.plan.trainer
	if a.json {
		return a.writeJSON(map[string]any{
			"out": j.Out, "found": j.found, "notes": j.remarks(), "columns": j.x.Columns, "given": j.given.Columns,
			"train": j.parts.Train.Len(), "validation": j.parts.Validation.Len(), "test": j.parts.Test.Len(),
			"flow": summary, "epochs": t.Epochs, "batch": t.Batch, "patience": t.Validation.Patience,
			"budget": j.Budget.String(), "seed": j.Seed,
		})
	}
	if err := j.tell(a.out); err != nil {
		return err
	}
	var text strings.Builder
	fmt.Fprintf(&text, "\n%s\n", paint(a.out, bold, "Plan"))
	for line := range strings.Lines(summary) {
		fmt.Fprintf(&text, "  %s", line)
	}
	fmt.Fprintf(&text, "  up to %d epochs of %d rows a step, ending %d validations after the best, within %v; seed %d\n  writes %s\n",
		t.Epochs, t.Batch, t.Validation.Patience, j.Budget, j.Seed, j.Out)
	_, err = io.WriteString(a.out, text.String())
	return err
}

// report says how well the density was learnt.
func (j *job) report(a *app, m *model.Model, took time.Duration) error {
	about := m.About
	verdict := verdictOf(about)
	if a.json {
		return a.writeJSON(map[string]any{
			"model": j.Out, "about": about, "found": j.found, "notes": j.remarks(), "verdict": verdict,
			"seconds": took.Seconds(), "shortened": j.late,
		})
	}
	var text strings.Builder
	fmt.Fprintf(&text, "\n%s  learnt from %s in %v\n\n", paint(a.out, bold, j.Out), plural(about.Train, "row"),
		took.Round(100*time.Millisecond))
	fmt.Fprintf(&text, "  Log-density of the test rows, in nats a row\n")
	writeFigures(&text, about)
	colour := green
	if len(about.Baselines) > 0 && best(about).Gain.Mean < 2*best(about).Gain.StdErr {
		colour = yellow
	}
	fmt.Fprintf(&text, "\n%s\n", paint(a.out, colour, wrap(verdict, min(width(a.out), 120), "")))
	if j.late != "" {
		fmt.Fprintln(&text, j.late)
	}
	fmt.Fprintf(&text, "\nNext:  %s\n", j.next())
	_, err := io.WriteString(a.out, text.String())
	return err
}

// next is the command that a user may want after this one: what was learnt is read as it was here.
func (j *job) next() string {
	if j.File == "-" { // which is not there any more
		return shell("ffjord", "sample", operand(j.Out), "-n", "20")
	}
	words := []string{"ffjord", "score", operand(j.Out), operand(j.File), "-top", "10"}
	return shell(append(words, j.input.words()...)...)
}

// best returns the baseline with the highest log-density.
func best(about model.About) model.Baseline {
	at := 0
	for i, b := range about.Baselines {
		if b.Gain.Mean < about.Baselines[at].Gain.Mean {
			at = i
		}
	}
	return about.Baselines[at]
}

// verdictOf says in a sentence how the flow compares with the best of the others: by the mean difference over the test
// rows, row by row, with its standard error.
func verdictOf(about model.About) string {
	if len(about.Baselines) == 0 {
		return "No other density was fitted to compare with."
	}
	b := best(about)
	by := fmt.Sprintf("%.2f ± %.2f nats a row", math.Abs(b.Gain.Mean), b.Gain.StdErr)
	switch {
	case b.Gain.Mean > 2*b.Gain.StdErr:
		return fmt.Sprintf("The flow beats the %s by %s.", b.Name, by)
	case b.Gain.Mean < -2*b.Gain.StdErr:
		return fmt.Sprintf("The flow is worse than the %s by %s: use that, or try more rows, -budget, -blocks.", b.Name, by)
	}
	return fmt.Sprintf("The flow is as good as the %s: the difference is %+.2f ± %.2f nats a row.", b.Name, b.Gain.Mean, b.Gain.StdErr)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// wrap breaks a text into lines, all of which but the first begin with an indent.
func wrap(text string, width int, indent string) string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return strings.Join(append(lines, line), "\n"+indent)
}
