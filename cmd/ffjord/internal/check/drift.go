package check

import (
	"context"
	"math"
	"slices"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/score"
	"github.com/go-ffjord/ffjord/flows/model"
)

// Drift compares new rows with those of training, as the model's file remembers them: numbers and log-densities by their
// quantiles, at which their distribution functions are compared, categories and missing values by their shares.
func (s *Subject) Drift(ctx context.Context, rows data.Table) (Result, []Column, error) {
	const name = "drift"
	about := s.Model.About
	levels := s.Model.Levels()
	var columns []Column
	for _, c := range about.Columns {
		x, err := rows.Column(c.Name)
		if err != nil {
			return Result{}, nil, err
		}
		columns = append(columns, since(c, x, about.Train, max(len(levels[c.Name]), len(rows.Levels[c.Name]))))
	}
	if len(about.LogProb.P) > 0 {
		scores, err := s.Model.LogProb(ctx, rows)
		if err != nil {
			return Result{}, nil, err
		}
		columns = append(columns, since(model.Column{Name: LogDensity, Quantiles: about.LogProb}, scores.LogProb, about.Train, 0))
	}
	if len(columns) == 0 {
		return skipped(name, "the model's file remembers nothing of its rows"), nil, nil
	}
	worst := judge(columns, driftLimit)
	r := result(name, columns[worst].Distance, driftLimit, "of %d rows from those of training, largest distance of distribution functions: %s, p %.2g, over %d columns",
		rows.Len(), columns[worst].Name, columns[worst].P, len(columns))
	if r.Verdict == Failed && !columns[worst].Apart {
		r.Verdict, r.Text = Passed, r.Text+": may be chance"
	}
	return r, columns, nil
}

// since compares a column with what is remembered of it.
func since(was model.Column, x []float64, train, levels int) Column {
	here := present(x)
	c := Column{Name: was.Name, Rows: len(here), P: 1, Missing: 1 - share(here, x)}
	there := float64(train - was.Missing)
	if train > 0 {
		c.Expected = float64(was.Missing) / float64(train)
	}
	missing := pairP([]float64{float64(len(here)), float64(len(x) - len(here))}, []float64{there, float64(was.Missing)})
	switch {
	case len(here) == 0 || there <= 0:
	case len(was.Shares) > 0 && len(was.Shares) <= levels: // more where rows have categories that no training row had
		a, b := counts(here, levels), make([]float64, levels)
		for k, share := range was.Shares {
			b[k] = share * there
		}
		c.Distance, c.P = variation(a, b), pairP(a, b)
	case len(was.Quantiles.P) > 0:
		c.Distance = distance(was.Quantiles, here)
		n := float64(len(here))
		c.P = score.Kolmogorov(math.Sqrt(n*there/(n+there)) * c.Distance)
	}
	if gap := math.Abs(c.Missing - c.Expected); gap > c.Distance {
		c.Distance, c.P = gap, missing
	}
	return c
}

// distance is the largest distance of the numbers' distribution function from that of the quantiles, at these, which is
// never more than Smirnov's of all numbers. Where several quantiles are one value, anything between them will do.
func distance(q model.Quantiles, x []float64) (d float64) {
	sorted := slices.Sorted(slices.Values(x))
	n := float64(len(sorted))
	for i := 0; i < len(q.Values); {
		last := i
		for last+1 < len(q.Values) && q.Values[last+1] == q.Values[i] {
			last++
		}
		below, _ := slices.BinarySearch(sorted, q.Values[i])
		above, _ := slices.BinarySearch(sorted, math.Nextafter(q.Values[i], math.Inf(1)))
		// The share of training rows below the value is at most P of its first quantile, and that of those up to it at
		// least P of its last.
		d = max(d, float64(below)/n-q.P[i], q.P[last]-float64(above)/n)
		i = last + 1
	}
	return d
}
