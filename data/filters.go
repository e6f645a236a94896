package data

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gorgonia.org/tensor"
)

// Uncorrelated returns the places of the columns of x (rows, dim) that remain
// when, as long as two columns have a correlation above limit, the first that
// is one of such two is dropped. A negative correlation, however strong, drops
// nothing.
func Uncorrelated(x *tensor.Dense, limit float64) ([]int, error) {
	if err := checkTable(x); err != nil {
		return nil, err
	}
	if !(limit > 0) {
		return nil, fmt.Errorf("data: correlation limit %v, want a number above 0", limit)
	}
	return uncorrelated(x, limit), nil
}

func uncorrelated(x *tensor.Dense, limit float64) []int {
	rows, dim := x.Shape()[0], x.Shape()[1]
	var c mat.SymDense
	stat.CorrelationMatrix(&c, mat.NewDense(rows, dim, float64s(x)), nil)
	keep := upTo(dim)
	for {
		drop := slices.IndexFunc(keep, func(i int) bool {
			return slices.ContainsFunc(keep, func(j int) bool { return j != i && c.At(i, j) > limit })
		})
		if drop < 0 {
			return keep
		}
		keep = slices.Delete(keep, drop, drop+1)
	}
}

// Continuous returns the places of the columns of x (rows, dim) whose smallest
// value occurs at most often times: those of which more are discrete, or were
// cut off.
func Continuous(x *tensor.Dense, often int) ([]int, error) {
	if err := checkTable(x); err != nil {
		return nil, err
	}
	return continuous(x, often), nil
}

func continuous(x *tensor.Dense, often int) (keep []int) {
	dim := x.Shape()[1]
	least, times := make([]float64, dim), make([]int, dim)
	for j := range least {
		least[j] = math.Inf(1)
	}
	for row := range slices.Chunk(float64s(x), dim) {
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
	return keep
}

// upTo returns 0 to n-1.
func upTo(n int) []int {
	places := make([]int, n)
	for i := range places {
		places[i] = i
	}
	return places
}
