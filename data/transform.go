package data

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-ffjord/ffjord/internal/place"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// Transform is the map from a table as it was read to rows that a model can learn, each column by itself, as a [Recipe]
// fitted it on the training rows. It has an inverse and a log-determinant, so that a density of the rows is one of the
// table in its own units, see [Transform.LogProb]. All is float64, and encoding/json writes and reads it.
//
// A number x of a column becomes, in this order,
//
//	x ← Fill                    if it is missing
//	x ← min(max(x, Low), High)
//	x ← x + Step (u - ½)        u uniform on [0, 1)
//	y = shape((x - Center) / Scale)
//	z = (y - Mean) / Std
//
// where each step is there only if the column says so.
type Transform struct {
	Columns []Column `json:"columns"`
}

// Dim returns the width of the rows that come out.
func (t Transform) Dim() int {
	dim := 0
	for i := range t.Columns {
		dim += t.Columns[i].width()
	}
	return dim
}

// Inputs returns the names of the table's columns that go in.
func (t Transform) Inputs() []string {
	var names []string
	for _, c := range t.Columns {
		names = append(names, c.Name)
	}
	return names
}

// Names returns the names of the columns that come out: "city=Rome" is that of a category, "age missing" an indicator.
func (t Transform) Names() []string {
	var names []string
	for _, c := range t.Columns {
		switch {
		case c.left():
			continue
		case c.OneHot:
			for _, level := range c.Levels {
				names = append(names, c.Name+"="+level)
			}
		default:
			names = append(names, c.Name)
		}
		if c.Fill != nil {
			names = append(names, c.Name+" missing")
		}
	}
	return names
}

// Part returns the transform of some columns alone, by name and in that order: those of a condition, for one, whose
// stretching is no part of a density given it.
func (t Transform) Part(names ...string) (Transform, error) {
	at, err := find(names, t.Inputs())
	if err != nil {
		return Transform{}, place.In("data: transform", err)
	}
	var part Transform
	for _, j := range at {
		part.Columns = append(part.Columns, t.Columns[j])
	}
	return part, part.check()
}

// Levels returns the categories of the columns that have some, for [CSV.Levels].
func (t Transform) Levels() map[string][]string {
	levels := make(map[string][]string)
	for _, c := range t.Columns {
		if c.Levels != nil {
			levels[c.Name] = c.Levels
		}
	}
	if len(levels) == 0 {
		return nil
	}
	return levels
}

// UnmarshalJSON reads what encoding/json wrote of a transform. It refuses members that it does not know, which may be
// steps of a later version, and what is no transform.
func (t *Transform) UnmarshalJSON(text []byte) error {
	type plain Transform
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var read plain
	if err := decoder.Decode(&read); err != nil {
		return place.In("data: transform", err)
	}
	*t = Transform(read)
	return t.check()
}

// check refuses what is no transform.
func (t Transform) check() error {
	if len(t.Columns) == 0 {
		return errors.New("data: transform: no columns")
	}
	if twice := shared(t.Inputs()); twice != "" {
		return fmt.Errorf("data: transform: %s", twice)
	}
	at := make(map[string]*Column, len(t.Columns))
	for i := range t.Columns {
		at[t.Columns[i].Name] = &t.Columns[i]
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		if err := c.check(); err != nil {
			return fmt.Errorf("data: transform: column %s: %w", quote.Text(c.Name), err)
		}
		if twin, ok := at[c.Twin]; c.Twin != "" && (!ok || twin.left() || twin.Levels != nil) {
			return fmt.Errorf("data: transform: column %s: no column of numbers %s to take it from",
				quote.Text(c.Name), quote.Text(c.Twin))
		}
	}
	if t.Dim() == 0 {
		return errors.New("data: transform: every column is left out")
	}
	return nil
}
