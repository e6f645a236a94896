package viz

import (
	"bytes"
	"encoding/xml"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func falling() Losses {
	c := Curve{Name: "training rows <a & b>"}
	for i := range 40 {
		c.X, c.Y = append(c.X, float64(i+1)), append(c.Y, 2+100*math.Exp(-float64(i)))
	}
	return Losses{Caption: "a fit", Curves: []Curve{c}, Levels: []Level{{"entropy", 1.9}}}
}

func TestLossesImage(t *testing.T) {
	img, err := falling().Image()
	require.NoError(t, err)
	assertMargins(t, img)
	g, err := falling().window()
	require.NoError(t, err)
	assert.Less(t, g.Y0, 1.9, "the level is shown")
	assert.Less(t, g.Y1, 20.0, "the first steps are not")
}

func TestCurvesAreCutAtTheFrame(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	a := axes{window: Grid{X0: 0, X1: 10, Y0: 0, Y1: 1, Stretch: true}}
	a.box.Max.X, a.box.Max.Y = 100, 100
	got := a.runs(Curve{X: []float64{0, 2, 4, 5, 6, 7, 8, 9}, Y: []float64{2, 0, 0.5, nan, 0.5, inf, 0.5, -0.5}})
	assert.Equal(t, [][]float64{{10, 0, 20, 100, 40, 50}, {60, 50}, {80, 50, 85, 100}}, got)
}

func TestLossesRefuse(t *testing.T) {
	line := func(x, y []float64) Losses { return Losses{Curves: []Curve{{Name: "c", X: x, Y: y}}} }
	for _, c := range []struct {
		given Losses
		want  string
	}{
		{Losses{}, "viz: losses: no curves"},
		{line([]float64{1}, nil), `viz: losses: curve "c": 0 values at 1 places, want as many of both`},
		{line([]float64{1, 0}, []float64{1, 2}), `viz: losses: curve "c": place 1 is 0, want numbers that rise`},
		{line([]float64{1}, []float64{math.NaN()}), "viz: losses: no curve has a finite value"},
		{Losses{Curves: falling().Curves, Levels: []Level{{"l", math.Inf(1)}}}, `viz: losses: level "l" is +Inf, want a finite number`},
	} {
		_, err := c.given.Image()
		assert.EqualError(t, err, c.want)
	}
}

// An SVG is well-formed, has the letters as letters, and the asked width.
func TestSaveSVG(t *testing.T) {
	folder := t.TempDir()
	for _, c := range []struct {
		name    string
		picture Picture
		has     []string
	}{
		{"shapes", Resized{falling(), 500}, []string{`width="500"`, "<polyline", "training rows &lt;a &amp; b&gt;</text>"}},
		{"points", Corner{Names: []string{"a", "b"}, Data: normals(1, 100, 2)}, []string{"<image", ">data</text>"}},
		{"pixels", blank{}, []string{`width="3" height="2" href="data:image/png;base64,`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(folder, c.name+".svg")
			require.NoError(t, Save(path, c.picture))
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			for _, part := range c.has {
				assert.True(t, strings.Contains(string(text), part), part)
			}
			for d := xml.NewDecoder(bytes.NewReader(text)); ; {
				if _, err := d.Token(); err == io.EOF {
					break
				} else {
					require.NoError(t, err)
				}
			}
		})
	}
	assert.EqualError(t, Save(filepath.Join(folder, "x.svg"), Resized{blank{}, -1}), "viz: a picture -1 pixels wide, want at least 1")
}

func TestResized(t *testing.T) {
	img, err := Resized{falling(), 500}.Image()
	require.NoError(t, err)
	whole, err := falling().Image()
	require.NoError(t, err)
	assert.Equal(t, 500, img.Rect.Dx())
	assert.InDelta(t, 500*float64(whole.Rect.Dy())/float64(whole.Rect.Dx()), img.Rect.Dy(), 0.5)
	_, err = Resized{falling(), 1 << 30}.Image()
	limit := (*LimitError)(nil)
	assert.ErrorAs(t, err, &limit)
}
