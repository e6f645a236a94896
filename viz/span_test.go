package viz

import (
	"image"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawn draws p and fails where that takes longer than any picture may.
func drawn(t require.TestingT, p Picture) (img *image.RGBA, err error) {
	done := make(chan any, 1)
	go func() {
		defer func() { done <- recover() }()
		img, err = p.Image()
	}()
	select {
	case panicked := <-done:
		require.Nil(t, panicked)
		return img, err
	case <-time.After(30 * time.Second):
		require.FailNow(t, "a picture that never ends")
	}
	return nil, nil
}

// A scale that vanishes against its ends is an error that says so, in place of ticks without end.
func TestScalesWithoutWidth(t *testing.T) {
	four := func(v float64) []float64 { return []float64{v, v, v, v} }
	unit := Grid{X1: 1, Y1: 1, NX: 2, NY: 2}
	mesh := Mesh{X0: -1, X1: 1, Y0: -1, Y1: 1, Lines: 2, Per: 2}
	points := []float64{0, 0, 1, 1}
	panel := func(change func(*Panel)) Panel {
		p := Panel{Mesh: mesh, Data: points, Rows: []Row{{Base: points, Samples: points, Mesh: mesh.Points()}}}
		change(&p)
		return p
	}
	for _, test := range []struct {
		name    string
		picture Picture
		want    string
	}{
		{"log-densities of an untrained flow", Density{Grid: unit, Learnt: four(-1e17)},
			"viz: density: the colour scale, down from the highest log-density, [-1e+17, -1e+17] has no extent; a Depth makes it longer"},
		{"a few numbers between the ends", Density{Grid: unit, Learnt: four(-2e16)}, "is too short to tell numbers of that size apart"},
		{"a grid far out", Density{Grid: Grid{X0: 1e17, X1: 1e17 + 64, Y1: 64, NX: 2, NY: 2}, Learnt: four(1)}, "viz: density: grid: x: [1e+17, 1.0000000000000006e+17] is too short"},
		{"a grid of nearly nothing", Density{Grid: Grid{X1: 5e-324, Y1: 5e-324, NX: 2, NY: 2}, Learnt: four(1)}, "grid: x: [0, 5e-324] has no extent"},
		{"a grid of nearly everything", Density{Grid: Grid{X1: 1e308, Y1: 1e308, NX: 2, NY: 2}, Learnt: four(1)}, "grid: x: [0, 1e+308] goes beyond 1e+300"},
		{"a gallery's densities", Gallery{Window: unit, Strips: []Strip{{Densities: [][]float64{four(5e-324)}}}}, "viz: gallery: the highest density is 5e-324"},
		{"a panel's window far out", panel(func(p *Panel) { p.Window = Grid{X0: 1e17, X1: 1e17 + 64, Y0: 1e17, Y1: 1e17 + 64} }), "viz: panel: grid: x: "},
		{"a panel's window without data", panel(func(p *Panel) { p.Window = Grid{X0: 50, X1: 51, Y0: 50, Y1: 51} }),
			"viz: panel: data: none of the 2 points lies in or near the window [50, 51] × [50, 51]"},
		{"a panel's window beside the data", panel(func(p *Panel) { p.Window = Grid{X0: 9, X1: 10, Y0: 0, Y1: 1} }), "none of the 2 points"},
		{"a mesh far out", panel(func(p *Panel) { p.Mesh.X0, p.Mesh.X1 = 1e17, 1e17+16 }), "viz: panel: mesh: grid: x: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := drawn(t, test.picture)
			assert.ErrorContains(t, err, test.want)
		})
	}
	_, err := KDE{HX: 1e-200, HY: 1e-200}.Density([]float64{1e-200, 1e-200}, Grid{X1: 4e-200, Y1: 4e-200})
	assert.EqualError(t, err, "viz: kde: bandwidths 1e-200, 1e-200 are so small that the density is not finite")
}

