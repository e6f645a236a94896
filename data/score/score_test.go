package score_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/go-ffjord/ffjord/data/score"
)

var inf = math.Inf(1)

// Two normal densities d deviations apart are told apart with the probability Φ(d/√2).
func TestAUROCOfTwoNormals(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	const n, d = 20000, 1.5
	scores, positive := make([]float64, n), make([]bool, n)
	for i := range scores {
		scores[i], positive[i] = rng.NormFloat64(), i%2 == 0
		if positive[i] {
			scores[i] += d
		}
	}
	got, err := score.AUROC(scores, positive)
	require.NoError(t, err)
	assert.InDelta(t, distuv.UnitNormal.CDF(d/math.Sqrt2), got, 0.012, "four standard errors")
}

func TestInfiniteScores(t *testing.T) {
	area, err := score.AUROC([]float64{inf, inf, 0, -inf}, []bool{true, false, true, false})
	require.NoError(t, err)
	assert.Equal(t, 0.625, area, "(½ + 1 + 0 + 1)/4")
	shares, err := score.ECDF([]float64{-inf, 0, inf, inf}, []float64{-inf, 1, inf})
	require.NoError(t, err)
	assert.Equal(t, []float64{0.125, 0.5, 0.75}, shares)
	quantiles, err := score.Quantiles([]float64{inf, inf, 0}, 0, 0.75, 1)
	require.NoError(t, err)
	assert.Equal(t, []float64{0, inf, inf}, quantiles)
}

// posterior draws θ from N(0, 1), y from N(θ, 1), and from the density of θ given y, N(y/2, 1/2), with its deviation
// times width and its mean shifted.
func posterior(n, draws int, width, shift float64) (truth []float64, drawn [][]float64) {
	rng := rand.New(rand.NewPCG(2, 0))
	truth, drawn = make([]float64, n), make([][]float64, n)
	for i := range truth {
		truth[i] = rng.NormFloat64()
		y := truth[i] + rng.NormFloat64()
		drawn[i] = make([]float64, draws)
		for l := range drawn[i] {
			drawn[i][l] = y/2 + shift + width*math.Sqrt(0.5)*rng.NormFloat64()
		}
	}
	return truth, drawn
}

func TestCalibration(t *testing.T) {
	const n, draws, bins = 2000, 99, 20
	for _, c := range []struct {
		name         string
		width, shift float64
		calibrated   bool
	}{
		{"exact", 1, 0, true},
		{"narrow", 0.7, 0, false},
		{"wide", 1.4, 0, false},
		{"shifted", 1, 0.2, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			truth, drawn := posterior(n, draws, c.width, c.shift)
			ranks, err := score.Ranks(truth, drawn)
			require.NoError(t, err)
			chi, err := score.ChiSquare(ranks, draws, bins)
			require.NoError(t, err)
			pit, err := score.PIT(truth, drawn)
			require.NoError(t, err)
			ks, err := score.KolmogorovSmirnov(pit)
			require.NoError(t, err)
			for i := range pit {
				require.Equal(t, float64(ranks[i])/draws, pit[i], "no draw equals the truth")
			}
			levels := []float64{0.5, 0.9}
			covered, err := score.Coverage(truth, drawn, levels...)
			require.NoError(t, err)
			if !c.calibrated {
				assert.Less(t, chi.P, 1e-6)
				assert.Less(t, ks.P, 1e-3)
			} else {
				assert.Greater(t, chi.P, 0.01)
				assert.Greater(t, ks.P, 0.01)
			}
			for j, level := range levels {
				// The truth, given y, is N(0, ½) about the centre y/2.
				half := c.width * distuv.UnitNormal.Quantile((1+level)/2)
				s := c.shift / math.Sqrt(0.5)
				want := distuv.UnitNormal.CDF(s+half) - distuv.UnitNormal.CDF(s-half)
				assert.InDelta(t, want, covered[j], 0.05, "four standard errors, and 0.01 for the ends of 99 draws")
			}
		})
	}
}

func TestBinsOfUnequalSize(t *testing.T) {
	ranks := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10} // 4, 4 and 3 in a bin, as expected
	got, err := score.ChiSquare(ranks, 10, 3)
	require.NoError(t, err)
	assert.InDelta(t, 0, got.Statistic, tight)
	assert.InDelta(t, 1, got.P, tight)
}

