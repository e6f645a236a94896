package tabular

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
)

// Uncorrelated returns the places of the columns of x (rows, dim) that remain when, as long as two columns have a
// correlation above limit, the first that is one of such two is dropped. A negative correlation, however strong, drops
// nothing.
func Uncorrelated(x *tensor.Dense, limit float64) ([]int, error) {
	values, err := data.Float64s(x)
	if err != nil {
		return nil, err
	}
	if !(limit > 0) {
		return nil, fmt.Errorf("tabular: correlation limit %v, want a number above 0", limit)
	}
	rows, dim := x.Shape()[0], x.Shape()[1]
	var c mat.SymDense
	stat.CorrelationMatrix(&c, mat.NewDense(rows, dim, values), nil)
	keep := make([]int, dim)
	for j := range keep {
		keep[j] = j
	}
	for {
		drop := slices.IndexFunc(keep, func(i int) bool {
			return slices.ContainsFunc(keep, func(j int) bool { return j != i && c.At(i, j) > limit })
		})
		if drop < 0 {
			return keep, nil
		}
		keep = slices.Delete(keep, drop, drop+1)
	}
}

// Continuous returns the places of the columns of x (rows, dim) whose smallest value occurs at most often times: those
// of which more are discrete, or were cut off.
func Continuous(x *tensor.Dense, often int) (keep []int, err error) {
	values, err := data.Float64s(x)
	if err != nil {
		return nil, err
	}
	dim := x.Shape()[1]
	least, times := make([]float64, dim), make([]int, dim)
	for j := range least {
		least[j] = math.Inf(1)
	}
	for row := range slices.Chunk(values, dim) {
		for j, v := range row {
			switch {
			case v < least[j]:
				least[j], times[j] = v, 1
			case v == least[j]:
				times[j]++
			}
		}
	}
	for j, n := range times {
		if n <= often {
			keep = append(keep, j)
		}
	}
	return keep, nil
}
