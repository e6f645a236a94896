package viz

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hill is the log-density of a round Gaussian of scale s on the grid.
func hill(g Grid, s float64) []float64 {
	at := g.Points()
	values := make([]float64, len(at)/2)
	for i := range values {
		x, y := at[2*i], at[2*i+1]
		values[i] = -(x*x+y*y)/(2*s*s) - math.Log(2*math.Pi*s*s)
	}
	return values
}

func TestDensityImage(t *testing.T) {
	g := Grid{X0: -4, X1: 4, Y0: -2, Y1: 2}
	narrow, wide := hill(g, 0.5), hill(g, 1)
	for _, c := range []struct {
		name  string
		given Density
		boxes int
	}{
		{"learnt alone", Density{Grid: g, Learnt: narrow}, 1},
		{"beside the true one", Density{Grid: g, Learnt: narrow, True: wide}, 2},
		{"with their ratio", Density{Grid: g, Learnt: narrow, True: wide, Ratio: true, Caption: "gap"}, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			img, err := c.given.Image()
			require.NoError(t, err)
			assertMargins(t, img)
			again, err := c.given.Image()
			require.NoError(t, err)
			assert.Equal(t, img.Pix, again.Pix)
			assert.Greater(t, img.Rect.Dx(), c.boxes*boxSide)
			assert.Less(t, img.Rect.Dx(), (c.boxes+1)*boxSide)
		})
	}
}

func TestDensityColours(t *testing.T) {
	g := Grid{X0: -4, X1: 4, Y0: -2, Y1: 2, NX: 161, NY: 81}
	d := Density{Grid: g, Learnt: hill(g, 0.5), True: hill(g, 1), Ratio: true, Depth: 6}
	img, err := d.Image()
	require.NoError(t, err)
	lo, hi, err := d.scale()
	require.NoError(t, err)
	assert.InDelta(t, -math.Log(2*math.Pi), hi, 1e-12, "the true density's peak")
	assert.InDelta(t, 6, hi-lo, 1e-12)

	colours, err := viridis()
	require.NoError(t, err)
	signed, err := blueRed()
	require.NoError(t, err)
	key := bar{colours, lo, hi, "nats"}
	s, err := newSheet(g, []string{""}, bar{}, key, bar{signed, -ratioReach, ratioReach, "nats"})
	require.NoError(t, err)
	for _, c := range []struct {
		name string
		col  int
		x, y float64
		want float64 // on the column's colour scale, 0 to 1
	}{
		{"learnt peak is beyond the scale", 0, 0, 0, 1},
		{"learnt flank", 0, 1, 0, (hi + math.Log(4) - 2 - lo) / 6},
		{"learnt tail", 0, -3, 1, 0},
		{"true peak", 1, 0, 0, 1},
		{"true flank", 1, 2, 0, (6 - 2.0) / 6},
		{"ratio at the peak", 2, 0, 0, (math.Log(4) + 3) / 6},
		{"ratio where both vanish", 2, -3.9, 1.9, 0.5},
		{"ratio far below", 2, 1.8, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := colours
			if c.col == 2 {
				m = signed
			}
			a := s.axes(0, c.col)
			got := img.RGBAAt(a.box.Min.X+int(a.x(c.x)), a.box.Min.Y+int(a.y(c.y)))
			// A pixel is 0.017 wide and the steepest flank falls by 4 nats in 1: 0.07 nats or one hundredth of the
			// scale, some three levels.
			want := m.at(c.want)
			assert.InDelta(t, want.R, got.R, 6)
			assert.InDelta(t, want.G, got.G, 6)
			assert.InDelta(t, want.B, got.B, 6)
		})
	}
}

func TestDensityErrors(t *testing.T) {
	g := Grid{X1: 1, Y1: 1, NX: 2, NY: 2}
	good := []float64{0, -1, math.Inf(-1), -3}
	for _, c := range []struct {
		name  string
		given Density
		want  string
	}{
		{"no extent", Density{Learnt: good}, "viz: density: grid: x: [0, 0] has no extent"},
		{"empty", Density{Grid: g}, "viz: density: learnt: 0 log-densities for 2 × 2 cells"},
		{"short", Density{Grid: g, Learnt: good, True: good[1:]}, "true: 3 log-densities for 2 × 2 cells"},
		{"nan", Density{Grid: g, Learnt: []float64{0, 1, math.NaN(), 2}}, "learnt: log-density 2 is NaN"},
		{"infinite", Density{Grid: g, Learnt: good, True: []float64{0, math.Inf(1), 2, 2}}, "true: log-density 1 is +Inf"},
		{"nowhere", Density{Grid: Grid{X1: 1, Y1: 1, NX: 1, NY: 1}, Learnt: []float64{math.Inf(-1)}}, "every point is impossible"},
		{"ratio to nothing", Density{Grid: g, Learnt: good, Ratio: true}, "a ratio needs the true log-density"},
		{"no depth", Density{Grid: g, Learnt: good, Depth: -1}, "depth -1 is not positive"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := c.given.Image()
			require.ErrorContains(t, err, c.want)
		})
	}
}

func BenchmarkDensity(b *testing.B) {
	g := Grid{X0: -1.5, X1: 2.5, Y0: -1, Y1: 1.5}
	d := Density{Grid: g, Learnt: hill(g, 0.5), True: hill(g, 1), Ratio: true}
	for b.Loop() {
		if _, err := d.Image(); err != nil {
			b.Fatal(err)
		}
	}
}