func TestEnergyDistance(t *testing.T) {
	ctx := t.Context()
	got, err := score.EnergyDistance(ctx, 2, []float64{0, 0}, []float64{3, 4})
	require.NoError(t, err)
	assert.InDelta(t, math.Sqrt(10), got, tight, "√(2·5)")
	rows := []float64{1, 2, -3, 4, 0.5, 6}
	got, err = score.EnergyDistance(ctx, 2, rows, rows)
	require.NoError(t, err)
	assert.InDelta(t, 0, got, 1e-7, "the root of a difference of equal sums")

	stopped, cancel := context.WithCancel(ctx)
	cancel()
	_, err = score.EnergyDistance(stopped, 2, rows, rows)
	assert.ErrorIs(t, err, context.Canceled)
	_, err = score.EnergyDistance(ctx, 1, []float64{1e300}, []float64{-1e300})
	assert.EqualError(t, err, "score: distances beyond the range of float64, want smaller units")
}

func TestRefusals(t *testing.T) {
	ctx, nan := t.Context(), math.NaN()
	first := func(_ any, err error) error { return err }
	for _, c := range []struct {
		err  error
		want string
	}{
		{first(score.AUROC(nil, nil)), "score: no scores, want at least one number"},
		{first(score.AUROC([]float64{1, nan}, []bool{true, false})), "score: scores: number 1 is NaN"},
		{first(score.AveragePrecision([]float64{1}, nil)), "score: 1 scores and 0 labels, want as many of both"},
		{first(score.AUROC([]float64{1, 2}, []bool{true, true})), "score: want at least one positive and one negative"},
		{first(score.ECDF(nil, nil)), "score: no sample, want at least one number"},
		{first(score.Quantiles([]float64{1}, 1.5)), "score: quantile 1.5, want one from 0 to 1"},
		{first(score.Quantiles([]float64{1}, nan)), "score: quantile NaN, want one from 0 to 1"},
		{first(score.Ranks([]float64{1}, nil)), "score: 0 lists of draws for 1 truths, want one for each"},
		{first(score.Ranks([]float64{1, 2}, [][]float64{{1}, {}})), "score: no draws for truth 1, want at least one number"},
		{first(score.Ranks([]float64{1, 2}, [][]float64{{1}, {1, 2}})), "score: 2 draws for truth 1, 1 for the first, want as many for each"},
		{first(score.Coverage([]float64{1}, [][]float64{{1}}, 1)), "score: level 1, want one above 0 and below 1"},
		{first(score.ChiSquare([]int{3}, 2, 2)), "score: rank 0 is 3, want one from 0 to 2"},
		{first(score.ChiSquare(nil, 2, 2)), "score: 0 ranks from 0 to 2 in 2 bins, want ranks, and bins from 2 to 3"},
		{first(score.KolmogorovSmirnov([]float64{0.5, 2})), "score: values from 0.5 to 2, want them from 0 to 1"},
		{first(score.EnergyDistance(ctx, 2, []float64{1}, []float64{1, 2})), "score: x: 1 numbers, want rows of 2"},
		{first(score.EnergyDistance(ctx, 1, []float64{1}, []float64{1, inf})), "score: y: row 1, column 0 is +Inf, want finite numbers"},
	} {
		assert.EqualError(t, c.err, c.want)
	}
}

func ExampleAUROC() {
	nats := []float64{-1.2, -0.8, -9.5, -1.1, -4.0} // log p of rows
	outlier := []bool{false, false, true, false, false}
	scores := make([]float64, len(nats))
	for i, l := range nats {
		scores[i] = -l
	}
	area, err := score.AUROC(scores, outlier)
	fmt.Println(area, err)
	// Output: 1 <nil>
}

func ExampleECDF() {
	training := []float64{-3.1, -2.4, -2.2, -1.9, -1.5} // log p of the rows that were trained on
	shares, err := score.ECDF(training, []float64{-8, -2, -1})
	fmt.Println(shares, err) // less likely than all of them; less likely than two fifths; than none
	// Output: [0 0.6 1] <nil>
}
