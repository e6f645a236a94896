package data

import (
	"fmt"
	"math"
	"strings"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// ConstantError says which columns have one value in every row: there is no deviation to divide by. Leave them out, by
// [Table.Drop] or [SelectColumns].
type ConstantError struct{ Columns []ConstantColumn }

// ConstantColumn is a column that has one value in every row.
type ConstantColumn struct {
	Place int    // among the columns, from 0
	Name  string // "" where the columns have no names
	Value float64
}

func (e *ConstantError) Error() string {
	const most = 20
	var b strings.Builder
	for i, c := range e.Columns[:min(len(e.Columns), most)] {
		if i > 0 {
			b.WriteString(", ")
		}
		name := fmt.Sprint(c.Place)
		if c.Name != "" {
			name = quote.Text(c.Name)
		}
		fmt.Fprintf(&b, "column %s is %v", name, c.Value)
	}
	if more := len(e.Columns) - most; more > 0 {
		fmt.Fprintf(&b, " and %d more are the same", more)
	}
	return b.String() + " in every row"
}

// constantColumns returns a [*ConstantError] if there are such columns. Names may be nil.
func (m *moments) constantColumns(names []string) error {
	var e ConstantError
	for j, std := range m.std() {
		// A column of equal numbers may leave the rounding of its mean.
		if std > 1e-14*math.Abs(m.mean[j]) {
			continue
		}
		c := ConstantColumn{Place: j, Value: m.mean[j]}
		if names != nil {
			c.Name = names[j]
		}
		e.Columns = append(e.Columns, c)
	}
	if e.Columns == nil {
		return nil
	}
	return &e
}
