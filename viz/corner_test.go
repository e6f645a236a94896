package viz

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// normals are rows of independent standard normal numbers.
func normals(seed uint64, rows, dim int) []float64 {
	rng := rand.New(rand.NewPCG(seed, 0))
	values := make([]float64, rows*dim)
	for i := range values {
		values[i] = rng.NormFloat64()
	}
	return values
}

func TestCornerImage(t *testing.T) {
	data, draws := normals(1, 300, 3), normals(2, 400, 3)
	names := []string{"a", "a name far too long for the side of a box", "c"}
	for _, c := range []struct {
		name  string
		given Corner
	}{
		{"both", Corner{Caption: "both", Names: names, Data: data, Samples: draws}},
		{"data alone", Corner{Names: names, Data: data}},
		{"one column", Corner{Caption: "one", Names: names[:1], Data: data, Samples: draws}},
		{"draws alone", Corner{Names: names, Samples: draws, Bins: 10}},
	} {
		t.Run(c.name, func(t *testing.T) {
			img, err := c.given.Image()
			require.NoError(t, err)
			assertMargins(t, img)
		})
	}
}

func TestCornerRefuses(t *testing.T) {
	for _, c := range []struct {
		given Corner
		want  string
	}{
		{Corner{Data: []float64{1}}, "viz: corner: 0 columns, want 1 to 12: choose some"},
		{Corner{Names: []string{"a", "b"}}, "viz: corner: neither data nor samples"},
		{Corner{Names: []string{"a", "b"}, Data: []float64{1}}, "viz: corner: data: 1 numbers, want rows of 2"},
		{Corner{Names: []string{"a", "b"}, Samples: []float64{1, math.NaN()}}, `viz: corner: samples: row 0, column "b" is NaN`},
		{Corner{Names: []string{"a", "b"}, Data: []float64{1, 2, 1, 3}}, `viz: corner: column "a": [1, 1] has no extent`},
		{Corner{Names: []string{"a", "b"}, Data: []float64{1, 2}, Bins: 1}, "viz: corner: 1 bins, want 2 to 1000"},
	} {
		_, err := c.given.Image()
		assert.EqualError(t, err, c.want)
	}
}

// A line around a share s of a round normal density is a circle of radius √(-2 ln(1-s)).
func TestLinesAroundAShareOfANormalDensity(t *testing.T) {
	g := Grid{X0: -5, X1: 5, Y0: -5, Y1: 5, NX: 101, NY: 101}
	density := hill(g, 1)
	for i := range density {
		density[i] = math.Exp(density[i])
	}
	shares := []float64{0.5, 0.9}
	for n, level := range enclosing(density, shares...) {
		pieces := isolines(density, 101, 101, level)
		require.NotEmpty(t, pieces)
		radius := math.Sqrt(-2 * math.Log(1-shares[n]))
		ends := make(map[[2]float64]int)
		for _, p := range pieces {
			for i := 0; i < len(p); i += 2 {
				x, y := (p[i]-50)*10/101, (p[i+1]-50)*10/101
				assert.InDelta(t, radius, math.Hypot(x, y), 0.03, "a third of a cell: the share moves by whole cells")
				ends[[2]float64{p[i], p[i+1]}]++
			}
		}
		for at, pieces := range ends {
			assert.Zero(t, pieces%2, "the line is closed at %v, where it may pass twice through a cell of the level itself", at)
		}
	}
}

// Where both diagonals of a square are on different sides its low corners are parted, whichever they are.
func TestSaddle(t *testing.T) {
	assert.ElementsMatch(t, [][]float64{{0.5, 0, 1, 0.5}, {0.5, 1, 0, 0.5}}, isolines([]float64{1, 0, 0, 1}, 2, 2, 0.5))
	assert.ElementsMatch(t, [][]float64{{1, 0.5, 0.5, 1}, {0, 0.5, 0.5, 0}}, isolines([]float64{0, 1, 1, 0}, 2, 2, 0.5))
}

func TestHistogramCountsWhatItShows(t *testing.T) {
	k, err := Corner{Names: []string{"a", "b"}, Data: normals(3, 20000, 2), Bins: 20}.layout()
	require.NoError(t, err)
	shares := k.histogram(k.Data, 0)
	var sum float64
	width := (k.hi[0] - k.lo[0]) / 20
	for b, share := range shares {
		sum += share
		x := k.lo[0] + (float64(b)+0.5)*width
		assert.InDelta(t, width*math.Exp(-x*x/2)/math.Sqrt(2*math.Pi), share, 0.01, "four standard errors of 20000 rows")
	}
	assert.InDelta(t, 0.995, sum, 0.005, "the axis holds 99 of 100 rows, and a margin")
}

// Columns of times have times at their ticks, and those beside them numbers.
func TestCornerOfTimes(t *testing.T) {
	rows := normals(3, 500, 2)
	for i := 0; i < len(rows); i += 2 {
		rows[i] = 20000 + 100*rows[i]
	}
	path := filepath.Join(t.TempDir(), "corner.svg")
	require.NoError(t, Save(path, Corner{Names: []string{"day", "x"}, Clocks: []Clock{Days, ""}, Data: rows}))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.True(t, strings.Contains(string(text), ">2024-07</text>"), "20000 days are until 2024-10-04")
	assert.True(t, strings.Contains(string(text), ">−2</text>"))
	_, err = Corner{Names: []string{"day", "x"}, Clocks: []Clock{Days}, Data: rows}.Image()
	assert.EqualError(t, err, "viz: corner: 1 clocks of 2 columns, want one for each, or nil")
}
