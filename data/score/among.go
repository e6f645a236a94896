package score

import (
	"fmt"
	"math"
	"slices"
)

// ECDF returns for each of x its share of the sample: of those below it, and half of those equal to it.
//
//	F(x) = (#{sᵢ < x} + ½ #{sᵢ = x}) / n
//
// With the scores of training rows as the sample, 100 F is the percentile of a row among them. With a column of draws
// from a model as the sample and the same column of held-out rows as x, F is the probability integral transform of the
// column, uniform where the model's marginal is right.
func ECDF(sample, x []float64) ([]float64, error) {
	if err := checkNumbers("sample", sample); err != nil {
		return nil, err
	}
	if err := checkNumbers("x", x); err != nil {
		return nil, err
	}
	sorted := slices.Sorted(slices.Values(sample))
	shares := make([]float64, len(x))
	for i, v := range x {
		shares[i] = share(sorted, v)
	}
	return shares, nil
}

// share is where v stands among sorted numbers.
func share(sorted []float64, v float64) float64 {
	below, _ := slices.BinarySearch(sorted, v)
	above, _ := slices.BinarySearch(sorted, math.Nextafter(v, math.Inf(1)))
	if math.IsInf(v, 1) {
		above = len(sorted)
	}
	return float64(below+above) / 2 / float64(len(sorted))
}

// Quantiles returns the p-quantiles of the sample, p from 0 to 1, linear between the sorted numbers s₀ to sₙ₋₁ (type 7
// of Hyndman and Fan 1996):
//
//	Q(p) = s(p (n - 1))
func Quantiles(sample []float64, p ...float64) ([]float64, error) {
	if err := checkNumbers("sample", sample); err != nil {
		return nil, err
	}
	sorted := slices.Sorted(slices.Values(sample))
	quantiles := make([]float64, len(p))
	for i, q := range p {
		if !(q >= 0 && q <= 1) {
			return nil, fmt.Errorf("score: quantile %v, want one from 0 to 1", q)
		}
		quantiles[i] = quantile(sorted, q)
	}
	return quantiles, nil
}

// quantile is the p-quantile of sorted numbers.
func quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	i := int(at)
	part := at - float64(i)
	if part == 0 || sorted[i] == sorted[i+1] { // which may be infinite
		return sorted[i]
	}
	return sorted[i] + part*(sorted[i+1]-sorted[i])
}
