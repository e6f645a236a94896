package main

import (
	"math"
	"slices"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/viz"
)

// density draws log p over two columns.
func (s *scene) density() (viz.Picture, error) {
	names, err := s.names(2)
	if err != nil {
		return nil, err
	}
	draws, rows, err := s.both(names)
	if err != nil {
		return nil, err
	}
	shown := draws
	if rows != nil {
		shown = rows
	}
	window, err := s.cover(middle(shown), names)
	if err != nil {
		return nil, err
	}
	const cells = 120
	window.NX, window.NY = cells, 0
	var logp []float64
	shows := names[1] + " over " + names[0]
	if s.exact(names) {
		logp, err = s.logProb(names, window)
	} else {
		shows += ", by draws"
		logp, err = viz.KDE{}.Density(draws, window)
		for i, p := range logp {
			logp[i] = math.Log(p)
		}
	}
	return viz.Density{Caption: s.caption(shows), Grid: window, Learnt: logp}, err
}

// middle returns points without those beyond 99 of 100 in a column.
func middle(points []float64) []float64 {
	var lo, hi [2]float64
	for j := range 2 {
		var values []float64
		for i := j; i < len(points); i += 2 {
			values = append(values, points[i])
		}
		slices.Sort(values)
		const tail = 0.005
		lo[j], hi[j] = values[int(tail*float64(len(values)-1))], values[int((1-tail)*float64(len(values)-1))]
	}
	var kept []float64
	for i := 0; i < len(points); i += 2 {
		if x, y := points[i], points[i+1]; x >= lo[0] && x <= hi[0] && y >= lo[1] && y <= hi[1] {
			kept = append(kept, x, y)
		}
	}
	return kept
}

// exact reports whether the model is one of these two columns alone, both of numbers without steps.
func (s *scene) exact(names []string) bool {
	for _, c := range s.model.X.Columns {
		left := c.Constant != nil || c.Twin != ""
		if !left && (!slices.Contains(names, c.Name) || c.Step > 0 || c.Levels != nil) || left && slices.Contains(names, c.Name) {
			return false
		}
	}
	return true
}

// logProb returns the model's log-density at the points of the grid.
func (s *scene) logProb(names []string, window viz.Grid) ([]float64, error) {
	points := window.Points()
	t := data.Table{Names: names, Rows: data.Rows(2, points...)}
	inputs := s.model.Inputs()
	rest := slices.DeleteFunc(slices.Clone(inputs), func(name string) bool { return slices.Contains(names, name) })
	if len(rest) > 0 { // what was left out, and the condition
		first, err := s.table(1)
		if err != nil {
			return nil, err
		}
		one, err := first.Select(rest...)
		if err != nil {
			return nil, err
		}
		beside, err := one.Take(make([]int, t.Len())...)
		if err != nil {
			return nil, err
		}
		if t, err = t.Join(beside); err != nil {
			return nil, err
		}
	}
	scores, err := s.model.LogProb(s.app.ctx, t)
	if err != nil {
		return nil, err
	}
	for i, v := range scores.LogProb {
		if math.IsNaN(v) { // beyond what the column's shape is finite for
			scores.LogProb[i] = math.Inf(-1)
		}
	}
	return scores.LogProb, nil
}
