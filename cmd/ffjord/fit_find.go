package main

import (
	"errors"
	"fmt"
	"hash/maphash"
	"math"
	"math/rand/v2"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows/model"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// findings are what was found in a table, before anything is done about it.
type findings struct {
	Rows       int           `json:"rows"`
	Of         int           `json:"of"` // rows of the file, from which these were drawn
	Columns    []foundColumn `json:"columns"`
	Duplicates int           `json:"duplicates"`
	LeftOut    []data.Note   `json:"left_out,omitempty"` // columns that are nothing to learn
}

// foundColumn is what was found in a column.
type foundColumn struct {
	table.Column
	Missing   int             `json:"missing"`
	Distinct  int             `json:"distinct"`
	Quantiles model.Quantiles `json:"-"`
	Least     float64         `json:"least"`
	Median    float64         `json:"median"`
	Greatest  float64         `json:"greatest"`
	shares    []float64
}

// read reads the table with the columns that are wanted.
func (c fitCommand) read(a *app) (t table.Found, err error) {
	f, err := c.file(a, c.File)
	if err != nil {
		return t, err
	}
	f.Sample, f.Rand = c.Rows, rand.New(rand.NewPCG(c.Seed, 4))
	f.Exclude, f.Categories = c.Exclude, c.Categories
	if c.Columns != nil {
		f.Columns = slices.Concat(c.Columns, slices.DeleteFunc(slices.Clone(c.Given), func(name string) bool {
			return slices.Contains(c.Columns, name)
		}))
	}
	t, err = c.readRoom(f)
	if err != nil {
		return t, err
	}
	if c.Delimiter != "" && len(t.Names) == 1 && strings.ContainsAny(t.Names[0], ",;|\t") {
		return t, fmt.Errorf("%s: one column, %s, want another -delimiter", f.Name(), quote.Text(t.Names[0]))
	}
	for _, name := range c.Given {
		if !slices.Contains(t.Names, name) {
			return t, f.Absent("given", name, "column", t.Names)
		}
	}
	const least = 20
	if t.Len() < least {
		return t, fmt.Errorf("%s: %s, want at least %d to learn, choose and test by", f.Name(), plural(t.Len(), "row"), least)
	}
	return t, nil
}

// readRoom reads the table, or as much of it as shows that memory has no room for what a fit makes of it.
func (c fitCommand) readRoom(f table.File) (table.Found, error) {
	free := freeMemory()
	if limit := debug.SetMemoryLimit(-1); os.Getenv("GOMEMLIMIT") != "" && (free == 0 || limit < free) {
		free = limit
	}
	const copies = 10 // of each number, with what is found about its row
	f.Room = free / copies
	t, err := f.Find()
	if full := (*table.RoomError)(nil); errors.As(err, &full) {
		err = fmt.Errorf("%w, which is what %d MiB of free memory have room for: want -rows %d or less, to learn from some of them",
			err, free>>20, full.Rows)
	}
	return t, err
}

// find looks at every column, and returns the table without those that are nothing to learn.
func (j *job) find(of table.Found) (data.Table, error) {
	t := of.Table
	j.found.Rows, j.found.Of, j.found.Duplicates = t.Len(), of.Of, duplicates(t)
	for _, c := range table.Columns(t, of.Times) {
		values, err := t.Column(c.Name)
		if err != nil {
			return t, err
		}
		found, err := look(c, values)
		if err != nil {
			return t, err
		}
		const most = 1e150 // whose square is a number still
		if size := max(-found.Least, found.Greatest); size > most {
			return t, fmt.Errorf("%s: column %s has numbers as large as %.3g, want them in a unit in which they are below %.0e",
				j.File, quote.Text(c.Name), size, most)
		}
		if why := found.useless(values); why != "" && !slices.Contains(j.Given, c.Name) && !slices.Contains(j.Columns, c.Name) {
			j.found.LeftOut = append(j.found.LeftOut, data.Note{Column: c.Name, Text: why})
		}
		j.found.Columns = append(j.found.Columns, found)
	}
	var names []string
	for _, note := range j.found.LeftOut {
		names = append(names, note.Column)
	}
	if len(names) == len(t.Names) {
		var why []string
		for _, note := range j.found.LeftOut {
			why = append(why, note.String())
		}
		return t, fmt.Errorf("%s: there is nothing to learn: %s", j.File, strings.Join(why, "; "))
	}
	if !slices.ContainsFunc(j.found.Columns, func(c foundColumn) bool {
		return c.Distinct > 1 && !slices.Contains(names, c.Name) && !slices.Contains(j.Given, c.Name)
	}) {
		return t, fmt.Errorf("%s: no column to learn has more than one value", j.File)
	}
	if names == nil {
		return t, nil
	}
	return t.Drop(names...)
}

// look says what a column's values are like.
func look(c table.Column, values []float64) (foundColumn, error) {
	found := foundColumn{Column: c}
	distinct := slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	found.Missing = len(values) - len(distinct)
	if c.Kind == table.Category {
		found.shares = make([]float64, len(c.Levels))
		for _, v := range distinct {
			found.shares[int(v)] += 1 / float64(len(distinct))
		}
	} else {
		var err error
		if found.Quantiles, err = model.NewQuantiles(distinct, 32); err != nil {
			return found, err
		}
		if len(distinct) > 0 {
			found.Least, found.Median, found.Greatest = found.Quantiles.At(0), found.Quantiles.At(0.5), found.Quantiles.At(1)
		}
	}
	slices.Sort(distinct)
	found.Distinct = len(slices.Compact(distinct))
	return found, nil
}

// useless says why a column is nothing to learn, "" of others.
func (f foundColumn) useless(values []float64) string {
	switch n := len(values) - f.Missing; {
	case n == 0:
		return "has no value at all: left out"
	case f.Kind == table.Category && f.Distinct > 20 && 2*f.Distinct > n:
		return fmt.Sprintf("has %d different texts in %d rows, names or free text: left out (-columns names it to keep it)", f.Distinct, n)
	case f.Whole && f.Distinct == n && n > 2 && counts(values):
		return "counts the rows: left out (-columns names it to keep it)"
	}
	return ""
}

// counts reports whether values grow by the same from row to row.
func counts(values []float64) bool {
	for i := 2; i < len(values); i++ {
		if values[i]-values[i-1] != values[1]-values[0] {
			return false
		}
	}
	return true
}

// duplicates counts the rows that repeat an earlier row.
func duplicates(t data.Table) int {
	values, dim := table.Values(t), len(t.Names)
	seed, seen := maphash.MakeSeed(), make(map[uint64]struct{}, t.Len())
	twice := 0
	for row := range slices.Chunk(values, dim) {
		var h maphash.Hash
		h.SetSeed(seed)
		for _, v := range row {
			maphash.WriteComparable(&h, math.Float64bits(v))
		}
		if _, ok := seen[h.Sum64()]; ok {
			twice++
		}
		seen[h.Sum64()] = struct{}{}
	}
	return twice
}

// columns returns what a model keeps of the columns of those names.
func (f findings) columns(names []string) []model.Column {
	var columns []model.Column
	for _, name := range names {
		at := slices.IndexFunc(f.Columns, func(c foundColumn) bool { return c.Name == name })
		c := f.Columns[at]
		kept := model.Column{Name: name, Integer: c.Whole, Missing: c.Missing, Quantiles: c.Quantiles, Shares: c.shares}
		if c.Kind.IsTime() {
			kept.Time = string(c.Kind)
		}
		columns = append(columns, kept)
	}
	return columns
}
