package serve

import (
	"cmp"
	"math"
	"slices"
)

// strangest are the rows of least density, the strangest first, with their values.
type strangest struct {
	Rows    int      `json:"rows"` // of the request
	Columns []string `json:"columns"`
	Row     []int    `json:"row"`
	Values  matrix   `json:"values"`
	scores
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
		Values: matrix{of: all}, scores: scores{Model: s.Model, Failed: s.Failed},
	}
	for _, i := range out.Row {
		out.Values.values = append(out.Values.values, rows[i*len(all):(i+1)*len(all)]...)
		out.LogDensity = append(out.LogDensity, s.LogDensity[i])
		out.StdErr = append(out.StdErr, s.StdErr[i])
		out.Percentile = append(out.Percentile, s.Percentile[i])
	}
	return out
}
