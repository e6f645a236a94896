package main

import (
	"image"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/opentype"
)

// A letter fills its picture up to the rim in one direction, in the middle of both.
func TestLettersFillTheirPictures(t *testing.T) {
	bold, err := opentype.Parse(gobold.TTF)
	require.NoError(t, err)
	for _, letter := range "0123456789WgQ@-|" {
		img, err := draw(bold, letter)
		require.NoError(t, err)
		var ink image.Rectangle
		for y := range side {
			for x := range side {
				if g := img.(*image.Gray).GrayAt(x, y).Y; g < 128 {
					ink = ink.Union(image.Rect(x, y, x+1, y+1))
				}
			}
		}
		// Rounding of the outline to pixels moves each edge by up to one.
		assert.InDelta(t, side-2*rim, max(ink.Dx(), ink.Dy()), 2, "%q", letter)
		assert.InDelta(t, side, ink.Min.X+ink.Max.X, 2, "%q", letter)
		assert.InDelta(t, side, ink.Min.Y+ink.Max.Y, 2, "%q", letter)
	}
}

// Rows are the points of the first label, then of the second, each beside its condition.
func TestDraws(t *testing.T) {
	labels, err := letters("-|")
	require.NoError(t, err)
	rows, err := draws(labels, 500, rand.New(rand.NewPCG(1, 1)))
	require.NoError(t, err)
	require.Equal(t, []int{1000, 4}, []int(rows.Shape()))
	var wide, tall float64
	for i := range 1000 {
		row := rows.Float64s()[4*i:][:4]
		if i < 500 {
			assert.Equal(t, []float64{1, 0}, row[2:])
			wide = max(wide, row[0])
			assert.Less(t, row[1]*row[1], 1.0, "a dash is level")
		} else {
			assert.Equal(t, []float64{0, 1}, row[2:])
			tall = max(tall, row[1])
			assert.Less(t, row[0]*row[0], 1.0, "a bar is upright")
		}
	}
	assert.InDelta(t, 2, wide, 0.5)
	assert.InDelta(t, 2, tall, 0.5)
}
