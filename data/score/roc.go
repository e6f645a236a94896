package score

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// AUROC returns the area under the receiver operating characteristic: the probability that a positive has a higher
// score than a negative, where equal scores count half (Hanley and McNeil 1982):
//
//	AUROC = P(s⁺ > s⁻) + ½ P(s⁺ = s⁻)
//
// 1 is perfect, ½ is chance. positive[i] says what scores[i] belongs to; for outliers told by a density the score is
// -log p. There must be at least one of both, and no NaN; ±Inf is a score.
func AUROC(scores []float64, positive []bool) (float64, error) {
	groups, err := byScore(scores, positive)
	if err != nil {
		return 0, err
	}
	var area, positives, negatives float64
	for _, g := range groups { // from the highest score down
		area += g.negatives * (positives + g.positives/2)
		positives += g.positives
		negatives += g.negatives
	}
	return area / (positives * negatives), nil
}

// AveragePrecision returns the mean precision over recall, without interpolation:
//
//	AP = Σ (Rₙ - Rₙ₋₁) Pₙ
//
// where Pₙ and Rₙ are precision and recall of those whose score is at least the n-th highest that occurs. Chance is the
// share of positives. Arguments are those of [AUROC].
func AveragePrecision(scores []float64, positive []bool) (float64, error) {
	groups, err := byScore(scores, positive)
	if err != nil {
		return 0, err
	}
	var sum, positives, all float64
	for _, g := range groups {
		positives += g.positives
		all += g.positives + g.negatives
		sum += g.positives * positives / all
	}
	return sum / positives, nil
}

// group counts those of one score.
type group struct{ positives, negatives float64 }

// byScore counts positives and negatives of each score that occurs, from the highest down.
func byScore(scores []float64, positive []bool) ([]group, error) {
	if err := checkNumbers("scores", scores); err != nil {
		return nil, err
	}
	if len(positive) != len(scores) {
		return nil, fmt.Errorf("score: %d scores and %d labels, want as many of both", len(scores), len(positive))
	}
	if !slices.Contains(positive, true) || !slices.Contains(positive, false) {
		return nil, errors.New("score: want at least one positive and one negative")
	}
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(scores[j], scores[i]) })
	var groups []group
	for n, i := range order {
		if n == 0 || scores[i] != scores[order[n-1]] {
			groups = append(groups, group{})
		}
		if g := &groups[len(groups)-1]; positive[i] {
			g.positives++
		} else {
			g.negatives++
		}
	}
	return groups, nil
}
