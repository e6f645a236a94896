package data

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// Recipe says how a table is made fit for a model. Its zero value scales and refuses: values that are missing, columns that
// have one value in every row, columns that repeat another.
type Recipe struct {
	// Each is done to every column.
	Each Rule
	// Columns are rules, by name, for columns of their own, in the place of Each.
	Columns map[string]Rule
	// DropTwins leaves out columns of numbers that are another one times a number plus a number: with them the rows have no
	// density. Otherwise they are refused.
	DropTwins bool
}

// Rule says what is done to a column.
type Rule struct {
	// Missing says what becomes of missing values.
	Missing Missing
	// DropConstant leaves out a column that has one value in every row of the fit.
	DropConstant bool
	// Floor is the least deviation that a column is divided by, in its own units, so that rows that a fit did not see do not
	// come out far away; a constant column may stay then. Zero is none.
	Floor float64
	// Dequantise blurs a discrete column within the distance of its values, anew in each epoch (Uria, Murray and Larochelle
	// 2013): a density that is learnt of repeated values has no bound. Categories are blurred always.
	Dequantise bool
	// OneHot gives every category a column of its own.
	OneHot bool
	// Winsorise moves that share of values at either end to the nearest of the others. Zero moves none.
	Winsorise float64
	// Shape bends the column.
	Shape Shape
}

// Missing says what becomes of missing values.
type Missing string

const (
	// Refuse makes missing values an error that counts them by column.
	Refuse Missing = ""
	// Median fills with the median of the column, with the most frequent category of one that holds categories, and adds a
	// column that tells what was filled.
	Median Missing = "median"
	// Noise adds such a column too, and fills with noise whose density is taken off again: there is no spike at the median,
	// which a model would learn, and rows with missing values keep a density.
	Noise Missing = "noise"
)

func (r Rule) check() error {
	switch {
	case r.Missing != Refuse && r.Missing != Median && r.Missing != Noise:
		return fmt.Errorf("Missing is %s, want %q, %q or none", quote.Text(string(r.Missing)), Median, Noise)
	case !(r.Floor >= 0) || math.IsInf(r.Floor, 1):
		return fmt.Errorf("Floor is %v, want a finite number of at least 0", r.Floor)
	case !(r.Winsorise >= 0 && r.Winsorise < 0.5):
		return fmt.Errorf("Winsorise is %v, want a number from 0 to ½", r.Winsorise)
	}
	return r.Shape.check()
}

// Fit returns the transform for the rows of t, those that are trained on, and notes on what it did and on what may go wrong
// with columns as they are: read them. All columns that are refused for one reason are in one error, by name; those that
// have one value in every row are a [*ConstantError].
func (r Recipe) Fit(t Table) (Transform, []Note, error) {
	columns, err := r.columns(t)
	if err != nil {
		return Transform{}, nil, err
	}
	if err := errors.Join(refuseMissing(columns), refuseConstant(columns)); err != nil {
		return Transform{}, nil, fmt.Errorf("data: recipe: %w", err)
	}
	twins := findTwins(columns)
	if len(twins) > 0 && !r.DropTwins {
		return Transform{}, nil, fmt.Errorf("data: recipe: %s: want DropTwins, or a table without them", twinsText(twins))
	}
	for _, twin := range twins {
		twin.of.fit.Twin, twin.of.fit.Slope, twin.of.fit.Offset = twin.like.fit.Name, twin.slope, twin.offset
	}
	var transform Transform
	var notes []Note
	for _, c := range columns {
		if err := c.prepare(); err != nil {
			return Transform{}, nil, fmt.Errorf("data: recipe: column %s: %w", quote.Text(c.fit.Name), err)
		}
		transform.Columns = append(transform.Columns, c.fit)
		notes = append(notes, c.notes...)
	}
	return transform, notes, transform.check()
}

// columns reads the columns of t, each with its rule.
func (r Recipe) columns(t Table) ([]*fitted, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	if _, err := find(slices.Sorted(maps.Keys(r.Columns)), t.Names); err != nil {
		return nil, fmt.Errorf("data: recipe: Columns: %w", err)
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
			if row, err := recode(values, j, dim, levels, newCategories(levels)); err != nil {
				return nil, &ValueError{row, name, err}
			}
		}
		x := make([]float64, 0, t.Len())
		for i := j; i < len(values); i += dim {
			x = append(x, values[i])
		}
		columns[j] = newFitted(name, rule, levels, x)
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
			c.note("is %v in every row: left out", value)
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

// Note is what a fit noticed in a column.
type Note struct {
	Column string
	Text   string
}

func (n Note) String() string { return fmt.Sprintf("column %s %s", quote.Text(n.Column), n.Text) }

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
