package check

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/score"
)

// Limits of comparisons of samples. Both must be passed: with many rows any difference is certain, with few a large one
// may be chance.
const (
	chance        = 0.001 // that a difference comes by, over all columns of a comparison together
	marginLimit   = 0.05  // largest distance of distribution functions, or of shares, of a calibrated model
	driftLimit    = 0.1   // and of rows that are those of training still
	energyRows    = 300
	energyDivided = 1999
)

// Column compares one column of two samples.
type Column struct {
	Name     string  `json:"name"`
	Distance float64 `json:"distance"` // of distribution functions at most; of categories half the sum of their shares' distances
	P        float64 `json:"p"`        // of one as large by chance
	Rows     int     `json:"rows"`     // that have a value
	Missing  float64 `json:"missing"`  // share of the rows that have none
	Expected float64 `json:"expected"` // that share elsewhere
	Apart    bool    `json:"apart"`
}

// LogDensity is the name of the comparison of the rows' log-densities, which no column needs to tell.
const LogDensity = "log-density"

// Calibration compares held-out rows with draws: each column by the probability integral transform of its rows among the
// draws, by how far that is from uniform, which is Smirnov's distance; the log-densities alike; and all columns together
// by their energy distance.
func (s *Subject) Calibration(ctx context.Context) ([]Result, []Column, error) {
	const name = "calibration"
	rows, err := s.some(s.Draws)
	if err != nil {
		return nil, nil, err
	}
	drawn, err := s.drawn(ctx, rows)
	if err != nil {
		return nil, nil, err
	}
	var columns []Column
	for _, c := range s.Model.X.Columns {
		if c.Constant != nil || c.Twin != "" {
			continue
		}
		x, err := rows.Column(c.Name)
		if err != nil {
			return nil, nil, err
		}
		y, err := drawn.Column(c.Name)
		if err != nil {
			return nil, nil, err
		}
		compared, err := compare(c.Name, x, y, max(len(c.Levels), len(rows.Levels[c.Name])))
		if err != nil {
			return nil, nil, err
		}
		columns = append(columns, compared)
	}
	logp, err := s.Model.LogProb(ctx, rows)
	if err != nil {
		return nil, nil, err
	}
	other, err := s.Model.LogProb(ctx, drawn)
	if err != nil {
		return nil, nil, err
	}
	compared, err := compare(LogDensity, logp.LogProb, other.LogProb, 0)
	if err != nil {
		return nil, nil, err
	}
	columns = append(columns, compared)
	worst := judge(columns, marginLimit)
	margins := result(name, columns[worst].Distance, marginLimit, "of rows among draws, by column, largest distance of distribution functions: %s, p %.2g, over %d columns",
		columns[worst].Name, columns[worst].P, len(columns))
	if margins.Verdict == Failed && !columns[worst].Apart {
		margins.Verdict, margins.Text = Passed, margins.Text+": may be chance"
	}
	energy, err := s.energy(ctx, rows)
	return []Result{margins, energy}, columns, err
}

// drawn returns a draw for each row, given its condition where there is one.
func (s *Subject) drawn(ctx context.Context, rows data.Table) (data.Table, error) {
	if len(s.Model.Given.Columns) == 0 {
		return s.Model.Sample(ctx, max(s.Draws, rows.Len()), s.Rand)
	}
	given, err := rows.Select(s.Model.Given.Inputs()...)
	if err != nil {
		return data.Table{}, err
	}
	return s.Model.SampleGiven(ctx, given, 1, s.Rand)
}

// energy compares rows with draws by all columns together, in the units of the flow.
func (s *Subject) energy(ctx context.Context, rows data.Table) (Result, error) {
	places := make([]int, min(energyRows, rows.Len()))
	for i := range places {
		places[i] = i
	}
	some, err := rows.Take(places...)
	if err != nil {
		return Result{}, err
	}
	y, c, err := s.units(some)
	if err != nil {
		return Result{}, err
	}
	z, err := s.Model.Flow.Given(c).Sample(ctx, some.Len(), s.Rand)
	if err != nil {
		return Result{}, err
	}
	was, is, err := bothNumbers(y, z)
	if err != nil {
		return Result{}, err
	}
	test, err := score.EnergyTest(ctx, y.Shape()[1], was, is, energyDivided, s.Rand)
	if err != nil {
		return Result{}, err
	}
	least := chance
	r := Result{Name: "energy distance", Verdict: Passed, Figure: &test.P, Least: &least, Text: fmt.Sprintf(
		"p of as large a distance, %.3g, of %d rows and as many draws among random divisions of them", test.Statistic, some.Len())}
	if test.P < least {
		r.Verdict = Failed
	}
	return r, nil
}

// compare compares a column of rows with the same one elsewhere. It has so many categories, or is one of numbers.
func compare(name string, x, y []float64, levels int) (Column, error) {
	here, there := present(x), present(y)
	c := Column{Name: name, Rows: len(here), P: 1, Missing: 1 - share(here, x), Expected: 1 - share(there, y)}
	missing := pairP([]float64{float64(len(here)), float64(len(x) - len(here))}, []float64{float64(len(there)), float64(len(y) - len(there))})
	if len(here) == 0 || len(there) == 0 {
		c.Distance, c.P = math.Abs(c.Missing-c.Expected), missing
		return c, nil
	}
	if levels > 0 {
		a, b := counts(here, levels), counts(there, levels)
		c.Distance, c.P = variation(a, b), pairP(a, b)
	} else {
		test, err := score.Smirnov(here, there)
		if err != nil {
			return c, fmt.Errorf("column %q: %w", name, err)
		}
		c.Distance, c.P = test.Statistic, test.P
	}
	if gap := math.Abs(c.Missing - c.Expected); gap > c.Distance {
		c.Distance, c.P = gap, missing
	}
	return c, nil
}

func present(x []float64) []float64 {
	return slices.DeleteFunc(slices.Clone(x), math.IsNaN)
}

func share(part, whole []float64) float64 { return float64(len(part)) / float64(len(whole)) }

func counts(x []float64, levels int) []float64 {
	n := make([]float64, levels)
	for _, v := range x {
		n[int(v)]++
	}
	return n
}

// variation is half the sum of the distances of shares.
func variation(a, b []float64) (sum float64) {
	n, m := total(a), total(b)
	for k := range a {
		sum += math.Abs(a[k]/n-b[k]/m) / 2
	}
	return sum
}

func total(x []float64) (sum float64) {
	for _, v := range x {
		sum += v
	}
	return sum
}

// pairP is the probability by chance of counts as different as a and b, by Pearson's χ² of homogeneity.
func pairP(a, b []float64) float64 {
	n, m := total(a), total(b)
	var chi float64
	kinds := -1
	for k := range a {
		if a[k]+b[k] > 0 {
			d := math.Sqrt(m/n)*a[k] - math.Sqrt(n/m)*b[k]
			chi += d * d / (a[k] + b[k])
			kinds++
		}
	}
	if kinds < 1 {
		return 1
	}
	return distuv.ChiSquared{K: float64(kinds)}.Survival(chi)
}

// judge marks the columns that are further apart than the limit, and not by chance, and returns the place of the worst:
// of the greatest distance among those that are marked, or among all.
func judge(columns []Column, limit float64) (worst int) {
	for i := range columns {
		c := &columns[i]
		c.Apart = c.Distance > limit && c.P*float64(len(columns)) < chance
		w := columns[worst]
		if i > 0 && (c.Apart && !w.Apart || c.Apart == w.Apart && c.Distance > w.Distance) {
			worst = i
		}
	}
	return worst
}
