package score

import (
	"context"
	"errors"
	"fmt"
	"math"
)

// EnergyDistance returns how far two samples of rows are from each other (Székely and Rizzo 2013):
//
//	D² = 2 E|X - Y| - E|X - X'| - E|Y - Y'|
//
// in the units of the columns, where |·| is the Euclidean norm and each mean is over all pairs of rows, a row and
// itself among them. It is 0 for the same rows, and in the limit of many rows for the same distribution alone, from
// which n rows of both are still about √(2 E|X - X'|/n) apart. x and y are row after row, dim wide, and finite. The
// work grows by the square of the rows.
func EnergyDistance(ctx context.Context, dim int, x, y []float64) (float64, error) {
	if err := checkRows("x", dim, x); err != nil {
		return 0, err
	}
	if err := checkRows("y", dim, y); err != nil {
		return 0, err
	}
	between, err := meanDistance(ctx, dim, x, y)
	if err != nil {
		return 0, err
	}
	withinX, err := meanDistance(ctx, dim, x, x)
	if err != nil {
		return 0, err
	}
	withinY, err := meanDistance(ctx, dim, y, y)
	if err != nil {
		return 0, err
	}
	if sum := between + withinX + withinY; math.IsNaN(sum) || math.IsInf(sum, 0) {
		return 0, errors.New("score: distances beyond the range of float64, want smaller units")
	}
	return math.Sqrt(max(0, 2*between-withinX-withinY)), nil
}

func checkRows(name string, dim int, values []float64) error {
	if dim < 1 || len(values) == 0 || len(values)%dim != 0 {
		return fmt.Errorf("score: %s: %d numbers, want rows of %d", name, len(values), dim)
	}
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("score: %s: row %d, column %d is %v, want finite numbers", name, i/dim, i%dim, v)
		}
	}
	return nil
}

// meanDistance is the mean Euclidean distance over all pairs of a row of x and a row of y.
func meanDistance(ctx context.Context, dim int, x, y []float64) (float64, error) {
	var sum float64
	for i := 0; i < len(x); i += dim {
		var row float64 // a sum for each row keeps the rounding of many pairs small
		for j := 0; j < len(y); j += dim {
			if (j/dim)%4096 == 0 && ctx.Err() != nil {
				return 0, fmt.Errorf("score: %w", ctx.Err())
			}
			var square float64
			for k := range dim {
				d := x[i+k] - y[j+k]
				square += d * d
			}
			row += math.Sqrt(square)
		}
		sum += row
	}
	return sum / float64(len(x)/dim) / float64(len(y)/dim), nil
}
