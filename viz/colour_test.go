package viz

import (
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// luma is the CIE luminance Y of an sRGB colour.
func luma(c color.RGBA) float64 {
	linear := func(v uint8) float64 {
		u := float64(v) / 255
		if u <= 0.04045 {
			return u / 12.92
		}
		return math.Pow((u+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

func TestViridis(t *testing.T) {
	m, err := viridis()
	require.NoError(t, err)
	for _, c := range []struct {
		at   float64
		want uint32 // of the published table of 256 colours
	}{
		{0, 0x440154}, {0.25, 0x3b528b}, {0.5, 0x21918c}, {0.75, 0x5ec962}, {1, 0xfde725},
	} {
		want, got := rgb(c.want), m.at(c.at)
		// Ten anchors joined through CIELAB stay within 6 of the table.
		assert.InDelta(t, want.R, got.R, 6, "red at %g", c.at)
		assert.InDelta(t, want.G, got.G, 6, "green at %g", c.at)
		assert.InDelta(t, want.B, got.B, 6, "blue at %g", c.at)
	}
	for i := range shades - 1 {
		assert.LessOrEqual(t, luma(m[i]), luma(m[i+1])+1e-3, "shade %d", i)
	}
	assert.Equal(t, m[0], m.at(-3))
	assert.Equal(t, m[shades-1], m.at(7))
}

func TestBlueRed(t *testing.T) {
	m, err := blueRed()
	require.NoError(t, err)
	assert.Greater(t, m.at(0).B, m.at(0).R)
	assert.Greater(t, m.at(1).R, m.at(1).B)
	middle := m.at(0.5)
	assert.InDelta(t, middle.R, middle.B, 4, "no sign, no hue")
}

func TestWheel(t *testing.T) {
	m := wheel(0.6)
	for i, c := range m {
		next := m[(i+1)%shades]
		step := math.Abs(float64(c.R)-float64(next.R)) + math.Abs(float64(c.G)-float64(next.G)) +
			math.Abs(float64(c.B)-float64(next.B))
		assert.LessOrEqual(t, step, 24.0, "shade %d has its neighbour's colour, nearly", i)
		// OKLCH lightness 0.6 is Y = 0.216 for grey; hues differ from it a little.
		assert.InDelta(t, 0.216, luma(c), 0.06, "shade %d", i)
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		name   string
		lo, hi float64
		most   int
		want   []string
	}{
		{"halves", -1, 1, 4, []string{"−1.0", "−0.5", "0.0", "0.5", "1.0"}},
		{"ones", -2.3, 2.5, 5, []string{"−2", "−1", "0", "1", "2"}},
		{"tens of thousands", 0, 50000, 5, []string{"0", "10000", "20000", "30000", "40000", "50000"}},
		{"hundredths", 0.101, 0.149, 5, []string{"0.11", "0.12", "0.13", "0.14"}},
		{"below zero", -7.9, 0.1, 4, []string{"−6", "−4", "−2", "0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := newTicks(c.lo, c.hi, c.most)
			assert.Equal(t, c.want, got.labels)
			assert.Len(t, got.at, len(got.labels))
		})
	}
}
