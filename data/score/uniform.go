package score

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Test is the result of a test: the statistic, and the probability of one at least as large where the hypothesis holds.
type Test struct{ Statistic, P float64 }

// ChiSquare tests whether ranks from 0 to draws are uniform, by Pearson's χ² over so many bins of neighbouring ranks:
//
//	χ² = Σ (seen - expected)² / expected,   of bins - 1 degrees of freedom
//
// The expected counts follow the number of ranks in a bin, which differ by one where bins does not divide draws + 1.
// Want five expected in each bin, or the probability is rough.
func ChiSquare(ranks []int, draws, bins int) (Test, error) {
	if len(ranks) == 0 || bins < 2 || bins > draws+1 {
		return Test{}, fmt.Errorf("score: %d ranks from 0 to %d in %d bins, want ranks, and bins from 2 to %d",
			len(ranks), draws, bins, draws+1)
	}
	bin := func(rank int) int { return rank * bins / (draws + 1) }
	seen, expected := make([]float64, bins), make([]float64, bins)
	for i, r := range ranks {
		if r < 0 || r > draws {
			return Test{}, fmt.Errorf("score: rank %d is %d, want one from 0 to %d", i, r, draws)
		}
		seen[bin(r)]++
	}
	for r := range draws + 1 {
		expected[bin(r)] += float64(len(ranks)) / float64(draws+1)
	}
	var sum float64
	for b, e := range expected {
		sum += (seen[b] - e) * (seen[b] - e) / e
	}
	return Test{Statistic: sum, P: distuv.ChiSquared{K: float64(bins - 1)}.Survival(sum)}, nil
}

// KolmogorovSmirnov tests whether values are uniform on [0, 1], by the largest distance D of their distribution
// function from the diagonal. The probability is the limit for many values (Kolmogorov 1933),
//
//	P(√n D ≥ x) = 2 Σ (-1)ᵏ⁻¹ exp(-2 k² x²),   k = 1, 2, ...
//
// which for few values is too large, on the safe side. What is discrete, such as [PIT] values of few draws, is told
// from uniform by its steps: have many more draws than √n.
func KolmogorovSmirnov(values []float64) (Test, error) {
	if err := checkNumbers("values", values); err != nil {
		return Test{}, err
	}
	sorted := slices.Sorted(slices.Values(values))
	n := float64(len(sorted))
	if sorted[0] < 0 || sorted[len(sorted)-1] > 1 {
		return Test{}, fmt.Errorf("score: values from %v to %v, want them from 0 to 1", sorted[0], sorted[len(sorted)-1])
	}
	var d float64
	for i, v := range sorted {
		d = max(d, float64(i+1)/n-v, v-float64(i)/n)
	}
	return Test{Statistic: d, P: Kolmogorov(math.Sqrt(n) * d)}, nil
}

// Kolmogorov returns P(K ≥ x) of Kolmogorov's distribution, that of √n D for n uniform values in the limit of many; of
// a distance D between n and m values it is that of √(n m/(n + m)) D.
func Kolmogorov(x float64) float64 {
	if x < 1 { // the series of theta functions that converges for small x
		var below float64
		for k := 1.0; k < 20; k += 2 {
			below += math.Exp(-k * k * math.Pi * math.Pi / (8 * x * x))
		}
		if x == 0 {
			return 1
		}
		return 1 - math.Sqrt(2*math.Pi)/x*below
	}
	var above float64
	for k, sign := 1.0, 2.0; k < 10; k, sign = k+1, -sign {
		above += sign * math.Exp(-2*k*k*x*x)
	}
	return above
}
