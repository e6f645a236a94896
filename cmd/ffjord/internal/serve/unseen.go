package serve

import (
	"math"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
	"github.com/go-ffjord/ffjord/data"
)

// reader reads the values of rows of columns.
type reader struct {
	columns
	// unseen takes rows that can't have a density, for what they have in place of a value that the training rows could have
	// had: nothing, or another category. Nil refuses them.
	unseen *unseen
	// seen notes which columns objects have, among which others may stand then. Nil refuses these.
	seen []bool
}

func (r reader) open() bool { return r.unseen != nil }

// check returns what is wrong with a number in column j.
func (r reader) check(j int, v float64) *problem {
	if r.open() && math.IsNaN(v) {
		return nil
	}
	return r.columns[j].check(v)
}

// checkRow returns what is wrong with the first number of a row that is wrong.
func (r reader) checkRow(row []float64) *problem {
	for j, v := range row {
		if p := r.check(j, v); p != nil {
			p.Column = r.columns[j].Name
			return p
		}
	}
	return nil
}

// find notes the categories of rows that come behind those that are known.
func (r reader) find(rows []float64, levels map[string][]string) {
	width := len(r.columns)
	for i, v := range rows {
		c := &r.columns[i%width]
		if c.Levels != nil && v >= float64(len(c.Levels)) {
			rows[i] = r.unseen.add(i/width, c, levels[c.Name][int(v)])
		}
	}
}

// unseen are the categories of a request that the training rows do not have.
type unseen struct {
	told table.Unseen
	why  map[int]*data.ValueError // of their rows, the first of each
}

// add notes a category in row i and returns a number that stands for none.
func (u *unseen) add(i int, c *column, category string) float64 {
	if u.why == nil {
		u.why = make(map[int]*data.ValueError)
	}
	if u.why[i] == nil {
		u.why[i] = &data.ValueError{Row: i, Column: c.Name, Err: &data.CategoryError{Category: category, Levels: c.Levels}}
	}
	u.told.Add(c.Name, category, i)
	return float64(len(c.Levels))
}
