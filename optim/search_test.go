package optim_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/optim"
)

// knobs are settings of a search.
type knobs struct {
	Width int
	Decay float64 `json:"decay"`
}

func drawKnobs(rng *rand.Rand) knobs {
	return knobs{Width: 8 << rng.IntN(4), Decay: math.Exp(-5 * rng.Float64())}
}

// parabola has its least loss at the decay e⁻².
func parabola(_ context.Context, k knobs) (float64, error) {
	d := math.Log(k.Decay) + 2
	return d*d + 1/float64(k.Width), nil
}

func TestSearchGoesThroughTheGrid(t *testing.T) {
	var told []int
	search := optim.Search[knobs]{
		Grid:    []knobs{{8, 1}, {8, 0.1}, {16, 0.1}, {16, 0.5}},
		Loss:    parabola,
		Observe: func(trial optim.Trial[knobs]) error { told = append(told, trial.Number); return nil },
	}
	trials, err := search.Run(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []int{0, 1, 2, 3}, told)
	best, ok := trials.Best()
	require.True(t, ok)
	assert.Equal(t, knobs{16, 0.1}, best.Settings)
	search.Trials = 2
	trials, err = search.Run(t.Context())
	require.NoError(t, err)
	assert.Len(t, trials, 2)
}

// The settings of a trial follow from the seed and its number alone, and the search comes near the least loss: of 64
// draws over a range of 5 the nearest is expected within 5/64 of it.
func TestSearchDraws(t *testing.T) {
	run := func(seed uint64, n int) optim.Trials[knobs] {
		trials, err := optim.Search[knobs]{Draw: drawKnobs, Trials: n, Seed: seed, Loss: parabola}.Run(t.Context())
		require.NoError(t, err)
		for i := range trials {
			trials[i].Took = 0
		}
		return trials
	}
	all := run(1, 64)
	assert.Equal(t, all[:5], run(1, 5))
	assert.NotEqual(t, all[:5], run(2, 5))
	assert.Len(t, run(1, 0), 20)
	best, _ := all.Best()
	assert.InDelta(t, -2, math.Log(best.Settings.Decay), 0.25)
}

// A search that is broken off and taken up again ends with the same trials.
func TestSearchGoesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "trials.json")
	calls := 0
	search := optim.Search[knobs]{Draw: drawKnobs, Trials: 10, Seed: 3, Path: path, Loss: func(ctx context.Context, k knobs) (float64, error) {
		if calls++; k.Width == 8 {
			return math.NaN(), nil
		}
		return parabola(ctx, k)
	}}
	first := search
	first.Observe = func(trial optim.Trial[knobs]) error {
		if trial.Number == 3 {
			return optim.ErrStop
		}
		return nil
	}
	got, err := first.Run(t.Context())
	require.NoError(t, err)
	require.Len(t, got, 4)
	got, err = search.Run(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 10, calls)
	alone := search
	alone.Path = ""
	want, err := alone.Run(t.Context())
	require.NoError(t, err)
	for i := range got {
		got[i].Took, want[i].Took = 0, 0
	}
	assert.Equal(t, want, got)

	for _, c := range []struct {
		name  string
		spoil func(*optim.Search[knobs])
		want  error
		text  string
	}{
		{"other seed", func(s *optim.Search[knobs]) { s.Seed = 4 }, optim.ErrOtherRun, "its trial 0 is of"},
		{"a grid", func(s *optim.Search[knobs]) { s.Draw, s.Grid, s.Trials = nil, []knobs{{1, 1}}, 0 }, optim.ErrOtherRun, "it has 10 trials, the Grid has 1"},
		{"no trials", func(s *optim.Search[knobs]) { require.NoError(t, os.WriteFile(s.Path, []byte("{"), 0o600)) }, optim.ErrDamaged, path},
		{"another format", func(s *optim.Search[knobs]) {
			require.NoError(t, os.WriteFile(s.Path, []byte(`{"format":"x","version":2,"trials":[]}`), 0o600))
		}, optim.ErrDamaged, `format "x" and version 2`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := search
			c.spoil(&s)
			_, err := s.Run(t.Context())
			require.ErrorIs(t, err, c.want)
			assert.ErrorContains(t, err, c.text)
		})
	}
}

func TestSearchKeepsToItsLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		search := optim.Search[knobs]{
			Draw: drawKnobs, Limit: 10 * time.Second, Path: filepath.Join(t.TempDir(), "trials.json"),
			Loss: func(ctx context.Context, k knobs) (float64, error) {
				select {
				case <-ctx.Done():
					return 0, ctx.Err()
				case <-time.After(3 * time.Second):
				}
				return parabola(ctx, k)
			},
		}
		start := time.Now()
		trials, err := search.Run(t.Context())
		require.NoError(t, err)
		assert.Len(t, trials, 3)
		assert.Equal(t, 10*time.Second, time.Since(start))
		search.Limit = 12 * time.Second
		trials, err = search.Run(t.Context())
		require.NoError(t, err)
		assert.Len(t, trials, 4, "what the file has counts")

		search.Limit, search.Path = time.Second, ""
		_, err = search.Run(t.Context())
		assert.ErrorContains(t, err, "no trial has ended within the Limit")
	})
}

// A trial that fails or panics is worse than any other, and no more.
func TestSearchOutlivesATrial(t *testing.T) {
	loss := func(_ context.Context, k int) (float64, error) {
		switch k {
		case 0:
			return -1, errors.New("diverged")
		case 1:
			panic("at the disco")
		}
		return float64(k), nil
	}
	trials, err := optim.Search[int]{Grid: []int{0, 1, 2, 3}, Loss: loss}.Run(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "diverged", trials[0].Failed)
	assert.Contains(t, trials[1].Failed, "at the disco")
	best, ok := trials.Best()
	assert.True(t, ok)
	assert.Equal(t, 2, best.Settings)
	_, err = optim.Search[int]{Grid: []int{0}, Loss: loss}.Run(t.Context())
	assert.ErrorContains(t, err, "all 1 trials have failed; the first: diverged")

	ctx, cancel := context.WithCancel(t.Context())
	trials, err = optim.Search[int]{Grid: []int{2, 3}, Loss: func(context.Context, int) (float64, error) {
		cancel()
		return 0, nil
	}}.Run(ctx)
	require.ErrorIs(t, err, context.Canceled)
	assert.Empty(t, trials, "a trial during which ctx has ended does not count")
}

func TestSearchRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		search optim.Search[knobs]
		want   string
	}{
		{"no loss", optim.Search[knobs]{Draw: drawKnobs}, "no Loss"},
		{"nothing to try", optim.Search[knobs]{Loss: parabola}, "want one of Grid and Draw"},
		{"both", optim.Search[knobs]{Loss: parabola, Draw: drawKnobs, Grid: []knobs{{}}}, "want one of Grid and Draw"},
		{"too many", optim.Search[knobs]{Loss: parabola, Grid: []knobs{{}}, Trials: 2}, "Trials is 2, want 0 or more, and of a Grid at most its 1"},
		{"limit", optim.Search[knobs]{Loss: parabola, Grid: []knobs{{}}, Limit: -1}, "Limit is -1ns"},
		{"folder", optim.Search[knobs]{Loss: parabola, Grid: []knobs{{}}, Path: "no/such/folder"}, "no/such/folder"},
		{"panic", optim.Search[knobs]{Loss: parabola, Draw: func(*rand.Rand) knobs { panic("no luck") }}, "Search.Draw"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := c.search.Run(t.Context())
			assert.ErrorContains(t, err, c.want)
		})
	}
}

func TestTrialsAreATable(t *testing.T) {
	trials := optim.Trials[knobs]{
		{Number: 0, Settings: knobs{8, 0.012345}, Loss: 2.5, Took: 1500 * time.Millisecond},
		{Number: 1, Settings: knobs{16, 1}, Loss: math.Inf(1), Failed: "diverged"},
		{Number: 2, Settings: knobs{128, 0.5}, Loss: -1, Took: time.Minute},
	}
	assert.Equal(t, ""+
		"  trial     loss  seconds  Width   decay\n"+
		"      2  -1.0000     60.0    128     0.5\n"+
		"      0   2.5000      1.5      8  0.0123\n"+
		"      1   failed      0.0     16       1\n", trials.String())
	assert.Equal(t, "  trial    loss  seconds  settings\n      0  1.0000      0.0         7\n", optim.Trials[int]{{Settings: 7, Loss: 1}}.String())
}