// Whatever the numbers, a picture comes to an end, with pixels or an error, and a grid never asks for memory that
// nobody has.
func TestPicturesOfAnyNumbers(t *testing.T) {
	number := rapid.OneOf(rapid.Float64(), rapid.Float64Range(-3, 3), rapid.SampledFrom([]float64{
		0, 1, -1, 5e-324, 1e-300, 1e17, -1e17, 2e8, 1e300, math.MaxFloat64, math.Inf(1), math.NaN(),
	}))
	numbers := func(n int) *rapid.Generator[[]float64] { return rapid.SliceOfN(number, n, n) }
	rapid.Check(t, func(t *rapid.T) {
		x := numbers(5).Draw(t, "window")
		g := Grid{X0: x[0], X1: x[0] + x[1], Y0: x[2], Y1: x[2] + x[3], Stretch: rapid.Bool().Draw(t, "stretch")}
		g.NX, g.NY = 2, rapid.SampledFrom([]int{0, 2, 1 << 40}).Draw(t, "ny")
		points := numbers(4).Draw(t, "points")
		var picture Picture
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 0:
			picture = Density{Grid: g, Learnt: points, True: numbers(4).Draw(t, "true"), Ratio: true, Depth: x[4]}
		case 1:
			picture = Gallery{Window: g, Top: x[4], Strips: []Strip{{Densities: [][]float64{points}}, {Points: [][]float64{points}}}}
		case 2:
			mesh := Mesh{X0: -1, X1: 1, Y0: -1, Y1: 1, Lines: 2, Per: 2}
			picture = Panel{Mesh: mesh, Data: points, Window: g, KDE: KDE{HX: x[4]}, Rows: []Row{{
				Base: points, Samples: numbers(4).Draw(t, "samples"), Mesh: mesh.Points(),
			}}}
		}
		img, err := drawn(t, picture)
		assert.True(t, err != nil || img != nil)
		_, _ = Cover(points)
		assert.LessOrEqual(t, len(g.Points()), 2*maxCells)
	})
}

// Ticks are few, in order, within the scale, and no two labels are the same.
func TestTicksOfAnyScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lo, hi := rapid.Float64().Draw(t, "lo"), rapid.Float64().Draw(t, "hi")
		if rapid.Bool().Draw(t, "close") {
			hi = lo + math.Abs(lo)*math.Pow(10, -12*rapid.Float64Range(0, 1).Draw(t, "ratio"))
		}
		if checkSpan(lo, hi) != nil {
			t.Skip("rapid drew a span that has no scale, which TestScalesWithoutWidth tests")
		}
		most := rapid.IntRange(2, 9).Draw(t, "most")
		got := newTicks(lo, hi, most)
		assert.LessOrEqual(t, len(got.at), max(most, 5)+1)
		assert.GreaterOrEqual(t, len(got.at), 2, "one number is no scale")
		seen := map[string]bool{}
		for i, v := range got.at {
			slack := 1e-9*(hi-lo) + 4e-16*max(math.Abs(lo), math.Abs(hi))
			assert.True(t, v >= lo-slack && v <= hi+slack, "%g", v)
			assert.True(t, i == 0 || v > got.at[i-1])
			assert.False(t, seen[got.labels[i]], "%v", got.labels)
			assert.LessOrEqual(t, len([]rune(got.labels[i])), 24, "a sign, 13 digits and a point, and a power")
			seen[got.labels[i]] = true
		}
	})
}

func TestPicturesTooLargeToMake(t *testing.T) {
	points := make([][]float64, 100_000)
	for i := range points {
		points[i] = []float64{0.5, 0.5}
	}
	var limit *LimitError
	_, err := Gallery{Window: Grid{X1: 1, Y1: 1}, Strips: []Strip{{Points: points}}}.Image()
	require.ErrorAs(t, err, &limit)
	assert.Equal(t, "pixels", limit.Unit)
	_, err = KDE{}.Density([]float64{0, 0, 1, 1}, Grid{X1: 1, Y1: 1, NX: 1 << 40, NY: 1 << 40})
	require.ErrorAs(t, err, &limit)
	assert.Empty(t, Grid{X1: 1, Y1: 1, NX: 1 << 40, NY: 1 << 40}.Points())
	assert.Empty(t, Mesh{X1: 1, Y1: 1, Lines: 1 << 40}.Points())
}
