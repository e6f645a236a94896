package score

import (
	"fmt"
	"math"
)

// checkNumbers refuses an empty list and NaN; infinite numbers have a place among others.
func checkNumbers(name string, values []float64) error {
	if len(values) == 0 {
		return fmt.Errorf("score: no %s, want at least one number", name)
	}
	for i, v := range values {
		if math.IsNaN(v) {
			return fmt.Errorf("score: %s: number %d is NaN", name, i)
		}
	}
	return nil
}

// checkDraws refuses what is not one list of draws, not NaN, for each truth.
func checkDraws(truth []float64, draws [][]float64) error {
	if err := checkNumbers("truth", truth); err != nil {
		return err
	}
	if len(draws) != len(truth) {
		return fmt.Errorf("score: %d lists of draws for %d truths, want one for each", len(draws), len(truth))
	}
	for i, d := range draws {
		if err := checkNumbers(fmt.Sprintf("draws for truth %d", i), d); err != nil {
			return err
		}
	}
	return nil
}
