package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows/model"
)

// sampleCommand draws rows.
type sampleCommand struct {
	Model string `arg:"" help:"Model that fit has made."`
	N     int    `short:"n" default:"1000" help:"Rows to draw; with -given, for each of its rows."`
	Out   string `short:"o" default:"-" help:"Output: .csv, .npy, .parquet or .jsonl, - is standard output." placeholder:"FILE"`
	Given string `help:"File with the columns of the condition, a row for each condition." placeholder:"FILE"`
	Seed  uint64 `default:"1" help:"Seed of the draws: the same rows for the same seed."`
	input
}

// Help is shown below the flags.
func (sampleCommand) Help() string {
	return `Examples:
  ffjord sample rows.safetensors -n 20
  ffjord sample prices.safetensors -given cities.csv -n 100 -o draws.parquet`
}

// sampleBatch is the number of rows drawn at a time.
const sampleBatch = 1 << 14

// Run draws the rows, batch by batch, and writes them as the table was: with its types and categories.
func (c sampleCommand) Run(a *app) error {
	if c.N < 1 {
		return usagef("-n %d, want at least 1", c.N)
	}
	if err := checkOutput(c.Out, c.Model, c.Given); err != nil {
		return err
	}
	m, err := loadModel(a, c.Model)
	if err != nil {
		return err
	}
	if (c.Given != "") != (len(m.Given.Columns) > 0) {
		if c.Given != "" {
			return usagef("-given %s, but nothing is given to this model", c.Given)
		}
		return usagef("the model draws given the columns %q: want them by -given FILE", m.Given.Inputs())
	}
	var w *table.Writer
	write := func(t data.Table) error {
		if w == nil {
			columns := columnsOf(m, t.Names)
			if a.json && c.Out == "-" {
				lines, err := table.NewJSONLines(a.out, columns)
				if err != nil {
					return err
				}
				w = &table.Writer{Encoder: lines}
			} else if w, err = table.Create(c.Out, a.out, columns); err != nil {
				return err
			}
		}
		return w.Write(table.Kept{}, table.Values(t))
	}
	defer func() {
		if w != nil {
			w.Abort()
		}
	}()
	rng := rand.New(rand.NewPCG(c.Seed, 0))
	if c.Given == "" {
		err = c.draw(a, m, rng, write)
	} else {
		err = c.drawGiven(a, m, rng, write)
	}
	if err != nil {
		return err
	}
	return w.Close()
}

func (c sampleCommand) draw(a *app, m *model.Model, rng *rand.Rand, write func(data.Table) error) error {
	for left := c.N; left > 0; left -= sampleBatch {
		t, err := m.Sample(a.ctx, min(left, sampleBatch), rng)
		if err != nil {
			return err
		}
		if err := write(t); err != nil {
			return err
		}
	}
	return nil
}

func (c sampleCommand) drawGiven(a *app, m *model.Model, rng *rand.Rand, write func(data.Table) error) error {
	conditions, err := c.conditions(a, c.Given, m)
	if err != nil {
		return err
	}
	most := max(1, sampleBatch/c.N) // conditions at a time
	for from := 0; from < conditions.Len(); from += most {
		var places []int
		for i := from; i < min(from+most, conditions.Len()); i++ {
			places = append(places, i)
		}
		some, err := conditions.Take(places...)
		if err != nil {
			return err
		}
		t, err := m.SampleGiven(a.ctx, some, c.N, rng)
		if err != nil {
			return fmt.Errorf("%s: %w", table.File{Path: c.Given}.Name(), err)
		}
		if err := write(t); err != nil {
			return err
		}
	}
	return nil
}
