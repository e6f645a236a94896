package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows/model"
	"github.com/go-ffjord/ffjord/internal/quote"
	"github.com/go-ffjord/ffjord/viz"
)

// plotCommand draws pictures.
type plotCommand struct {
	What    string             `arg:"" enum:"corner,samples,density,panel,gallery,losses" help:"Which picture."`
	File    string             `arg:"" help:"Model that fit has made; for losses a table of them, CSV."`
	Out     string             `short:"o" required:"" help:"Output, .png or .svg." placeholder:"FILE"`
	Data    string             `help:"Rows to show beside the model." placeholder:"FILE"`
	Columns []string           `help:"Columns to show: two, for corner up to twelve. Without it the first ones." placeholder:"NAME"`
	N       int                `short:"n" default:"4000" help:"Draws from the model."`
	Given   string             `help:"File with the condition of the draws, one row." placeholder:"FILE"`
	Seed    uint64             `default:"1" help:"Seed of the draws."`
	Level   map[string]float64 `help:"Broken lines to compare losses with, as entropy=2.05." placeholder:"NAME=NATS;..."`
	Caption string             `help:"Words above the picture, in place of what it shows." placeholder:"TEXT"`
	Width   int                `help:"Width in pixels. Without it as large as the picture needs, to be shown at half its size." placeholder:"N"`
	input
}

// Help is shown below the flags.
func (plotCommand) Help() string {
	return `The pictures:

    corner   all columns by themselves and by pairs: data grey, draws as blue lines around half of them and nine tenths
    samples  rows and draws side by side, by two columns
    density  log p over two columns: of a model of these two as it is, of others as the draws have it
    panel    what the flow does to the plane, beside the data's density; of models that are two wide
    gallery  draws on their way from the base to the data, in the units of the flow
    losses   the falling losses of a training, a table with the columns epoch, a loss, and held for held-out rows

Categories are shown by their places in the list of them, times as dates and times of UTC, and rows with a missing value are
not shown.

Examples:
  ffjord plot corner rows.safetensors -data rows.csv -o corner.png
  ffjord plot density rows.safetensors -columns height,weight -o density.svg -width 800`
}

// Run draws the picture.
func (c plotCommand) Run(a *app) error {
	if err := checkEnding("o", c.Out, ".png", ".svg"); err != nil {
		return err
	}
	if c.N < 2 || c.N > 1<<20 {
		return usagef("-n %d, want 2 to %d", c.N, 1<<20)
	}
	if c.Width < 0 {
		return usagef("-width %d, want at least 1", c.Width)
	}
	picture, err := c.picture(a)
	if err != nil {
		return err
	}
	if err := viz.Save(c.Out, viz.Resized{Picture: picture, Width: c.Width}); err != nil {
		return err
	}
	if a.json {
		return a.writeJSON(map[string]string{"out": c.Out, "picture": c.What})
	}
	return nil
}

func (c plotCommand) picture(a *app) (viz.Picture, error) {
	if c.What == "losses" {
		return c.losses(a)
	}
	if len(c.Level) > 0 {
		return nil, usagef("-level is for losses")
	}
	s, err := c.scene(a)
	if err != nil {
		return nil, err
	}
	switch c.What {
	case "corner":
		return s.corner()
	case "samples":
		return s.samples()
	case "density":
		return s.density()
	case "panel":
		return s.panel()
	}
	return s.gallery()
}

// scene is what a picture of a model is made of.
type scene struct {
	plotCommand
	app   *app
	model *model.Model
	rng   *rand.Rand
	data  *data.Table // nil where there is none
	given *data.Table // one row; nil where nothing is given
}

// scene loads the model and reads the rows.
func (c plotCommand) scene(a *app) (*scene, error) {
	m, err := loadModel(a, c.File)
	if err != nil {
		return nil, err
	}
	s := &scene{plotCommand: c, app: a, model: m, rng: rand.New(rand.NewPCG(c.Seed, 0))}
	if c.Data != "" {
		f, err := c.rows(a, c.Data, m)
		if err != nil {
			return nil, err
		}
		t, err := f.Read()
		if err != nil {
			return nil, err
		}
		s.data = &t
	}
	conditions := len(m.Given.Columns) > 0
	switch {
	case c.Given != "" && !conditions:
		return nil, usagef("-given %s, but nothing is given to this model", c.Given)
	case c.Given == "" && conditions:
		return nil, usagef("the model draws given the columns %q: want one row of them by -given FILE", m.Given.Inputs())
	case !conditions:
		return s, nil
	}
	t, err := c.conditions(a, c.Given, m)
	if err != nil {
		return nil, err
	}
	s.given = &t
	if s.given.Len() != 1 {
		return nil, usagef("-given %s has %d rows, want one: a picture is of one condition", c.Given, s.given.Len())
	}
	return s, nil
}

// draws returns n rows of the model's own columns.
func (s *scene) draws(n int) (data.Table, error) {
	t, err := s.table(n)
	if err != nil {
		return t, err
	}
	return t.Select(s.model.X.Inputs()...)
}

func (s *scene) table(n int) (data.Table, error) {
	if s.given != nil {
		return s.model.SampleGiven(s.app.ctx, *s.given, n, s.rng)
	}
	return s.model.Sample(s.app.ctx, n, s.rng)
}

// names returns the columns to show, at most so many, and at least two where the picture is one of pairs.
func (s *scene) names(most int) ([]string, error) {
	all := s.model.X.Inputs()
	chosen := s.Columns
	if chosen == nil {
		for _, column := range s.model.X.Columns {
			if column.Constant == nil { // which has nothing to show
				chosen = append(chosen, column.Name)
			}
		}
		chosen = chosen[:min(len(chosen), most)]
	}
	for _, name := range chosen {
		if !slices.Contains(all, name) {
			return nil, usagef("no column %s in the model, want one of %q", quote.Text(name), all)
		}
	}
	if len(chosen) > most || most == 2 && len(chosen) != 2 {
		return nil, usagef("%s to show, want %d", plural(len(chosen), "column"), most)
	}
	return chosen, nil
}

// clocks say which of the columns hold times, and what their numbers count.
func (s *scene) clocks(names []string) []viz.Clock {
	kinds, clocks := times(s.model), make([]viz.Clock, len(names))
	for j, name := range names {
		switch as := kinds[name]; {
		case as == table.Date:
			clocks[j] = viz.Days
		case as == table.TimeOfDay:
			clocks[j] = viz.SecondsADay
		case as.IsTime():
			clocks[j] = viz.Seconds
		}
	}
	return clocks
}

// cover returns a window around points of two columns.
func (s *scene) cover(points []float64, names []string) (viz.Grid, error) {
	window, err := viz.Cover(points)
	if err != nil {
		return window, fmt.Errorf("columns %q: %w", names, err)
	}
	clocks := s.clocks(names)
	window.ClockX, window.ClockY = clocks[0], clocks[1]
	return window, nil
}

// caption returns the words above the picture: those that were asked for, or what it shows.
func (s *scene) caption(shows string) string {
	if s.Caption != "" {
		return s.Caption
	}
	return shows
}

// whole returns the numbers of some columns of those rows that miss none of them.
func whole(t data.Table, names []string) ([]float64, error) {
	chosen, err := t.Select(names...)
	if err != nil {
		return nil, err
	}
	values, dim := table.Values(chosen), len(names)
	var rows []float64
	for i := 0; i < len(values); i += dim {
		if row := values[i : i+dim]; !slices.ContainsFunc(row, math.IsNaN) {
			rows = append(rows, row...)
		}
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("no row has values in all of the columns %q", names)
	}
	return rows, nil
}
