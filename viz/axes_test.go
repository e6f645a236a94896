package viz

import (
	"image"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Labels below a box don't touch each other and stay in it, but for a few pixels, however long they are.
func TestLabelsBelow(t *testing.T) {
	style := newLettering().tick()
	for _, c := range []struct {
		lo, hi float64
		side   int
		want   []string
	}{
		{-1, 1, 460, []string{"−1.0", "−0.5", "0.0", "0.5", "1.0"}},
		{-1005800, -993900, 460, []string{"−1005000", "−1000000", "−995000"}},
		{-1004200, -995800, 210, []string{"−1002000", "−996000"}},
		{-1004200, -995800, 120, []string{"−1000000"}},
		{-4.2e-7, 4.4e-7, 120, []string{"0"}},
		{0, 1e300, 210, []string{"0", "1.0e300"}},
	} {
		a := axes{window: Grid{X0: c.lo, X1: c.hi, Y0: 0, Y1: 1, Stretch: true}, box: image.Rect(100, 0, 100+c.side, 50)}
		x, _ := a.ticks()
		var got []string
		end := a.box.Min.X - 4 - 2*tickPad
		for _, l := range a.below(style, x) {
			assert.GreaterOrEqual(t, l.x-l.width/2, end+2*tickPad, l.text)
			end = l.x + l.width/2
			got = append(got, l.text)
		}
		assert.LessOrEqual(t, end, a.box.Max.X+4)
		assert.Equal(t, c.want, got)
	}
}

// Whole numbers have ticks at whole numbers.
func TestWholeTicks(t *testing.T) {
	a := axes{window: Grid{X0: 1, X1: 3, Y0: 0, Y1: 1, Stretch: true}, box: image.Rect(0, 0, 1000, 500), counts: true}
	x, _ := a.ticks()
	assert.Equal(t, []string{"1", "2", "3"}, x.labels)
	a.window.X1 = 1.5
	x, _ = a.ticks()
	assert.Greater(t, len(x.labels), 2, "no two whole numbers are there")
}

func TestCut(t *testing.T) {
	style := newLettering().head()
	long := "Größe der Personen in Zentimetern"
	short := cut(style, long, 200)
	require.Regexp(t, "^Größe.*…$", short)
	assert.LessOrEqual(t, widest(style, []string{short}), 201)
	assert.Equal(t, long, cut(style, long, math.MaxInt32))
}
