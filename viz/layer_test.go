package viz

import (
	"image"
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// plane is a window of 10 × 5 shown in a box of 100 × 50.
func plane() axes {
	return axes{window: Grid{X0: 0, X1: 10, Y0: 0, Y1: 5, NX: 5, NY: 4}, box: image.Rect(30, 20, 130, 70)}
}

// grey is a map whose red is the value itself.
func grey() *table {
	var t table
	for i := range t {
		t[i] = color.RGBA{R: uint8(i * 255 / (shades - 1)), A: 255}
	}
	return &t
}

func TestHeatIsBilinear(t *testing.T) {
	a := plane()
	at := a.window.Points()
	values := make([]float64, len(at)/2)
	for i := range values {
		values[i] = at[2*i] + at[2*i+1] // in [0, 15]
	}
	img := a.heat(values, grey(), 0, 15)
	assert.Equal(t, image.Rect(0, 0, 100, 50), img.Rect)
	// A sum of coordinates is bilinear, so it is met everywhere between the outermost centres, to a shade and the
	// rounding of grey levels.
	for _, p := range []image.Point{{10, 7}, {50, 25}, {33, 40}, {89, 42}} {
		x, y := (float64(p.X)+0.5)/10, 5-(float64(p.Y)+0.5)/10
		assert.InDelta(t, (x+y)/15*255, img.RGBAAt(p.X, p.Y).R, 1.5, "pixel %v", p)
	}
	assert.Greater(t, img.RGBAAt(99, 0).R, img.RGBAAt(0, 49).R, "y runs upwards")
}

func TestHeatOfImpossiblePlaces(t *testing.T) {
	a := plane()
	values := make([]float64, 20)
	for i := range values {
		values[i] = math.Inf(-1)
	}
	values[0] = 50
	img := a.heat(values, grey(), 0, 1)
	assert.Equal(t, grey()[0], img.RGBAAt(99, 0))
	assert.Equal(t, grey()[shades-1], img.RGBAAt(0, 49))
}

// covered sums how much of its pixels black ink takes.
func covered(img *image.RGBA) float64 {
	sum := 0.0
	for i := 0; i < len(img.Pix); i += 4 {
		sum += 1 - float64(img.Pix[i])/255
	}
	return sum
}

func TestDot(t *testing.T) {
	black := color.RGBA{A: 255}
	for _, c := range []struct {
		name    string
		x, y    float64
		opacity float64
		want    float64
	}{
		{"inside", 3.137, 2.071, 1, 9 * math.Pi},
		{"translucent", 3.137, 2.071, 0.5, 4.5 * math.Pi},
		{"half outside", 0, 2.5, 1, 4.5 * math.Pi},
		{"in a corner", 10, 5, 1, 2.25 * math.Pi},
		{"outside", -1, 2, 1, 0},
		{"far outside", 1e300, -1e300, 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := plane().sketch()
			s.dot(c.x, c.y, 3, c.opacity, black)
			// A rim one pixel wide is as good as 3 % of the disc of radius 3.
			assert.InDelta(t, c.want, covered(s.img), 0.03*9*math.Pi)
		})
	}
}

func TestLine(t *testing.T) {
	black := color.RGBA{A: 255}
	for _, c := range []struct {
		name   string
		points []float64
		want   float64
	}{
		{"level", []float64{1, 2.5, 5, 2.5, 9, 2.5}, 80 * 2},
		{"upright", []float64{5, 1, 5, 4}, 30 * 2},
		{"leaves the box", []float64{5, 2.5, 1e300, 2.5}, 50 * 2},
		{"crosses the box", []float64{-1e9, 2.5, 1e9, 2.5}, 100 * 2},
		{"outside", []float64{20, 20, 30, 30}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := plane().sketch()
			s.line(c.points, []color.RGBA{black, {R: 1, A: 255}}, 2)
			// Areas of axis-parallel strokes are exact to the grey levels.
			assert.InDelta(t, c.want, covered(s.img), 0.02*c.want+0.5)
		})
	}
}

func TestLineColours(t *testing.T) {
	red, blue := color.RGBA{R: 255, A: 255}, color.RGBA{B: 255, A: 255}
	s := plane().sketch()
	s.line([]float64{0, 2.5, 5, 2.5, 10, 2.5}, []color.RGBA{blue, red}, 4)
	assert.Equal(t, red, s.img.RGBAAt(75, 25))
	assert.Equal(t, color.RGBA{R: 255, G: 255, B: 255, A: 255}, s.img.RGBAAt(75, 30))
}

// A transparent piece leaves a hole, and the pieces beside it do not reach into it.
func TestLineWithAHole(t *testing.T) {
	red, blue := color.RGBA{R: 255, A: 255}, color.RGBA{B: 255, A: 255}
	s := plane().sketch()
	s.line([]float64{0, 2.5, 3, 2.5, 7, 2.5, 10, 2.5}, []color.RGBA{blue, {}, red}, 4)
	assert.Equal(t, blue, s.img.RGBAAt(20, 25))
	assert.True(t, isWhite(s.img.RGBAAt(50, 25)))
	assert.Equal(t, red, s.img.RGBAAt(80, 25))
}

// A map that parts the plane at x = 0 leaves a gap in the lines, not strokes across it; one that only stretches does
// not.
func TestTornLinesHaveGaps(t *testing.T) {
	m := Mesh{X0: -1, X1: 1, Y0: -1, Y1: 1, Lines: 2, Per: 200}
	from := m.Points()
	carried := func(f func(x float64) float64) bool {
		now := make([]float64, len(from))
		for i, v := range from {
			now[i] = v
			if i%2 == 0 {
				now[i] = f(v)
			}
		}
		a := axes{window: Grid{X0: -6, X1: 6, Y0: -2, Y1: 2}, box: image.Rect(0, 0, 300, 100)}
		img := newHues(m).net(a, from, now, nil, nil)
		return !isWhite(img.RGBAAt(150, 25)) || !isWhite(img.RGBAAt(150, 24)) || !isWhite(img.RGBAAt(150, 26))
	}
	assert.True(t, carried(func(x float64) float64 { return 5 * x }))
	assert.False(t, carried(func(x float64) float64 { return x + math.Copysign(4, x) }))
}
