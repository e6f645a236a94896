package model

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/go-ffjord/ffjord/data"
)

// Sample draws n rows of the table, in its own units: discrete columns have their values, those of few whole numbers
// none beyond those of the training rows, columns that were left out are back, and what is most likely missing is NaN.
func (m *Model) Sample(ctx context.Context, n int, rng *rand.Rand) (data.Table, error) {
	if len(m.Given.Columns) > 0 {
		return data.Table{}, fmt.Errorf("model: a density given the columns %q, want SampleGiven", m.Given.Inputs())
	}
	z, err := m.Flow.Sample(ctx, n, rng)
	if err != nil {
		return data.Table{}, err
	}
	t, err := m.X.Invert(z)
	if err != nil {
		return data.Table{}, err
	}
	m.whole(t)
	return t, nil
}

// SampleGiven draws n rows for each row of given, which has the columns of the condition: row i·n + k is draw k for row
// i. The columns of the condition come first.
func (m *Model) SampleGiven(ctx context.Context, given data.Table, n int, rng *rand.Rand) (data.Table, error) {
	if len(m.Given.Columns) == 0 {
		return data.Table{}, errors.New("model: a density that nothing is given, want Sample")
	}
	c, _, err := m.Given.Apply(given, nil)
	if err != nil {
		return data.Table{}, err
	}
	z, err := m.Flow.Given(c).SampleEach(ctx, n, rng)
	if err != nil {
		return data.Table{}, err
	}
	x, err := m.X.Invert(z)
	if err != nil {
		return data.Table{}, err
	}
	m.whole(x)
	places := make([]int, 0, n*given.Len())
	for i := range n * given.Len() {
		places = append(places, i/n)
	}
	beside, err := given.Select(m.Given.Inputs()...)
	if err != nil {
		return data.Table{}, err
	}
	if beside, err = beside.Take(places...); err != nil {
		return data.Table{}, err
	}
	return beside.Join(x)
}

// whole rounds the columns that hold whole numbers. Where these are a dozen at most, as of a flag that is 0 or 1 or of
// a grade, they stay among those of the training rows; counts may go on beyond.
func (m *Model) whole(t data.Table) {
	const codes = 12
	values, width := t.Rows.Float64s(), len(t.Names)
	for _, c := range m.About.Columns {
		j := slices.Index(t.Names, c.Name)
		if !c.Integer || j < 0 {
			continue
		}
		least, greatest := math.Inf(-1), math.Inf(1)
		if lo, hi := c.Quantiles.At(0), c.Quantiles.At(1); hi-lo < codes {
			least, greatest = lo, hi
		}
		for i := j; i < len(values); i += width {
			if v := values[i]; v == v {
				values[i] = max(least, min(math.Round(v), greatest))
			}
		}
	}
}
