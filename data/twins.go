package data

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// twins are two columns of which one is the other times slope plus offset.
type twins struct {
	of, like      *fitted
	slope, offset float64
}

func (t twins) String() string {
	if t.slope == 1 && t.offset == 0 {
		return fmt.Sprintf("column %s is column %s", quote.Text(t.of.fit.Name), quote.Text(t.like.fit.Name))
	}
	return fmt.Sprintf("column %s is %s", quote.Text(t.of.fit.Name), multiple(t.slope, t.like.fit.Name, t.offset))
}

// multiple writes a number times a column plus a number.
func multiple(slope float64, name string, offset float64) string {
	text := fmt.Sprintf("%.6g times column %s", slope, quote.Text(name))
	if offset != 0 {
		text += fmt.Sprintf(" plus %.6g", offset)
	}
	return text
}

// findTwins returns for each column of numbers that repeats one before it the first of these.
func findTwins(columns []*fitted) []twins {
	type standard struct {
		place     int
		u         []float64 // of mean 0 and deviation 1, with the first number that is not 0 positive
		mean, std float64   // negative where u was turned round
	}
	var all []standard
	for j, c := range columns {
		if c.fit.Levels != nil || c.fit.left() || len(c.sorted) == 0 || c.constant() {
			continue
		}
		s := standard{place: j, u: make([]float64, len(c.x))}
		s.mean, s.std = meanStd(c.sorted)
		if !(s.std > 0) || math.IsInf(s.std, 1) {
			continue // its numbers are too large or too small for a deviation, which prepare says
		}
		if i := slices.IndexFunc(c.x, func(v float64) bool { return math.Abs(v-s.mean) > 1e-6*s.std }); c.x[i] < s.mean {
			s.std = -s.std
		}
		for i, v := range c.x {
			s.u[i] = (v - s.mean) / s.std
		}
		all = append(all, s)
	}
	// Twins are neighbours by their first number, or nearly so.
	slices.SortStableFunc(all, func(a, b standard) int { return cmp.Compare(a.u[0], b.u[0]) })
	const same = 1e-9
	equal := func(a, b float64) bool { return math.Abs(a-b) <= same || math.IsNaN(a) && math.IsNaN(b) }
	like := make(map[int]twins)
	for i, a := range all {
		for _, b := range all[i+1:] {
			if b.u[0]-a.u[0] > same || math.IsNaN(a.u[0]) != math.IsNaN(b.u[0]) {
				break
			}
			if !slices.EqualFunc(a.u, b.u, equal) {
				continue
			}
			first, second := a, b
			if first.place > second.place {
				first, second = b, a
			}
			if t, ok := like[second.place]; ok && slices.Index(columns, t.like) < first.place {
				continue
			}
			t := twins{of: columns[second.place], like: columns[first.place], slope: second.std / first.std}
			t.offset = second.mean - t.slope*first.mean
			if math.Abs(t.offset) < 1e-13*math.Abs(second.mean) { // the rounding of means
				t.offset = 0
			}
			if slices.EqualFunc(t.of.x, t.like.x, func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }) {
				t.slope, t.offset = 1, 0
			}
			like[second.place] = t
		}
	}
	var found []twins
	for j := range columns {
		if t, ok := like[j]; ok {
			found = append(found, t)
		}
	}
	return found
}
