package main

import (
	"fmt"
	"math"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// thin is a share of a column's deviation. Where another column leaves less than that unexplained, a note says so, since
// the density is then so narrow that it is hard to learn.
const thin = 1e-3

// nearTwins notes each column of numbers that follows from an earlier one up to a small remainder, such as rounding leaves.
// A column that follows exactly has been left out already.
func (j *job) nearTwins() ([]data.Note, error) {
	const most = 2000 // rows looked at
	type numbers struct {
		name   string
		values []float64
	}
	var before []numbers
	var notes []data.Note
	for _, c := range j.x.Columns {
		if c.Constant != nil || c.Twin != "" || c.Levels != nil {
			continue
		}
		values, err := j.parts.Train.Column(c.Name)
		if err != nil {
			return nil, err
		}
		values = values[:min(len(values), most)]
		for _, other := range before {
			if left := unexplained(other.values, values); left < thin {
				notes = append(notes, data.Note{Column: c.Name, Text: fmt.Sprintf(
					"follows from column %s but for %.2g of its deviation: a density so thin is hard to learn, -exclude one of them",
					quote.Text(other.name), left)})
				break
			}
		}
		before = append(before, numbers{c.Name, values})
	}
	return notes, nil
}

// unexplained returns the deviation of y around its regression on x, in deviations of y: √(1-r²), r the correlation over
// the rows that have both values. It is 1 where these are too few or constant.
func unexplained(x, y []float64) float64 {
	var n, mx, my float64
	both := func(visit func(x, y float64)) {
		for i := range x {
			if !math.IsNaN(x[i]) && !math.IsNaN(y[i]) {
				visit(x[i], y[i])
			}
		}
	}
	both(func(x, y float64) { n, mx, my = n+1, mx+x, my+y })
	mx, my = mx/n, my/n
	var xx, xy, yy, rest float64
	both(func(x, y float64) { xx, xy, yy = xx+(x-mx)*(x-mx), xy+(x-mx)*(y-my), yy+(y-my)*(y-my) })
	if n < 10 || !(xx > 0) || !(yy > 0) {
		return 1
	}
	both(func(x, y float64) { d := y - my - xy/xx*(x-mx); rest += d * d })
	return math.Sqrt(rest / yy)
}
