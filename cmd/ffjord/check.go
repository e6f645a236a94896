package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"text/tabwriter"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/check"
	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows/model"
)

// checkCommand holds a model to the truth.
type checkCommand struct {
	Model string `arg:"" help:"Model that fit has made."`
	Data  string `help:"Rows that the model has not seen: checks are of these, and of how well it foretells them." placeholder:"FILE"`
	Drift string `help:"New rows, to be compared with those of training." placeholder:"FILE"`
	Rows  int    `default:"200" help:"Rows of the numeric checks."`
	N     int    `short:"n" default:"4000" help:"Draws to compare rows with."`
	Seed  uint64 `default:"1" help:"Seed of draws and choices."`
	input
}

// Help is shown below the flags.
func (checkCommand) Help() string {
	return `Of the model alone: the integral of p is 1 (one and two columns by quadrature, more by importance sampling); rows come
back from the base; log p changes little with half the tolerance, and is that of the same flow in float64 with tolerances
of 1e-10; log-determinants are those of a Jacobian written out by differences, and gradients those of log p. With -data:
columns and log-densities of rows are distributed as those of draws, and all columns together by their energy distance.
With -drift: columns and log-densities of new rows are distributed as those of the rows of training.

Exit code 1 where a check failed, and else 3 where new rows have drifted.

Examples:
  ffjord check rows.safetensors -data test.csv
  ffjord check rows.safetensors -drift today.csv -json`
}

// report is what was found.
type report struct {
	Verdict     check.Verdict  `json:"verdict"`
	Checks      []check.Result `json:"checks"`
	Calibration []check.Column `json:"calibration,omitempty"`
	Drift       []check.Column `json:"drift,omitempty"`

	drifted bool
}

// Run checks.
func (c checkCommand) Run(a *app) error {
	const most = 1 << 20
	if c.Rows < 1 || c.Rows > most {
		return usagef("-rows %d, want 1 to %d", c.Rows, most)
	}
	if c.N < 100 || c.N > most {
		return usagef("-n %d, want 100 to %d", c.N, most)
	}
	m, err := loadModel(a, c.Model)
	if err != nil {
		return err
	}
	if len(m.Given.Columns) > 0 && c.Data == "" {
		return usagef("the model's density is given the columns %q: want rows by -data FILE", m.Given.Inputs())
	}
	s := &check.Subject{Model: m, N: c.Rows, Draws: c.N, Rand: rand.New(rand.NewPCG(c.Seed, 0))}
	if c.Data != "" {
		if s.Rows, err = c.read(a, c.Data, m); err != nil {
			return err
		}
	}
	var drift *data.Table
	if c.Drift != "" {
		if drift, err = c.read(a, c.Drift, m); err != nil {
			return err
		}
	}
	found, err := c.check(a, s, drift)
	if err != nil {
		return err
	}
	if a.json {
		err = a.writeJSON(found)
	} else {
		_, err = fmt.Fprint(a.out, found.text(a))
	}
	if err != nil {
		return err
	}
	return found.verdict()
}

func (c checkCommand) read(a *app, path string, m *model.Model) (*data.Table, error) {
	f, err := c.rows(a, path, m)
	if err != nil {
		return nil, err
	}
	t, err := f.Read()
	return &t, err
}

// check does all checks that were asked for.
func (c checkCommand) check(a *app, s *check.Subject, drift *data.Table) (found report, err error) {
	if found.Checks, err = s.Numbers(a.ctx); err != nil {
		return found, err
	}
	if s.Rows != nil {
		results, columns, err := s.Calibration(a.ctx)
		if err != nil {
			return found, err
		}
		found.Checks, found.Calibration = append(found.Checks, results...), columns
	}
	found.Verdict = check.Passed
	for _, r := range found.Checks {
		if r.Verdict == check.Failed {
			found.Verdict = check.Failed
		}
	}
	if drift != nil {
		r, columns, err := s.Drift(a.ctx, *drift)
		if err != nil {
			return found, fmt.Errorf("%s: %w", c.Drift, err)
		}
		found.Checks, found.Drift, found.drifted = append(found.Checks, r), columns, r.Verdict == check.Failed
	}
	return found, nil
}

// verdict is the error by which the program ends.
func (r report) verdict() error {
	if r.Verdict == check.Failed {
		var names []string
		for _, c := range r.Checks {
			if c.Verdict == check.Failed && c.Name != "drift" {
				names = append(names, c.Name)
			}
		}
		return fmt.Errorf("failed: %s", strings.Join(names, ", "))
	}
	if r.drifted {
		return &alarmError{"the rows have drifted"}
	}
	return nil
}

// text writes the report for a person.
func (r report) text(a *app) string {
	var text strings.Builder
	colours := map[check.Verdict]string{check.Passed: green, check.Failed: red, check.Skipped: yellow}
	for _, c := range r.Checks {
		figure := ""
		if c.Figure != nil {
			figure = short(*c.Figure)
		}
		switch {
		case c.Most != nil:
			figure += " (at most " + short(*c.Most) + ")"
		case c.Least != nil:
			figure += " (at least " + short(*c.Least) + ")"
		}
		fmt.Fprintf(&text, "%s  %-16s %s\n", paint(a.out, colours[c.Verdict], fmt.Sprintf("%-7s", c.Verdict)), c.Name, figure)
		fmt.Fprintf(&text, "         %s\n", wrap(c.Text, 90, "         "))
	}
	columns(&text, a, "Rows beside draws", "draws", r.Calibration)
	columns(&text, a, "New rows beside those of training", "training", r.Drift)
	return text.String()
}

// columns writes a table of compared columns.
func columns(text *strings.Builder, a *app, title, beside string, of []check.Column) {
	if len(of) == 0 {
		return
	}
	fmt.Fprintf(text, "\n%s\n", paint(a.out, bold, title))
	lines := tabwriter.NewWriter(text, 0, 0, 2, ' ', 0)
	fmt.Fprintf(lines, "  COLUMN\tROWS\tDISTANCE\tBY CHANCE\tMISSING\tIN %s\t\n", strings.ToUpper(beside))
	for _, c := range of {
		mark := ""
		if c.Apart {
			mark = "differs"
		}
		fmt.Fprintf(lines, "  %s\t%d\t%.3f\t%.2g\t%.2f %%\t%.2f %%\t%s\n", cut(c.Name, 24), c.Rows, c.Distance, c.P, 100*c.Missing, 100*c.Expected, mark)
	}
	_ = lines.Flush() // to memory
}
