package serve

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// strangest are the rows of least density, the strangest first, with their values.
type strangest struct {
	Rows    int      `json:"rows"` // of the request
	Columns []string `json:"columns"`
	Row     []int    `json:"row"`
	Values  matrix   `json:"values"`
	Why     [][]why  `json:"why"` // of each, the columns that make it strange, at most mostWhy
	scores
}

// why says that a row would be less strange by Gain nats, did it have the value Usual in a column, see [model.Model.Why].
type why struct {
	Column string  `json:"column"`
	Value  any     `json:"value"` // a number, a category, or null
	Usual  any     `json:"usual"`
	Gain   float64 `json:"gain"`
}

const mostWhy = 3

// explain says why rows are strange: of the strangest as many as the service takes rows of a request for what that computes.
func (s *Service) explain(ctx context.Context, m *served, of *strangest) error {
	of.Why = make([][]why, len(of.Row))
	for i := range of.Why {
		of.Why[i] = []why{}
	}
	n := len(of.Row)
	if each := m.WhyRows(); each > 0 {
		n = min(n, s.Limits.Rows/each)
	}
	if n == 0 {
		return nil
	}
	release, p := s.room.hold(n * m.WhyRows())
	if p != nil {
		return p
	}
	defer release()
	all := of.Values.of
	found, err := m.Why(ctx, tableOf(of.Values.values[:n*len(all)], all), of.LogDensity[:n])
	if err != nil {
		return err
	}
	for i, reasons := range found {
		for _, r := range reasons[:min(len(reasons), mostWhy)] {
			column := all[all.place(r.Column)]
			of.Why[i] = append(of.Why[i], why{r.Column, column.value(r.Value), column.value(r.Usual), r.Gain})
		}
	}
	return nil
}

// strangest returns the n rows of least density. Those that have none are told as failed alone.
func (s scores) strangest(m *served, rows []float64, n int) strangest {
	order := make([]int, 0, len(s.LogDensity))
	for i, v := range s.LogDensity {
		if !math.IsNaN(v) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.LogDensity[a], s.LogDensity[b]) })
	all := m.all()
	out := strangest{
		Rows: len(s.LogDensity), Columns: all.names(), Row: order[:min(n, len(order))],
		Values: matrix{of: all}, scores: scores{Model: s.Model, Failed: s.Failed, Unseen: s.Unseen},
	}
	for _, i := range out.Row {
		out.Values.values = append(out.Values.values, rows[i*len(all):(i+1)*len(all)]...)
		out.LogDensity = append(out.LogDensity, s.LogDensity[i])
		out.StdErr = append(out.StdErr, s.StdErr[i])
		out.Percentile = append(out.Percentile, s.Percentile[i])
	}
	return out
}
