package viz

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestGridPoints(t *testing.T) {
	g := Grid{X0: 0, X1: 3, Y0: -1, Y1: 1, NX: 3, NY: 2}
	assert.Equal(t, []float64{
		0.5, -0.5, 1.5, -0.5, 2.5, -0.5,
		0.5, 0.5, 1.5, 0.5, 2.5, 0.5,
	}, g.Points())
	assert.Equal(t, 1.0, g.Cell())
	assert.Empty(t, Grid{}.Points())
	assert.Empty(t, Grid{X1: 1, Y1: 1, NX: -1, NY: 2}.Points())
}

func TestGridSize(t *testing.T) {
	for _, c := range []struct {
		name   string
		grid   Grid
		nx, ny int
	}{
		{"both given", Grid{X1: 1, Y1: 1, NX: 3, NY: 5}, 3, 5},
		{"wide", Grid{X1: 4, Y1: 1}, 200, 50},
		{"high", Grid{X1: 1, Y1: 2}, 100, 200},
		{"columns given", Grid{X1: 4, Y1: 2, NX: 30}, 30, 15},
		{"rows given", Grid{X1: 4, Y1: 2, NY: 30}, 60, 30},
		{"one row at least", Grid{X1: 10, Y1: 1, NX: 2}, 2, 1},
		{"no extent", Grid{}, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			nx, ny := c.grid.Size()
			assert.Equal(t, [2]int{c.nx, c.ny}, [2]int{nx, ny})
		})
	}
}

func TestGridCheck(t *testing.T) {
	for _, c := range []struct {
		name string
		grid Grid
		want string
	}{
		{"good", Grid{X1: 1, Y1: 1}, ""},
		{"zero", Grid{}, "has no extent"},
		{"upside down", Grid{X1: 1, Y0: 1}, "has no extent"},
		{"nan", Grid{X1: math.NaN(), Y1: 1}, "not finite"},
		{"endless", Grid{X1: math.Inf(1), Y1: 1}, "not finite"},
		{"hairline", Grid{X1: 1, Y1: 100}, "20 times as long"},
		{"negative cells", Grid{X1: 1, Y1: 1, NX: -2, NY: 3}, "-2 × 3 cells"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.grid.check()
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestCoverShowsAllPoints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		coordinate := rapid.Float64Range(-1e6, 1e6)
		n := rapid.IntRange(1, 20).Draw(t, "n")
		points := rapid.SliceOfN(coordinate, 2*n, 2*n).Draw(t, "points")
		g, err := Cover(points)
		require.NoError(t, err)
		for i := 0; i < len(points); i += 2 {
			assert.True(t, g.X0 < points[i] && points[i] < g.X1)
			assert.True(t, g.Y0 < points[i+1] && points[i+1] < g.Y1)
		}
		w, h := spread(points)
		ratio := (g.X1 - g.X0) / (g.Y1 - g.Y0)
		if g.Stretch {
			if min(w, h) > 1e-3 { // less is rounding at 1e6
				assert.Greater(t, max(w/h, h/w), 20.0)
				assert.InEpsilon(t, w/h, ratio, 1e-6, "a twelfth of each side around it")
			}
			return
		}
		// (long + 2·long/12) over long/2 is 7/3, with rounding.
		assert.LessOrEqual(t, max(ratio, 1/ratio), 7.0/3+1e-6)
	})
}

// spread returns the lengths of the two columns of points.
func spread(points []float64) (w, h float64) {
	lo, hi := [2]float64{points[0], points[1]}, [2]float64{points[0], points[1]}
	for i, v := range points {
		lo[i%2], hi[i%2] = min(lo[i%2], v), max(hi[i%2], v)
	}
	return hi[0] - lo[0], hi[1] - lo[1]
}

// Columns of other units get axes of their own, on which both are seen.
func TestCoverOfColumnsInTheirUnits(t *testing.T) {
	g, err := Cover([]float64{1e5, 2e-3, 4e5, 1e-3, 2e5, 3e-3})
	require.NoError(t, err)
	assert.True(t, g.Stretch)
	assert.InDeltaSlice(t, []float64{0.75e5, 4.25e5}, []float64{g.X0, g.X1}, 1e-6)
	assert.InDeltaSlice(t, []float64{1e-3 - 2e-3/12, 3e-3 + 2e-3/12}, []float64{g.Y0, g.Y1}, 1e-15)
	nx, ny := g.Size()
	assert.Equal(t, []int{200, 200}, []int{nx, ny})
	w, h := boxSize(g)
	assert.Equal(t, w, h)
	assert.InDelta(t, g.Cell(), 3.5e5/200*(7e-3/3/200), 1e-12)

	g, err = Cover([]float64{1, 2, 1, 2})
	require.NoError(t, err)
	assert.False(t, g.Stretch, "a point has no unit")
	_, err = Cover([]float64{1e17, 1e17})
	assert.NoError(t, err)
}

func TestCoverErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		points []float64
		want   string
	}{
		{"empty", nil, "viz: cover: points: no points"},
		{"odd", []float64{1, 2, 3}, "viz: cover: points: 3 numbers are no rows (x, y)"},
		{"nan", []float64{1, 2, 3, math.NaN()}, "viz: cover: points: point 1 is (3, NaN)"},
		{"inf", []float64{math.Inf(-1), 2}, "viz: cover: points: point 0 is (-Inf, 2)"},
		{"too far apart", []float64{-1.7e308, 0, 1.7e308, 0}, "is not finite"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Cover(c.points)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestMeshPoints(t *testing.T) {
	m := Mesh{X0: 0, X1: 2, Y0: 10, Y1: 11, Lines: 2, Per: 3}
	assert.Equal(t, []float64{
		0, 10, 1, 10, 2, 10,
		0, 11, 1, 11, 2, 11,
		0, 10, 0, 10.5, 0, 11,
		2, 10, 2, 10.5, 2, 11,
	}, m.Points())
	assert.Len(t, Mesh{X1: 1, Y1: 1}.Points(), 2*2*21*1024)
	assert.Empty(t, Mesh{X1: 1, Y1: 1, Lines: 1}.Points())
	assert.ErrorContains(t, Mesh{X1: 1, Y1: 1, Per: 1}.check(), "two points on a line")
	assert.ErrorContains(t, Mesh{}.check(), "mesh: grid: x: [0, 0] has no extent")
}
