package data

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// Count says of how many rows something is true in a column.
type Count struct {
	Column string
	Rows   int
}

// Missing counts the rows in which a column's value is missing, column by column; complete columns are left out.
func (t Table) Missing() []Count {
	if t.checkShape() != nil {
		return nil
	}
	rows := make([]int, len(t.Names))
	for row := range slices.Chunk(float64s(t.Rows), len(t.Names)) {
		for j, v := range row {
			if math.IsNaN(v) {
				rows[j]++
			}
		}
	}
	var counts []Count
	for j, n := range rows {
		if n > 0 {
			counts = append(counts, Count{t.Names[j], n})
		}
	}
	return counts
}

// WithoutMissing returns the rows in which no value is missing, as a copy; how many it left out is the difference of
// Len, and [Table.Missing] says why. It is an error if no row is left.
func (t Table) WithoutMissing() (Table, error) {
	return t.Where(func(row []float64) bool { return !slices.ContainsFunc(row, math.IsNaN) })
}

// countsText lists counts for an error or a note, at most ten of them.
func countsText(counts []Count) string {
	const most = 10
	var told []string
	for _, c := range counts[:min(len(counts), most)] {
		told = append(told, fmt.Sprintf("%s in %d rows", quote.Text(c.Column), c.Rows))
	}
	if more := len(counts) - most; more > 0 {
		told = append(told, fmt.Sprintf("and %d columns more", more))
	}
	return strings.Join(told, ", ")
}
