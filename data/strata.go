package data

import (
	"cmp"
	"slices"
)

// strata returns the value of the named column in each row, nil for "".
func (t Table) strata(name string) ([]float64, error) {
	if name == "" {
		return nil, nil
	}
	at, err := find([]string{name}, t.Names)
	if err != nil {
		return nil, err
	}
	column, err := columnsAt(t.Rows, at)
	if err != nil {
		return nil, err
	}
	return float64s(column), nil
}

// byStratum sorts rows by stratum, those that miss it first, and within one leaves them in their order.
func byStratum(order []int, strata []float64) []int {
	order = slices.Clone(order)
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Compare(strata[i], strata[j]) // NaN comes before all
	})
	return order
}

// apart takes n rows out of an order, evenly spaced: of every run of rows its share, up to one row.
func apart(order []int, n int) (rest, taken []int) {
	for i, row := range order {
		if (i+1)*n/len(order) > i*n/len(order) {
			taken = append(taken, row)
		} else {
			rest = append(rest, row)
		}
	}
	return rest, taken
}
