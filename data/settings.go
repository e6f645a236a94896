package data

import "fmt"

// orDefault returns v, or what its zero stands for.
func orDefault[T int | int64 | float64](v, zero T) T {
	if v == 0 {
		return zero
	}
	return v
}

// checkRow refuses a row whose length is not dim.
func checkRow(who string, row []float64, dim int) error {
	if len(row) != dim {
		return fmt.Errorf("data: %s: row of length %d, want %d", who, len(row), dim)
	}
	return nil
}
