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

// EnergyTest tests whether two samples of rows are of one distribution, by their [EnergyDistance] among those of so many
// random divisions of all rows into two samples of these sizes (Székely and Rizzo 2013):
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
	all := slices.Concat(x, y)
	rows, first := len(all)/dim, len(x)/dim
	distances := make([]float64, rows*rows)
	for i := range rows {
		for j := range i {
			var square float64
			for k := range dim {
				d := all[i*dim+k] - all[j*dim+k]
				square += d * d
			}
			distances[i*rows+j] = math.Sqrt(square)
			distances[j*rows+i] = distances[i*rows+j]
		}
	}
	order := make([]int, rows)
	for i := range order {
		order[i] = i
	}
	seen := divided(distances, order, first)
	if math.IsInf(seen, 0) || math.IsNaN(seen) {
		return Test{}, fmt.Errorf("score: distances beyond the range of float64, want smaller units")
	}
	as := 1
	for range divisions {
		if err := ctx.Err(); err != nil {
			return Test{}, fmt.Errorf("score: %w", err)
		}
		rng.Shuffle(rows, func(i, j int) { order[i], order[j] = order[j], order[i] })
		if divided(distances, order, first) >= seen {
			as++
		}
	}
	return Test{Statistic: math.Sqrt(max(0, seen)), P: float64(as) / float64(1+divisions)}, nil
}

// divided returns the squared energy distance between the first rows of an order and the others.
func divided(distances []float64, order []int, first int) float64 {
	rows := len(order)
	in := make([]bool, rows)
	for _, i := range order[:first] {
		in[i] = true
	}
	var within, beside, between float64
	for i := range rows {
		row := distances[i*rows : (i+1)*rows]
		var same, other float64
		for j, d := range row[:i] {
			if in[j] == in[i] {
				same += d
			} else {
				other += d
			}
		}
		if between += other; in[i] {
			within += same
		} else {
			beside += same
		}
	}
	n, m := float64(first), float64(rows-first)
	return 2*between/(n*m) - 2*within/(n*n) - 2*beside/(m*m)
}
