package viz

import (
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// exhibition is a gallery of a few points, of the densities x, 2x and 3x, and of points that came from elsewhere.
func exhibition() Gallery {
	g := Gallery{Window: Grid{X0: 0, X1: 2, Y0: 0, Y1: 4, NX: 20}}
	at := g.Window.Points()
	ramp := func(slope float64) []float64 {
		p := make([]float64, len(at)/2)
		for i := range p {
			p[i] = slope * at[2*i]
		}
		return p
	}
	g.Strips = []Strip{
		{Caption: "data", Points: [][]float64{{1, 1}, {1, 3, 99, 1e300}}, Densities: [][]float64{}},
		{Caption: "p", Titles: []string{"one", "two", "three"}, Densities: [][]float64{ramp(1), ramp(2), ramp(3)}},
		{Points: [][]float64{{1, 1, 1, 3}}, From: [][]float64{{5, 0, -5, 0}}},
	}
	return g
}

func TestGalleryImage(t *testing.T) {
	g := exhibition()
	img, err := g.Image()
	require.NoError(t, err)
	assertMargins(t, img)
	again, err := g.Image()
	require.NoError(t, err)
	assert.Equal(t, img.Pix, again.Pix)

	colours, err := viridis()
	require.NoError(t, err)
	k, err := newWall(g, colours)
	require.NoError(t, err)
	at := func(strip, col int, x, y float64) color.RGBA {
		a := axes{window: k.window, box: k.box(strip, col)}
		return img.RGBAAt(a.box.Min.X+int(a.x(x)), a.box.Min.Y+int(a.y(y)))
	}
	assert.Equal(t, 2*k.w, k.h, "one scale on both axes")
	for strip, s := range g.Strips {
		for col := range s.len() {
			box := k.box(strip, col)
			assert.Equal(t, rgb(ink), img.RGBAAt(box.Min.X-1, box.Min.Y+9), "frame of %d, %d", strip, col)
		}
	}

	assert.False(t, isWhite(at(0, 0, 1, 1)))
	assert.True(t, isWhite(at(0, 0, 1, 3)))
	assert.True(t, isWhite(at(0, 1, 1, 1)))
	assert.False(t, isWhite(at(0, 1, 1, 3)))

	// All densities have the scale of the highest, 5.85 in its last cell's centre.
	for col := range 3 {
		want, got := colours.at(float64(col+1)/5.85), at(1, col, 1, 2)
		// A pixel is 0.009 wide, 0.005 of the scale: two levels of a colour.
		assert.InDelta(t, want.R, got.R, 3, "density %d", col)
		assert.InDelta(t, want.G, got.G, 3, "density %d", col)
		assert.InDelta(t, want.B, got.B, 3, "density %d", col)
	}

	right, left := at(2, 0, 1, 1), at(2, 0, 1, 3)
	assert.Greater(t, right.R, right.G, "from the right is red")
	assert.Greater(t, left.G, left.R, "from the left is green")
}

func TestGalleryTop(t *testing.T) {
	g := exhibition()
	assert.InDelta(t, 5.85, g.top(), 1e-12, "3·1.95")
	g.Top = 2
	assert.Equal(t, 2.0, g.top())
	colours, err := viridis()
	require.NoError(t, err)
	img, err := g.Image()
	require.NoError(t, err)
	k, err := newWall(g, colours)
	require.NoError(t, err)
	box := k.box(1, 1)
	assert.Equal(t, colours[shades-1], img.RGBAAt(box.Max.X-9, box.Min.Y+9), "above the top")
}

// A gallery of points alone has no key, and pictures are neither too large nor too small.
func TestGallerySizes(t *testing.T) {
	for _, c := range []struct {
		name     string
		pictures int
		side     int
	}{
		{"alone", 1, boxSide},
		{"ten", 10, galleryWidth/10 - galleryGap},
		{"a hundred", 100, galleryLeast},
	} {
		t.Run(c.name, func(t *testing.T) {
			points := make([][]float64, c.pictures)
			for i := range points {
				points[i] = []float64{0.5, 0.5}
			}
			img, err := Gallery{Window: Grid{X1: 1, Y1: 1}, Strips: []Strip{{Points: points}}}.Image()
			require.NoError(t, err)
			assertMargins(t, img)
			labels := widest(newLettering().tick(), []string{"0.5"}) + tickPad + tickLen
			assert.Equal(t, labels+c.pictures*(c.side+galleryGap)-galleryGap+2*(margin+stroke), img.Rect.Dx())
			assert.Equal(t, 2*margin+2*stroke+c.side+tickLen+tickLine, img.Rect.Dy(), "no room above for captions that are not there")
		})
	}
}

func TestGalleryErrors(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(*Gallery)
		want  string
	}{
		{"no window", func(g *Gallery) { g.Window = Grid{} }, "viz: gallery: grid: x: [0, 0] has no extent"},
		{"no strips", func(g *Gallery) { g.Strips = nil }, "viz: gallery: no strips"},
		{"negative top", func(g *Gallery) { g.Top = -1 }, "viz: gallery: top -1 is negative or not finite"},
		{"endless top", func(g *Gallery) { g.Top = math.Inf(1) }, "viz: gallery: top +Inf is negative or not finite"},
		{"empty strip", func(g *Gallery) { g.Strips[1] = Strip{} }, "viz: gallery: strip 1: no pictures"},
		{"both", func(g *Gallery) { g.Strips[1].Points = g.Strips[0].Points }, "strip 1: points and densities; want one of them"},
		{"titles", func(g *Gallery) { g.Strips[1].Titles = []string{"one"} }, "strip 1: 1 titles for 3 pictures"},
		{"pictures of from", func(g *Gallery) { g.Strips[2].From = nil; g.Strips[0].From = [][]float64{{1, 1}} },
			"strip 0: from: 1 pictures, points have 2"},
		{"no points", func(g *Gallery) { g.Strips[0].Points[1] = nil }, "strip 0: picture 1: points: no points"},
		{"nan point", func(g *Gallery) { g.Strips[0].Points[0][1] = math.NaN() }, "strip 0: picture 0: points: point 0 is (1, NaN)"},
		{"odd from", func(g *Gallery) { g.Strips[2].From[0] = []float64{1} }, "strip 2: picture 0: from: 1 numbers are no rows (x, y)"},
		{"unpaired", func(g *Gallery) { g.Strips[2].From[0] = []float64{1, 1} }, "strip 2: picture 0: 2 points came from 1"},
		{"short", func(g *Gallery) { g.Strips[1].Densities[2] = []float64{1} }, "strip 1: picture 2: 1 densities for 800 cells"},
		{"negative", func(g *Gallery) { g.Strips[1].Densities[0][3] = -2 }, "strip 1: picture 0: density 3 is -2"},
		{"nothing", func(g *Gallery) { g.Strips[1] = Strip{Densities: [][]float64{make([]float64, 800)}} }, "viz: gallery: all densities are 0"},
		{"infinite", func(g *Gallery) { g.Strips[1].Densities[0][3] = math.Inf(1) }, "strip 1: picture 0: density 3 is +Inf"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := exhibition()
			c.spoil(&g)
			_, err := g.Image()
			require.ErrorContains(t, err, c.want)
		})
	}
}
