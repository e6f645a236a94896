package score

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Smirnov tests whether two samples are of one distribution, by the largest distance D of their distribution functions
// (Smirnov 1939). The probability is the limit for many values of both,
//
//	P(√(n m/(n + m)) D ≥ x) = 2 Σ (-1)ᵏ⁻¹ exp(-2 k² x²),   k = 1, 2, ...
//
// which for few values, and for values of which many are equal, is too large, on the safe side.
func Smirnov(x, y []float64) (Test, error) {
	if err := checkNumbers("x", x); err != nil {
		return Test{}, err
	}
	if err := checkNumbers("y", y); err != nil {
		return Test{}, err
	}
	a, b := slices.Sorted(slices.Values(x)), slices.Sorted(slices.Values(y))
	n, m := float64(len(a)), float64(len(b))
	var i, j int
	var d float64
	for i < len(a) && j < len(b) {
		at := min(a[i], b[j])
		for i < len(a) && a[i] == at {
			i++
		}
		for j < len(b) && b[j] == at {
			j++
		}
		d = max(d, math.Abs(float64(i)/n-float64(j)/m))
	}
	return Test{Statistic: d, P: Kolmogorov(math.Sqrt(n*m/(n+m)) * d)}, nil
}

// EnergyTest tests whether two samples of rows are of one distribution, by their [EnergyDistance] among those of so
// many random divisions of all rows into two samples of these sizes (Székely and Rizzo 2013):
//
//	P = (1 + #{divisions at least as far apart}) / (1 + divisions)
//
// It assumes nothing of the distribution, and P is never below 1/(1 + divisions). The work and the memory grow by the
// square of all rows, the work by their product with the divisions too.
func EnergyTest(ctx context.Context, dim int, x, y []float64, divisions int, rng *rand.Rand) (Test, error) {
	if divisions < 1 {
		return Test{}, fmt.Errorf("score: %d divisions, want at least 1", divisions)
	}
	if err := checkRows("x", dim, x); err != nil {
		return Test{}, err
	}
	if err := checkRows("y", dim, y); err != nil {
		return Test{}, err
	}
	all := newDistances(dim, slices.Concat(x, y))
	rows, first := len(all.sums), len(x)/dim
	order := make([]int, rows)
	for i := range order {
		order[i] = i
	}
	seen := all.divided(order, first)
	if math.IsInf(seen, 0) || math.IsNaN(seen) {
		return Test{}, fmt.Errorf("score: distances beyond the range of float64, want smaller units")
	}
	as := 1
	for range divisions {
		if err := ctx.Err(); err != nil {
			return Test{}, fmt.Errorf("score: %w", err)
		}
		rng.Shuffle(rows, func(i, j int) { order[i], order[j] = order[j], order[i] })
		if all.divided(order, first) >= seen-all.rounding() {
			as++
		}
	}
	return Test{Statistic: math.Sqrt(max(0, seen)), P: float64(as) / float64(1+divisions)}, nil
}

// distances are those between all rows.
type distances struct {
	all   []float64 // row-major
	sums  []float64 // of a row to all
	total float64   // of all pairs
}

func newDistances(dim int, x []float64) *distances {
	rows := len(x) / dim
	d := &distances{all: make([]float64, rows*rows), sums: make([]float64, rows)}
	for i := range rows {
		for j := range i {
			var square float64
			for k := range dim {
				far := x[i*dim+k] - x[j*dim+k]
				square += far * far
			}
			far := math.Sqrt(square)
			d.all[i*rows+j], d.all[j*rows+i] = far, far
			d.sums[i] += far
			d.sums[j] += far
			d.total += far
		}
	}
	return d
}

// divided returns the squared energy distance between the first rows of an order and the others. Of the pairs only
// those within the smaller sample are added up: the sums of its rows tell those between the two, and the total the
// rest.
func (d *distances) divided(order []int, first int) float64 {
	rows := len(order)
	part := order[:first]
	if first > rows-first {
		part = order[first:]
	}
	var within, reach float64
	for k, i := range part {
		row := d.all[i*rows : (i+1)*rows]
		for _, j := range part[:k] {
			within += row[j]
		}
		reach += d.sums[i]
	}
	between := reach - 2*within
	beside := d.total - between - within
	n, m := float64(len(part)), float64(rows-len(part))
	return 2*between/(n*m) - 2*within/(n*n) - 2*beside/(m*m)
}

// rounding bounds the error of divided: divisions that are as far apart are not told apart by it.
func (d *distances) rounding() float64 { return 1e-12 * d.total / float64(len(d.all)) }
