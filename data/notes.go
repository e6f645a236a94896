package data

import (
	"fmt"
	"math"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// Note is what was noticed in a column.
type Note struct {
	Column string
	Text   string
}

func (n Note) String() string { return fmt.Sprintf("column %s %s", quote.Text(n.Column), n.Text) }

// Inspect notes all that may go wrong when a density of the table is learnt as it is: values that are missing, columns
// of one value, columns that repeat another, numbers that are large or small, discrete columns, spikes and values far
// out. A [Recipe] says what can be done.
func (t Table) Inspect() ([]Note, error) {
	columns, err := Recipe{}.columns(t)
	if err != nil {
		return nil, err
	}
	for _, c := range columns {
		if n := c.missing(); n > 0 {
			c.note("misses %d values in %d rows", n, len(c.x))
		}
		switch {
		case len(c.sorted) == 0:
		case c.constant():
			c.note("is %s in every row", c.written(c.sorted[0]))
		case c.fit.Levels != nil:
			c.many()
		default:
			if mean, std := meanStd(c.sorted); math.Abs(mean) > 100 || std > 100 || std < 0.01 {
				c.note("has mean %.3g and deviation %.3g: want it scaled", mean, std)
			}
			c.discrete()
			c.far()
		}
	}
	for _, twin := range findTwins(columns) {
		twin.of.note("is %s", multiple(twin.slope, twin.like.fit.Name, twin.offset))
	}
	var notes []Note
	for _, c := range columns {
		notes = append(notes, c.notes...)
	}
	return notes, nil
}
