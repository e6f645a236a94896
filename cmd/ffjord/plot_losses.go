package main

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/go-ffjord/ffjord/viz"
)

// losses draws a table of losses: the column epoch, that of the training's loss, and held if it is there.
func (c plotCommand) losses(a *app) (viz.Picture, error) {
	if c.Data != "" || c.Given != "" {
		return nil, usagef("-data and -given are for pictures of a model")
	}
	f, err := c.file(a, c.File)
	if err != nil {
		return nil, err
	}
	t, err := f.Read()
	if err != nil {
		return nil, err
	}
	epochs, err := t.Column("epoch")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.File, err)
	}
	curves := c.Columns
	if curves == nil {
		curves = slices.DeleteFunc([]string{"nll", "loss", "held"}, func(name string) bool { return !slices.Contains(t.Names, name) })
	}
	if len(curves) == 0 {
		return nil, fmt.Errorf("%s: no column nll, loss or held among %q: want -columns", c.File, t.Names)
	}
	l := viz.Losses{Caption: c.Caption}
	if l.Caption == "" {
		l.Caption = c.File
	}
	called := map[string]string{"nll": "training rows", "loss": "training rows", "held": "held-out rows"}
	for _, name := range curves {
		values, err := t.Column(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.File, err)
		}
		curve := viz.Curve{Name: name}
		if known, ok := called[name]; ok {
			curve.Name = known
		}
		for i, v := range values { // a loss is not measured after each epoch
			if !math.IsNaN(v) {
				curve.X, curve.Y = append(curve.X, epochs[i]), append(curve.Y, v)
			}
		}
		if len(curve.X) > 0 {
			l.Curves = append(l.Curves, curve)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Level)) {
		l.Levels = append(l.Levels, viz.Level{Name: name, At: c.Level[name]})
	}
	return l, nil
}
