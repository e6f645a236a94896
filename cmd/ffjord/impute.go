package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows/model"
)

// imputeCommand fills in missing values.
type imputeCommand struct {
	Model     string  `arg:"" help:"Model that fit has made."`
	Rows      string  `arg:"" help:"Rows with missing values; - is standard input."`
	Out       string  `short:"o" default:"-" help:"Output: .csv, .npy, .parquet or .jsonl, - is standard output." placeholder:"FILE"`
	Mode      bool    `help:"The values that are most likely together, in place of a draw."`
	N         int     `short:"n" default:"1" help:"Draws of each row, one below the other."`
	Proposals int     `default:"1000" help:"Proposals for each row: more are slower, and closer to the model's density."`
	Least     float64 `default:"20" help:"Independent draws that a row's proposals must be worth, or it stays as it is."`
	Diagnose  bool    `help:"Write two columns more: imputed, the number of values that a row missed, and effective, what its proposals were worth."`
	Seed      uint64  `default:"1" help:"Seed of the draws."`
	input
}

// Help is shown below the flags.
func (imputeCommand) Help() string {
	return `Missing values are drawn from the model's density given the others of their row, by importance sampling: proposals are
made around draws of the model whose other columns are like the row's, and one is taken in proportion to its weight. That
is exact in the limit of many proposals. How many independent draws they are worth is told; a row where it is less than
-least stays as it is and is counted, for its values would be those of a few proposals, and not of the model.

Of a model of few columns, and of rows like those of training, a thousand proposals are worth some hundreds. Columns of a
condition can't be filled in, for the model has no density of them.

Exit code 3 where rows stayed as they were.

Examples:
  ffjord impute rows.safetensors gaps.csv -o full.csv
  ffjord impute rows.safetensors gaps.csv -n 20 -diagnose -o draws.parquet`
}

// imputeTold is what was done.
type imputeTold struct {
	Rows      int       `json:"rows"`
	Gaps      int       `json:"gaps"`   // rows that missed values
	Filled    int       `json:"filled"` // of those
	Values    int       `json:"values"`
	Effective []float64 `json:"effective"` // least and mean of the rows with gaps; empty where there are none
	Left      []string  `json:"left"`      // why rows stayed as they were, the first of them
	sum       float64
	measured  int
}

// imputeBatch is the number of rows filled in at a time.
const imputeBatch = 256

// Run fills the rows in, batch by batch.
func (c imputeCommand) Run(a *app) error {
	if c.N < 1 || c.Proposals < 10 || c.Proposals > 1<<20 || !(c.Least >= 0) {
		return usagef("-n %d, -proposals %d, -least %v: want at least 1, 10 to %d, and 0 or more", c.N, c.Proposals, c.Least, 1<<20)
	}
	if c.Mode && c.N > 1 {
		return usagef("-mode with -n %d, want one or the other", c.N)
	}
	if err := checkOutput(c.Out, c.Model, c.Rows); err != nil {
		return err
	}
	if a.json && c.Out == "-" {
		return usagef("-json writes to standard output what was done: want -o FILE for the rows")
	}
	m, err := loadModel(a, c.Model)
	if err != nil {
		return err
	}
	f, err := c.rows(a, c.Rows, m)
	if err != nil {
		return err
	}
	f.Batch, f.OpenLevels = imputeBatch, false // what is written has the categories of the model
	rows, err := f.Open()
	if err != nil {
		return err
	}
	defer rows.Close()
	told := imputeTold{Effective: []float64{}, Left: []string{}}
	if err := c.fill(a, m, rows, f.Name(), &told); err != nil {
		return err
	}
	if a.json {
		err = a.writeJSON(told)
	} else {
		_, err = fmt.Fprintln(a.err, told)
	}
	if err != nil {
		return err
	}
	if told.Filled < told.Gaps {
		left := told.Gaps - told.Filled
		return &alarmError{fmt.Sprintf("%s as %s, the first: %s", plural(left, "row"), verb(left, "it was", "they were"), told.Left[0])}
	}
	return nil
}

