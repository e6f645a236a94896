package main

import (
	"fmt"
	"math"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// thin is the share of a column's deviation below which what another column leaves of it is told: the density is so
// narrow there that it is hard to learn.
const thin = 1e-3

// nearTwins tells of columns of numbers that another one before them gives but for little, as rounding leaves it. A
// column that another one gives exactly is left out already.
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

// unexplained is the deviation of y around its regression on x, √(1-r²) in deviations of y, over the rows that have both
// values; 1 where these say nothing.
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
