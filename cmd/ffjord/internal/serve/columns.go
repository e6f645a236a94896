package serve

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/go-ffjord/ffjord/cmd/ffjord/internal/table"
)

// column is one of those that rows come with, in the model's order: those of the data, then those of the condition.
type column struct {
	Name string `json:"name"`
	// Levels are the categories, null where the column holds quantities. Number k stands for the k-th in .npy.
	Levels []string `json:"levels"`
	// Time is the kind of times that it holds, empty where it holds none. They are text in JSON and CSV, and numbers in .npy.
	Time table.Kind `json:"time,omitempty"`
	// MayMiss says that a value may be missing, null or NaN.
	MayMiss bool `json:"may_miss"`
}

// columns are those of the data or those of the condition.
type columns []column

// names returns the columns' names.
func (c columns) names() []string {
	out := make([]string, len(c))
	for i := range c {
		out[i] = c[i].Name
	}
	return out
}

// place returns the place of a name, -1 where there is none.
func (c columns) place(name string) int {
	return slices.IndexFunc(c, func(c column) bool { return c.Name == name })
}

// value returns a number of the column as JSON has it: a category by its name, null where it is missing.
func (c *column) value(v float64) any {
	switch {
	case math.IsNaN(v):
		return nil
	case c.Levels != nil:
		return c.Levels[int(v)]
	case c.Time != "":
		return c.Time.Text(v)
	}
	return v
}

// check returns what is wrong with a number of the column.
func (c *column) check(v float64) *problem {
	switch {
	case math.IsNaN(v) && c.MayMiss:
		return nil
	case math.IsNaN(v):
		return badRequest("bad_value", "missing").wanting("%s", c.wanted())
	case math.IsInf(v, 0):
		return badRequest("bad_value", "%v", v).wanting("%s", c.wanted())
	case c.Levels != nil && (v != math.Trunc(v) || v < 0 || v >= float64(len(c.Levels))):
		return badRequest("bad_value", "%v", v).wanting("the number of a category, 0 to %d", len(c.Levels)-1)
	}
	return nil
}

// wanted says what a cell of the column may be.
func (c *column) wanted() string {
	switch {
	case c.Time != "":
		return c.Time.Wanted()
	case c.Levels == nil:
		return "a finite number"
	}
	const listed = 8
	var quoted []string
	for _, l := range c.Levels[:min(listed, len(c.Levels))] {
		quoted = append(quoted, strconv.Quote(l))
	}
	if more := len(c.Levels) - listed; more > 0 {
		quoted = append(quoted, strconv.Itoa(more)+" more")
	}
	return "one of " + strings.Join(quoted, ", ")
}
