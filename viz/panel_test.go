package viz

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// moons draws n points around two half circles.
func moons(r *rand.Rand, n int) []float64 {
	points := make([]float64, 0, 2*n)
	for i := range n {
		y, x := math.Sincos(math.Pi * r.Float64())
		if i%2 == 1 {
			x, y = 1-x, 0.5-y
		}
		points = append(points, x+0.06*r.NormFloat64(), y+0.06*r.NormFloat64())
	}
	return points
}

// turn carries points a quarter turn to the left, to half their distance.
func turn(points []float64) []float64 {
	q := make([]float64, len(points))
	for i := 0; i < len(points); i += 2 {
		q[i], q[i+1] = -points[i+1]/2, points[i]/2
	}
	return q
}

// story is a panel of n points in two rows.
func story(n int) Panel {
	r := rand.New(rand.NewPCG(5, 6))
	mesh := Mesh{X0: -2, X1: 2, Y0: -2, Y1: 2}
	base := make([]float64, 2*n)
	for i := range base {
		base[i] = 0.8 * r.NormFloat64()
	}
	return Panel{Mesh: mesh, Data: moons(r, n), Rows: []Row{
		{Caption: "before training", Base: base, Samples: base, Mesh: mesh.Points()},
		{Caption: "after 40 epochs, NLL 0.53", Base: base, Samples: turn(base), Mesh: turn(mesh.Points())},
	}}
}

func isWhite(c color.RGBA) bool { return c == color.RGBA{R: 255, G: 255, B: 255, A: 255} }

// assertMargins finds white pixels only along the edges of the page: nothing is cut off there.
func assertMargins(t *testing.T, img *image.RGBA) {
	t.Helper()
	const free = margin / 2
	inner := img.Rect.Inset(free)
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			if !image.Pt(x, y).In(inner) && !isWhite(img.RGBAAt(x, y)) {
				t.Fatalf("ink in the margin at (%d, %d) of %v", x, y, img.Rect)
			}
		}
	}
}

func TestPanelImage(t *testing.T) {
	p := story(400)
	img, err := p.Image()
	require.NoError(t, err)
	assertMargins(t, img)

	window, err := p.check()
	require.NoError(t, err)
	colours, err := viridis()
	require.NoError(t, err)
	s, err := newSheet(window, []string{"a", "b"}, bar{}, bar{}, bar{}, bar{colours, 0, 1, "p(x)"})
	require.NoError(t, err)
	at := func(row, col int, x, y float64) color.RGBA {
		a := s.axes(row, col)
		return img.RGBAAt(a.box.Min.X+int(a.x(x)), a.box.Min.Y+int(a.y(y)))
	}
	hue := newHues(p.Mesh)
	assertHue := func(want, got color.RGBA) {
		t.Helper()
		assert.InDelta(t, want.R, got.R, 40)
		assert.InDelta(t, want.G, got.G, 40)
		assert.InDelta(t, want.B, got.B, 40)
	}
	// The right end of the mesh's middle line lies on top after a quarter turn.
	assertHue(hue.of(hue.line, 1.9, 0), at(0, 0, 1.9, 0))
	assertHue(hue.of(hue.line, 1.9, 0), at(1, 1, 0, 0.95))
	assert.True(t, isWhite(at(1, 1, -1.9, 0)), "nothing is left outside the turned mesh")
	// Far from all points a density takes the darkest colour.
	assert.Equal(t, colours[0], at(1, 2, 2.2, -2.2))
	assert.Equal(t, colours[0], at(0, 3, -2.2, 2.2))
	// The data's density has no place on the scale's end but its peak, and on an arc it is bright.
	assert.Greater(t, luma(at(0, 3, 0, 1)), 0.1)
	assert.Equal(t, at(0, 3, 0, 1), at(1, 3, 0, 1))
	// Frames stand around boxes of the same size in line.
	for col := range 4 {
		box := s.axes(1, col).box
		assert.Equal(t, rgb(ink), img.RGBAAt(box.Min.X-1, box.Min.Y+9), "column %d", col)
		assert.Equal(t, s.axes(0, 0).box.Size(), box.Size())
	}
}

func TestPanelIsDeterministic(t *testing.T) {
	a, err := story(300).Image()
	require.NoError(t, err)
	b, err := story(300).Image()
	require.NoError(t, err)
	assert.Equal(t, a.Pix, b.Pix)
}

func TestPanelKeepsOneScale(t *testing.T) {
	p := story(50)
	p.Window = Grid{X0: -3, X1: 3, Y0: -1, Y1: 2}
	_, err := p.Image()
	require.NoError(t, err)
	w, h := boxSize(p.Window)
	assert.Equal(t, 2*h, w)
}

func TestPanelShrinksLongCaptions(t *testing.T) {
	p := story(50)
	for range 6 {
		p.Rows[0].Caption += ", and a caption that goes on for longer than any page is wide"
	}
	img, err := p.Image()
	require.NoError(t, err)
	assertMargins(t, img)
}

func TestPanelSurvivesWildSamples(t *testing.T) {
	p := story(50)
	row := &p.Rows[1]
	row.Samples[0], row.Samples[7] = 1e300, -math.MaxFloat64
	row.Mesh[4], row.Mesh[301] = math.MaxFloat64, -1e200
	_, err := p.Image()
	require.NoError(t, err)
}

func TestPanelErrors(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(*Panel)
		want  string
	}{
		{"no mesh", func(p *Panel) { p.Mesh = Mesh{} }, "viz: panel: mesh: grid"},
		{"no data", func(p *Panel) { p.Data = nil }, "viz: panel: data: no points"},
		{"same data", func(p *Panel) { p.Data = []float64{1, 1, 1, 1} }, "viz: panel: data: spread of the points is 0 along x"},
		{"no rows", func(p *Panel) { p.Rows = nil }, "viz: panel: no rows"},
		{"odd base", func(p *Panel) { p.Rows[1].Base = p.Rows[1].Base[1:] }, "row 1: base: 99 numbers"},
		{"nan sample", func(p *Panel) { p.Rows[0].Samples = append([]float64{0, math.NaN()}, p.Rows[0].Base[2:]...) },
			"viz: panel: row 0: samples: point 0 is (0, NaN)"},
		{"unpaired", func(p *Panel) { p.Rows[1].Samples = p.Rows[1].Samples[2:] }, "50 base points became 49 samples"},
		{"wrong mesh", func(p *Panel) { p.Mesh.Lines = 5 }, "row 0: mesh: 43008 points, Panel.Mesh has 10240"},
		{"bad window", func(p *Panel) { p.Window = Grid{X1: 1} }, "viz: panel: grid: y: [0, 0] has no extent"},
		{"bad bandwidth", func(p *Panel) { p.KDE.HX = -1 }, "viz: panel: data: bandwidths -1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := story(50)
			c.spoil(&p)
			_, err := p.Image()
			require.ErrorContains(t, err, c.want)
		})
	}
}

func BenchmarkPanel(b *testing.B) {
	p := story(8192)
	for b.Loop() {
		if _, err := p.Image(); err != nil {
			b.Fatal(err)
		}
	}
}
