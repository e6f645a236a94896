package baseline

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// kmeans returns for each row the number of its cluster, from 0 and less than k, by Lloyd's steps from centres of
// k-means++. Clusters are fewer where rows have fewer distinct values.
func kmeans(ctx context.Context, rows []float64, dim, k int, rng *rand.Rand) ([]int, error) {
	labels := make([]int, len(rows)/dim)
	if k == 1 {
		return labels, nil
	}
	centres, err := farApart(ctx, rows, dim, k, rng)
	if err != nil {
		return nil, err
	}
	const mostSteps = 100
	for range mostSteps {
		changed := false
		for i := range labels {
			if i%often == 0 && ctx.Err() != nil {
				return nil, fmt.Errorf("baseline: %w", ctx.Err())
			}
			if near := nearest(centres, rows[i*dim:(i+1)*dim]); near != labels[i] {
				labels[i], changed = near, true
			}
		}
		if !changed {
			break
		}
		centre(centres, rows, dim, labels)
	}
	return labels, nil
}

// farApart draws k rows as centres, each with a probability that grows by the square of its distance from those before
// (Arthur and Vassilvitskii 2007), and fewer where no other row is left.
func farApart(ctx context.Context, rows []float64, dim, k int, rng *rand.Rand) ([][]float64, error) {
	n := len(rows) / dim
	first := rng.IntN(n)
	centres := [][]float64{slices.Clone(rows[first*dim : (first+1)*dim])}
	squares := slices.Repeat([]float64{math.Inf(1)}, n)
	for len(centres) < k {
		var total float64
		for i := range squares {
			if i%often == 0 && ctx.Err() != nil {
				return nil, fmt.Errorf("baseline: %w", ctx.Err())
			}
			squares[i] = min(squares[i], square(rows[i*dim:(i+1)*dim], centres[len(centres)-1]))
			total += squares[i]
		}
		if total == 0 {
			break
		}
		at, left := 0, rng.Float64()*total
		for i, s := range squares { // rounding may leave a little after the last: the last that can be drawn is drawn
			if s > 0 {
				at, left = i, left-s
			}
			if left < 0 {
				break
			}
		}
		centres = append(centres, slices.Clone(rows[at*dim:(at+1)*dim]))
	}
	return centres, nil
}

// nearest returns which centre is the nearest to z.
func nearest(centres [][]float64, z []float64) int {
	best, least := 0, math.Inf(1)
	for k, c := range centres {
		if s := square(z, c); s < least {
			best, least = k, s
		}
	}
	return best
}

// centre moves the centres to the means of their rows; one without rows stays.
func centre(centres [][]float64, rows []float64, dim int, labels []int) {
	counts := make([]float64, len(centres))
	sums := make([]float64, len(centres)*dim)
	for i, k := range labels {
		counts[k]++
		for j := range dim {
			sums[k*dim+j] += rows[i*dim+j]
		}
	}
	for k, c := range centres {
		for j := range c {
			if counts[k] > 0 {
				c[j] = sums[k*dim+j] / counts[k]
			}
		}
	}
}

// square is the squared distance of a and b.
func square(a, b []float64) (s float64) {
	for j, v := range a {
		s += (v - b[j]) * (v - b[j])
	}
	return s
}
