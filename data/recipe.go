package data

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-ffjord/ffjord/internal/place"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// Recipe says how a table is made fit for a model. Its zero value scales and refuses: values that are missing, columns
// that have one value in every row, columns that repeat another.
type Recipe struct {
	// Each is done to every column.
	Each Rule
	// Columns are rules, by name, for columns of their own, in the place of Each.
	Columns map[string]Rule
	// DropTwins leaves out columns of numbers that are another one times a number plus a number: with them the rows
	// have no density. Otherwise they are refused.
	DropTwins bool
	// Condition says that the columns are those of a condition, which has no density itself: values may repeat.
	Condition bool
}

// Defaults is the recipe for a table that nobody has looked at: it refuses nothing that can be learnt, fills missing
// values with noise, blurs discrete columns, leaves out those that are constant or follow from another, and bends long
// tails.
func Defaults() Recipe {
	return Recipe{
		Each:      Rule{Missing: Noise, DropConstant: true, Dequantise: true, Shape: YeoJohnson},
		DropTwins: true,
	}
}

// Fit returns the transform for the rows of t, those that are trained on, and notes on what it did and on what may go
// wrong with columns as they are: read them. All columns that are refused for one reason are in one error, by name;
// those that have one value in every row are a [*ConstantError].
func (r Recipe) Fit(t Table) (Transform, []Note, error) {
	columns, err := r.columns(t)
	if err != nil {
		return Transform{}, nil, err
	}
	if err := errors.Join(refuseMissing(columns), refuseConstant(columns)); err != nil {
		return Transform{}, nil, place.In("data: recipe", err)
	}
	found := findTwins(columns)
	if len(found) > 0 && !r.DropTwins {
		return Transform{}, nil, fmt.Errorf("data: recipe: %s: want DropTwins, or a table without them", twinsText(found))
	}
	for _, twin := range found {
		twin.of.fit.Twin, twin.of.fit.Slope, twin.of.fit.Offset = twin.like.fit.Name, twin.slope, twin.offset
	}
	var transform Transform
	var notes []Note
	for _, c := range columns {
		if failed := c.prepare(); failed != nil {
			err = errors.Join(err, fmt.Errorf("data: recipe: column %s: %w", quote.Text(c.fit.Name), failed))
		}
		transform.Columns = append(transform.Columns, c.fit)
		notes = append(notes, c.notes...)
	}
	if err != nil {
		return Transform{}, nil, err
	}
	return transform, notes, transform.check()
}

// columns reads the columns of t, each with its rule.
func (r Recipe) columns(t Table) ([]*fitted, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	if _, err := find(slices.Sorted(maps.Keys(r.Columns)), t.Names); err != nil {
		return nil, place.In("data: recipe: Columns", err)
	}
	if twice := shared(t.Names); twice != "" {
		return nil, fmt.Errorf("data: recipe: %s", twice)
	}
	values, dim := float64s(t.Rows), len(t.Names)
	columns := make([]*fitted, dim)
	for j, name := range t.Names {
		rule, ok := r.Columns[name]
		if !ok {
			rule = r.Each
		}
		if err := rule.check(); err != nil {
			return nil, fmt.Errorf("data: recipe: column %s: %w", quote.Text(name), err)
		}
		levels := t.Levels[name]
		if levels != nil {
			if bad := recode(values, j, dim, name, levels, newCategories(levels)); bad != nil {
				return nil, bad[0]
			}
		}
		x := make([]float64, 0, t.Len())
		for i := j; i < len(values); i += dim {
			x = append(x, values[i])
		}
		columns[j] = newFitted(name, rule, levels, x)
		columns[j].condition = r.Condition
	}
	return columns, nil
}

func refuseMissing(columns []*fitted) error {
	var counts []Count
	var none []string
	for _, c := range columns {
		switch {
		case len(c.sorted) == 0:
			none = append(none, c.fit.Name)
		case c.missing() > 0 && c.rule.Missing == Refuse:
			counts = append(counts, Count{c.fit.Name, c.missing()})
		}
	}
	switch {
	case none != nil:
		return fmt.Errorf("no value at all in the columns %s", quoteAll(none))
	case counts != nil:
		return fmt.Errorf("values are missing: %s: want a rule for Missing, or WithoutMissing", countsText(counts))
	}
	return nil
}

// refuseConstant refuses all constant columns at once, and leaves out those that are to be.
func refuseConstant(columns []*fitted) error {
	var e ConstantError
	for j, c := range columns {
		if len(c.sorted) == 0 || !c.constant() {
			continue
		}
		value := c.sorted[0]
		switch {
		case c.rule.DropConstant:
			c.fit.Constant = &value
			c.note("is %s in every row: left out", c.written(value))
		case c.rule.Floor > 0:
			c.note("is %v in every row: its deviation is %v by Floor, and its density has no bound", value, c.rule.Floor)
		default:
			e.Columns = append(e.Columns, ConstantColumn{Place: j, Name: c.fit.Name, Value: value})
		}
	}
	if e.Columns == nil {
		return nil
	}
	return &e
}

func twinsText(twins []twins) string {
	const most = 10
	var told []string
	for _, t := range twins[:min(len(twins), most)] {
		told = append(told, t.String())
	}
	if more := len(twins) - most; more > 0 {
		told = append(told, fmt.Sprintf("and %d columns more", more))
	}
	return strings.Join(told, ", ")
}
