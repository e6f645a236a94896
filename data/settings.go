package data

import "fmt"

// checkRow refuses a row whose length is not dim.
func checkRow(who string, row []float64, dim int) error {
	if len(row) != dim {
		return fmt.Errorf("data: %s: row of length %d, want %d", who, len(row), dim)
	}
	return nil
}
