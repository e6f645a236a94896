package serve

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data"
)

// Draws are those of a direct call with the same seed, and those at the end of their trajectory.
func TestSampleAndTrajectory(t *testing.T) {
	p := moons()
	_, c := p.start(t, Config{})
	want, err := p.file(t).Sample(t.Context(), 50, rand.New(rand.NewPCG(7, 0)))
	require.NoError(t, err)
	var got struct {
		Model   string
		Seed    uint64
		Columns []string
		Rows    [][]float64
	}
	c.post("/v1/sample", jsonType, `{"n": 50, "seed": 7}`).read(t, 200, &got)
	assert.EqualValues(t, 7, got.Seed)
	require.Len(t, got.Rows, 50)
	for i, row := range got.Rows {
		sameBits(t, want.Row(i), row)
	}

	type played struct {
		Model   string
		Seed    *uint64
		Columns []string
		Frames  []struct {
			Time  float64
			Block int
			Rows  [][]float64
		}
	}
	var film played
	c.post("/v1/trajectory", jsonType, `{"n": 50, "seed": 7, "frames": 3}`).read(t, 200, &film)
	require.Len(t, film.Frames, 7, "the base and three of each of two blocks")
	assert.Equal(t, []float64{0, 1}, []float64{film.Frames[0].Time, film.Frames[6].Time})
	base, err := p.Flow.SampleBase(50, rand.New(rand.NewPCG(7, 0)))
	require.NoError(t, err)
	start, err := p.X.Invert(base)
	require.NoError(t, err)
	for i := range 50 {
		assert.InDeltaSlice(t, start.Row(i), film.Frames[0].Rows[i], 1e-12)
		// Both are solved to the flow's tolerances of evaluation, some 1e-5.
		assert.InDeltaSlice(t, want.Row(i), film.Frames[6].Rows[i], 1e-3)
	}

	film = played{}
	c.post("/v1/trajectory", jsonType, `{"rows": [[0.5, 0.5], [1, -0.2]], "frames": 1}`).read(t, 200, &film)
	assert.Nil(t, film.Seed)
	assert.InDeltaSlice(t, []float64{1, -0.2}, film.Frames[2].Rows[1], 1e-3, "back to the base and here again")
}

// Draws of a conditional model have their categories by name, and one condition or one each.
func TestSampleGiven(t *testing.T) {
	p := people()
	_, c := p.start(t, Config{})
	var got struct {
		Model   string
		Seed    uint64
		Columns []string
		Rows    [][]any
	}
	c.post("/v1/sample", jsonType, `{"n": 20, "seed": 3, "given": {"age": 50, "sex": "f"}}`).read(t, 200, &got)
	assert.Equal(t, []string{"height", "city", "income"}, got.Columns)
	given := data.Table{Names: []string{"age", "sex"}, Rows: data.Rows(2, 50, 0), Levels: p.Given.Levels()}
	want, err := p.file(t).SampleGiven(t.Context(), given, 20, rand.New(rand.NewPCG(3, 0)))
	require.NoError(t, err)
	height, err := want.Column("height")
	require.NoError(t, err)
	city, err := want.Column("city")
	require.NoError(t, err)
	for i, row := range got.Rows {
		assert.Equal(t, height[i], row[0])
		assert.Equal(t, want.Levels["city"][int(city[i])], row[1])
	}
	c.post("/v1/sample", jsonType, `{"n": 2, "given": [[50, "f"], [20, "m"]]}`).read(t, 200, &got)
	assert.Len(t, got.Rows, 2)
	text := string(c.post("/v1/sample", jsonType, `{"n": 2, "given": [50, "f"]}`, "Accept", "text/csv").body)
	assert.Regexp(t, `^height,city,income\n[^,]+,(Bern|Oslo|Rome),`, text)
}
