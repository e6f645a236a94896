package model_test

import (
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/baseline"
	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/flows/model"
	"github.com/go-ffjord/ffjord/optim"
)

// people is a table with all that a column can have: x and y are on a ring, in units of their own.
func people(rows int) data.Table {
	rng := rand.New(rand.NewPCG(1, 0))
	xy := toy.Draw(toy.Moons{Noise: 0.1}, rows, rng).Float64s()
	var values []float64
	for i := range rows {
		x := 1e4 * xy[2*i]
		values = append(values, x, 3*x+1, xy[2*i+1], float64(rng.IntN(2)), float64(rng.IntN(5)), 7)
	}
	return data.Table{
		Names:  []string{"x", "thrice", "y", "side", "count", "seven"},
		Rows:   data.Rows(6, values...),
		Levels: map[string][]string{"side": {"left", "right"}},
	}
}

// The model is no worse than a normal density of the same columns, after a few epochs, and says what it is of.
func TestLearnerLearns(t *testing.T) {
	table, test := people(600), people(1000)
	ended := 0
	learner := model.Learner{Seed: 3, Observe: func(e optim.Event) error {
		if e.Kind == optim.EpochDone && e.Epoch == 25 {
			return optim.ErrStop
		}
		if e.Kind == optim.Finished {
			ended = e.Epoch
		}
		return nil
	}}
	m, notes, err := learner.Learn(t.Context(), table)
	require.NoError(t, err)
	assert.Equal(t, 25, ended)
	assert.Len(t, notes, 3, "the twin, the count, the constant: %v", notes)
	assert.Equal(t, []string{"x", "thrice", "y", "side", "count", "seven"}, m.Inputs())
	assert.Equal(t, []string{"count", "seven"}, m.About.Integers())
	assert.Equal(t, 540, m.About.Train)
	assert.Equal(t, 60, m.About.Validation)
	assert.InDelta(t, 0.5, m.About.Columns[3].Shares[0], 0.1)

	scores, err := m.LogProb(t.Context(), test)
	require.NoError(t, err)
	rest, err := table.Select("x", "y", "side", "count")
	require.NoError(t, err)
	of, err := test.Select("x", "y", "side", "count")
	require.NoError(t, err)
	gaussian, err := baseline.Gaussian{}.Fit(rest.Rows)
	require.NoError(t, err)
	logp, err := data.LogProbs(gaussian, of.Rows)
	require.NoError(t, err)
	assert.Greater(t, stat.Mean(scores.LogProb, nil), stat.Mean(logp, nil)+0.3)

	path := filepath.Join(t.TempDir(), "m")
	require.NoError(t, m.Save(path, nil))
	loaded, err := model.Load(t.Context(), path, nil)
	require.NoError(t, err)
	again, err := loaded.LogProb(t.Context(), test)
	require.NoError(t, err)
	assert.Equal(t, scores.LogProb, again.LogProb)
	assert.Equal(t, m.About, loaded.About)
}

func TestLearnerRefuses(t *testing.T) {
	_, _, err := model.Learner{}.Learn(t.Context(), data.Table{})
	require.Error(t, err)
	_, _, err = model.Learner{Recipe: &data.Recipe{}}.Learn(t.Context(), people(50))
	assert.ErrorContains(t, err, "seven")
	_, _, err = model.Learner{Limit: -1}.Learn(t.Context(), people(50))
	assert.ErrorContains(t, err, "Limit is -1ns")
}
