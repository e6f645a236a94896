package baseline

import (
	"fmt"
	"math"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
)

// standardized returns the rows of a table with mean 0 and deviation 1 in each column, row by row, and the map from the
// table to them.
func standardized(x *tensor.Dense) ([]float64, data.Standardize, error) {
	scale, err := data.FitStandardize(x)
	if err != nil {
		return nil, scale, fmt.Errorf("baseline: %w", err)
	}
	rows, err := data.Float64s(x)
	if err != nil {
		return nil, scale, fmt.Errorf("baseline: %w", err)
	}
	for i := range rows {
		j := i % scale.Dim()
		rows[i] = (rows[i] - scale.Mean[j]) / scale.Std[j]
	}
	return rows, scale, nil
}

// standardize returns one row standardised. Like slices out of range, a row of another width is a mistake in the
// program.
func standardize(scale data.Standardize, x []float64) []float64 {
	if len(x) != scale.Dim() {
		panic(fmt.Sprintf("baseline: LogProb of %d numbers, want %d", len(x), scale.Dim()))
	}
	z := make([]float64, len(x))
	for j, v := range x {
		z[j] = (v - scale.Mean[j]) / scale.Std[j]
	}
	return z
}

// split cuts rows, dim wide, into those that are fitted and the share at the end that judges.
func split(rows []float64, dim int, share float64) (fit, judge []float64, err error) {
	n := len(rows) / dim
	held := int(math.Round(share * float64(n)))
	if held < 1 || n-held < 2 {
		return nil, nil, fmt.Errorf(
			"baseline: HeldOut %v of %d rows leaves %d and %d, want at least 2 to fit and 1 to judge", share, n, n-held, held)
	}
	return rows[:(n-held)*dim], rows[(n-held)*dim:], nil
}

// checkShare refuses what is no share of rows.
func checkShare(share float64) error {
	if !(share >= 0 && share < 1) {
		return fmt.Errorf("baseline: HeldOut %v, want a share from 0 to below 1", share)
	}
	return nil
}
