package data

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/go-ffjord/ffjord/internal/place"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// Join returns the columns of both tables side by side, as a copy: as many rows of both, and no name twice.
func (t Table) Join(other Table) (Table, error) {
	for _, x := range []Table{t, other} {
		if err := x.check(); err != nil {
			return Table{}, err
		}
	}
	if n, m := t.Len(), other.Len(); n != m {
		return Table{}, fmt.Errorf("data: join: %d rows beside %d", n, m)
	}
	joined := Table{Names: slices.Concat(t.Names, other.Names)}
	if twice := shared(joined.Names); twice != "" {
		return Table{}, fmt.Errorf("data: join: %s", twice)
	}
	a, b := float64s(t.Rows), float64s(other.Rows)
	values := make([]float64, 0, len(a)+len(b))
	for i := range t.Len() {
		values = append(values, a[i*len(t.Names):(i+1)*len(t.Names)]...)
		values = append(values, b[i*len(other.Names):(i+1)*len(other.Names)]...)
	}
	joined.Rows = newTable(values, len(joined.Names))
	if len(t.Levels)+len(other.Levels) > 0 {
		joined.Levels = make(map[string][]string)
		maps.Copy(joined.Levels, t.Levels)
		maps.Copy(joined.Levels, other.Levels)
	}
	return joined, nil
}

// Concat returns the rows of the table and then those of the others, as a copy. Columns go by name and have the order
// of t; categories that t does not know are added behind its own.
func (t Table) Concat(others ...Table) (Table, error) {
	if err := t.check(); err != nil {
		return Table{}, err
	}
	all := Table{Names: t.Names, Levels: maps.Clone(t.Levels)}
	values := float64s(t.Rows)
	for i, x := range others {
		if len(x.Names) != len(t.Names) {
			return Table{}, fmt.Errorf("data: concat: table %d has the columns %s, want %s",
				i+1, quoteAll(x.Names), quoteAll(t.Names))
		}
		x, err := x.Select(t.Names...)
		if err != nil {
			return Table{}, place.In(fmt.Sprintf("data: concat: table %d", i+1), err)
		}
		more := float64s(x.Rows)
		for j, name := range t.Names {
			known, isCategory := all.Levels[name]
			if _, ok := x.Levels[name]; ok != isCategory {
				return Table{}, fmt.Errorf("data: concat: column %s holds categories in one table and numbers in another",
					quote.Text(name))
			}
			if !isCategory {
				continue
			}
			of := newCategories(known)
			of.closed = false
			if bad := recode(more, j, len(t.Names), name, x.Levels[name], of); bad != nil {
				return Table{}, place.In(fmt.Sprintf("data: concat: table %d", i+1), bad[0])
			}
			all.Levels[name] = of.levels
		}
		values = append(values, more...)
	}
	all.Rows = newTable(values, len(t.Names))
	return all, nil
}

// recode gives the categories of column j of rows that are dim wide the numbers that they have in another table. It
// returns what it can't, which becomes NaN.
func recode(values []float64, j, dim int, name string, levels []string, to *categories) (bad []*ValueError) {
	for i := j; i < len(values); i += dim {
		v := values[i]
		if math.IsNaN(v) {
			continue
		}
		k, err := int(v), error(nil)
		if float64(k) != v || k < 0 || k >= len(levels) {
			err = fmt.Errorf("%v, want the number of one of %d categories", v, len(levels))
		} else {
			values[i], err = to.of(levels[k])
		}
		if err != nil {
			values[i] = math.NaN()
			bad = append(bad, &ValueError{Row: i / dim, Column: name, Err: err})
		}
	}
	return bad
}
