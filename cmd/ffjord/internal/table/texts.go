package table

import (
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/go-ffjord/ffjord/data"
)

// texts numbers the categories of a column.
type texts struct {
	places map[string]int
	fixed  []string // as they are known, nil where they are not
	more   []string // that are not among them, where that is allowed
	open   bool     // it is
}

// newTexts returns the categories of the levels, or of whatever comes where they are nil. Open takes others too.
func newTexts(levels []string, open bool) *texts {
	t := &texts{places: make(map[string]int), fixed: levels, open: open}
	for k, level := range levels {
		t.places[level] = k
	}
	return t
}

// number returns that of a text, NaN of one that is empty.
func (t *texts) number(text string) (float64, error) {
	text = bareText(text)
	if text == "" {
		return math.NaN(), nil
	}
	k, ok := t.places[text]
	if !ok {
		if t.fixed != nil && !t.open {
			return 0, &data.CategoryError{Category: text, Levels: t.fixed}
		}
		k, text = len(t.places), strings.Clone(text)
		t.places[text] = k
		if t.open {
			t.more = append(t.more, text)
		}
	}
	return float64(k), nil
}

// forget lets go of the categories that were not known, where each batch has its own.
func (t *texts) forget() {
	for _, text := range t.more {
		delete(t.places, text)
	}
	t.more = nil
}

// all are the categories that are known and those that came beside them.
func (t *texts) all() []string { return slices.Concat(t.fixed, t.more) }

// sorted returns all categories, and gives those among the values of the column numbers by the alphabet where they were not
// known.
func (t *texts) sorted(values []float64, column, dim int) []string {
	if t.fixed != nil {
		return t.all()
	}
	sorted := slices.Sorted(maps.Keys(t.places))
	to := make([]float64, len(sorted))
	for k, level := range sorted {
		to[t.places[level]] = float64(k)
	}
	recode(values, column, dim, to)
	return sorted
}
