package score

import (
	"fmt"
	"slices"
)

// Ranks returns for each truth how many of its draws are below it, from 0 to L where there are L draws:
//
//	rᵢ = #{l : drawsᵢₗ < truthᵢ}
//
// Where truth i comes from the prior, the condition from the truth and draws i from the density of the truth given the
// condition, ranks are uniform on 0, 1, ..., L (simulation-based calibration, Talts et al. 2018, algorithm 1): a ∪
// shape of their histogram tells of densities too narrow, a ∩ of densities too wide, a slope of a bias. Each list must
// have the same length; test by [ChiSquare]. One column of the truth is judged at a time.
func Ranks(truth []float64, draws [][]float64) ([]int, error) {
	if err := checkDraws(truth, draws); err != nil {
		return nil, err
	}
	ranks := make([]int, len(truth))
	for i, d := range draws {
		if len(d) != len(draws[0]) {
			return nil, fmt.Errorf("score: %d draws for truth %d, %d for the first, want as many for each",
				len(d), i, len(draws[0]))
		}
		for _, v := range d {
			if v < truth[i] {
				ranks[i]++
			}
		}
	}
	return ranks, nil
}

// PIT returns for each truth its share of its draws, as [ECDF] does for one sample: the probability integral transform
// of a conditional density, uniform where it is calibrated. Test by [KolmogorovSmirnov].
func PIT(truth []float64, draws [][]float64) ([]float64, error) {
	if err := checkDraws(truth, draws); err != nil {
		return nil, err
	}
	shares := make([]float64, len(truth))
	for i, d := range draws {
		shares[i] = share(slices.Sorted(slices.Values(d)), truth[i])
	}
	return shares, nil
}

// Coverage returns for each level, above 0 and below 1, the share of truths inside the central interval of their draws
// with that probability, whose ends are the quantiles (1 - level)/2 and (1 + level)/2 as [Quantiles] has them. A
// calibrated density covers as many as the level says, up to a standard error √(level (1 - level)/n) over n truths;
// with few draws the empirical interval is a little narrow.
func Coverage(truth []float64, draws [][]float64, levels ...float64) ([]float64, error) {
	if err := checkDraws(truth, draws); err != nil {
		return nil, err
	}
	for _, level := range levels {
		if !(level > 0 && level < 1) {
			return nil, fmt.Errorf("score: level %v, want one above 0 and below 1", level)
		}
	}
	covered := make([]float64, len(levels))
	for i, d := range draws {
		sorted := slices.Sorted(slices.Values(d))
		for j, level := range levels {
			if quantile(sorted, (1-level)/2) <= truth[i] && truth[i] <= quantile(sorted, (1+level)/2) {
				covered[j]++
			}
		}
	}
	for j := range covered {
		covered[j] /= float64(len(truth))
	}
	return covered, nil
}