func (c imputeCommand) fill(a *app, m *model.Model, rows *table.Rows, file string, told *imputeTold) (err error) {
	names := rows.Names()
	if c.Diagnose {
		names = append(slices.Clone(names), "imputed", "effective")
	}
	w, err := table.Create(c.Out, a.out, columnsOf(m, names, "imputed"))
	if err != nil {
		return err
	}
	defer w.Abort()
	rng := rand.New(rand.NewPCG(c.Seed, 0))
	for {
		t, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return w.Close()
		}
		if err != nil {
			return err
		}
		how := model.Imputation{Draws: c.N, Mode: c.Mode, Proposals: c.Proposals}
		done, err := m.Impute(a.ctx, t.Table, how, rng)
		if err != nil {
			return fmt.Errorf("%s, from row %d on: %w", file, told.Rows+1, err)
		}
		values := c.kept(t.Table, done, told)
		if c.Diagnose {
			values = diagnosed(values, len(t.Names), c.N, done)
		}
		if err := w.Write(table.Kept{}, values); err != nil {
			return err
		}
	}
}

// kept returns the filled rows, of which those that are worth too little are as they were, and counts them.
func (c imputeCommand) kept(t data.Table, done model.Imputed, told *imputeTold) []float64 {
	values, was, width := table.Values(done.Table), table.Values(t), len(t.Names)
	bad := make(map[int]error)
	for _, err := range done.Bad {
		if at := (*data.ValueError)(nil); errors.As(err, &at) {
			bad[at.Row] = err
		}
	}
	for i := range t.Len() {
		filled, effective := done.Filled[i], done.Effective[i]
		why := ""
		switch {
		case bad[i] != nil:
			why = fmt.Sprintf("row %d: %v", told.Rows+i+1, errors.Unwrap(bad[i]))
		case filled == 0:
			continue
		case effective < c.Least:
			why = fmt.Sprintf("row %d: proposals worth %.3g draws, want %v: more -proposals may do", told.Rows+i+1, effective, c.Least)
			for k := range c.N {
				copy(values[(i*c.N+k)*width:], was[i*width:(i+1)*width])
			}
		default:
			told.Filled++
			told.Values += filled
		}
		told.Gaps++
		told.note(effective, bad[i] == nil)
		if why != "" && len(told.Left) < 10 {
			told.Left = append(told.Left, why)
		}
	}
	told.Rows += t.Len()
	return values
}

// note counts what a row's proposals are worth.
func (t *imputeTold) note(effective float64, measured bool) {
	if !measured || math.IsInf(effective, 1) { // its values follow from others
		return
	}
	t.sum, t.measured = t.sum+effective, t.measured+1
	least := effective
	if len(t.Effective) > 0 {
		least = min(least, t.Effective[0])
	}
	t.Effective = []float64{least, t.sum / float64(t.measured)}
}

// diagnosed puts two columns beside the rows.
func diagnosed(values []float64, width, draws int, done model.Imputed) []float64 {
	wide := make([]float64, 0, len(values)/width*(width+2))
	for i := range len(values) / width {
		row := i / draws
		effective := done.Effective[row]
		if math.IsInf(effective, 1) || done.Filled[row] == 0 {
			effective = math.NaN() // nothing was drawn
		}
		wide = append(append(wide, values[i*width:(i+1)*width]...), float64(done.Filled[row]), effective)
	}
	return wide
}

func (t imputeTold) String() string {
	text := fmt.Sprintf("%s, %d with gaps, %s filled in", plural(t.Rows, "row"), t.Gaps, plural(t.Values, "value"))
	if len(t.Effective) > 0 {
		text += fmt.Sprintf("; proposals of a row are worth %.3g draws in the mean, %.3g at least", t.Effective[1], t.Effective[0])
	}
	return text
}
