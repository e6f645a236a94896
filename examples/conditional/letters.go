package main

import (
	"fmt"
	"image"
	"math/rand/v2"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/toy"
)

// Pixels of a letter's picture along a side, and of the white around it.
const (
	side = 28
	rim  = 2
)

// label is a letter, what it looks like as a density in the plane, and the condition that stands for it.
type label struct {
	letter  rune
	density *toy.Picture
	given   *tensor.Dense // (1, labels), a 1 in the letter's column and zeros
}

// letters returns the labels of a text.
func letters(text string) ([]label, error) {
	const least, most = 2, 64
	all := []rune(text)
	if len(all) < least || len(all) > most {
		return nil, fmt.Errorf("-labels has %d letters: want %d to %d", len(all), least, most)
	}
	bold, err := opentype.Parse(gobold.TTF)
	if err != nil {
		return nil, err
	}
	var labels []label
	for i, letter := range all {
		if strings.ContainsRune(string(all[:i]), letter) {
			return nil, fmt.Errorf("-labels has %q twice", letter)
		}
		img, err := draw(bold, letter)
		if err != nil {
			return nil, fmt.Errorf("-labels: %w", err)
		}
		density, err := toy.NewPicture(img, toy.PictureOptions{Extent: 2})
		if err != nil {
			return nil, fmt.Errorf("-labels: %q: %w", letter, err)
		}
		one := make([]float64, len(all))
		one[i] = 1
		labels = append(labels, label{letter, density, data.Rows(len(one), one...)})
	}
	return labels, nil
}

// draw draws a letter in black on white, as large as the rim allows.
func draw(f *opentype.Font, letter rune) (image.Image, error) {
	if i, err := f.GlyphIndex(nil, letter); err != nil || i == 0 {
		return nil, fmt.Errorf("the font has no %q", letter)
	}
	_, bounds, err := sized(f, letter, side)
	if err != nil {
		return nil, err
	}
	if bounds.Empty() {
		return nil, fmt.Errorf("%q has no ink", letter)
	}
	extent := bounds.Max.Sub(bounds.Min)
	fit := float64(fixed.I(side-2*rim)) / float64(max(extent.X, extent.Y))
	face, fitted, err := sized(f, letter, side*fit)
	if err != nil {
		return nil, err
	}
	img := image.NewGray(image.Rect(0, 0, side, side))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	middle := fitted.Min.Add(fitted.Max).Div(fixed.I(2))
	pen := font.Drawer{Dst: img, Src: image.Black, Face: face, Dot: fixed.P(side, side).Div(fixed.I(2)).Sub(middle)}
	pen.DrawString(string(letter))
	return img, nil
}

// sized returns a face of so many pixels and the box of a letter in it.
func sized(f *opentype.Font, letter rune, size float64) (font.Face, fixed.Rectangle26_6, error) {
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72})
	if err != nil {
		return nil, fixed.Rectangle26_6{}, err
	}
	bounds, _, _ := face.GlyphBounds(letter)
	return face, bounds, nil
}

// draws returns n points of each label with its condition beside them: rows x|c (labels·n, 2 + labels).
func draws(labels []label, n int, rng *rand.Rand) (*tensor.Dense, error) {
	var rows []float64
	for _, l := range labels {
		x, err := l.density.Sample(n, rng)
		if err != nil {
			return nil, err
		}
		for at := x.Float64s(); len(at) > 0; at = at[2:] {
			rows = append(rows, at[:2]...)
			rows = append(rows, l.given.Float64s()...)
		}
	}
	return data.Rows(2+len(labels), rows...), nil
}
