package toy

import (
	"cmp"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"slices"

	"gorgonia.org/tensor"
)

var _ Density = (*Picture)(nil)

// Picture is a grey picture read as a density: a pixel is drawn with a probability proportional to how much darker it
// is than the lightest one, and the row is the pixel's place plus Gaussian jitter.
//
// The picture fills [-Extent, Extent]², its first row on top, x₂ pointing up. The w by h pixels stand at evenly spaced
// places, the outer ones on the edge, and the jitter has the standard deviations Jitter·2·Extent/w and
// Jitter·2·Extent/h. With the defaults this is the density of Grathwohl et al.'s (2019) code for pictures, but for the
// top, which lies there at the bottom.
type Picture struct {
	w, h   int
	places [2][]float64 // of the columns, left to right; of the rows, bottom to top
	jitter [2]float64
	upto   []float64 // the probability of all pixels up to this one, row by row
	log    []float64 // the logarithm of each pixel's probability
}

// PictureOptions say where a picture lies in the plane.
type PictureOptions struct {
	// Extent is half the side of the square that the picture fills. Zero means 4.
	Extent float64
	// Jitter is the deviation in parts of a pixel. Zero means ½.
	Jitter float64
}

// NewPicture reads img in grey by luminance, what is transparent as white. It refuses a picture without pixels, one
// that is of a single grey, and an option that is no finite positive number.
func NewPicture(img image.Image, o PictureOptions) (*Picture, error) {
	o.Extent, o.Jitter = cmp.Or(o.Extent, 4), cmp.Or(o.Jitter, 0.5)
	if img == nil || img.Bounds().Empty() {
		return nil, errors.New("toy: picture has no pixels")
	}
	err := errors.Join(checkPositive("picture", "extent", o.Extent), checkPositive("picture", "jitter", o.Jitter))
	if err != nil {
		return nil, err
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	p := &Picture{w: w, h: h, log: darkness(img)}
	p.places = [2][]float64{spread(w, o.Extent), spread(h, o.Extent)}
	p.jitter = [2]float64{2 * o.Jitter * o.Extent / float64(w), 2 * o.Jitter * o.Extent / float64(h)}

	p.upto = make([]float64, len(p.log))
	var total float64
	for i, v := range p.log {
		total += v
		p.upto[i] = total
	}
	if total == 0 {
		return nil, fmt.Errorf("toy: picture of %d by %d pixels is of a single grey", w, h)
	}
	for i := range p.log {
		p.log[i] = math.Log(p.log[i] / total)
		p.upto[i] /= total
	}
	return p, nil
}

// darkness returns by how much each pixel is darker than the lightest, row by row from the bottom.
func darkness(img image.Image) []float64 {
	b := img.Bounds()
	values := make([]float64, 0, b.Dx()*b.Dy())
	for y := b.Max.Y - 1; y >= b.Min.Y; y-- {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := img.At(x, y)
			_, _, _, a := c.RGBA()
			grey := float64(color.Gray16Model.Convert(c).(color.Gray16).Y)
			values = append(values, grey+float64(0xffff-a)) // colours come multiplied by a
		}
	}
	white := slices.Max(values)
	for i, v := range values {
		values[i] = white - v
	}
	return values
}

// spread returns n evenly spaced places from -extent to extent.
func spread(n int, extent float64) []float64 {
	places := make([]float64, n)
	for i := range n {
		if n > 1 {
			places[i] = extent * (2*float64(i)/float64(n-1) - 1)
		}
	}
	return places
}

// Dim returns 2, the width of a row.
func (*Picture) Dim() int { return 2 }

// Sample returns n independent rows (n, 2).
func (p *Picture) Sample(n int, rng *rand.Rand) (*tensor.Dense, error) {
	if err := checkDraw(n, 2, rng); err != nil {
		return nil, err
	}
	values := make([]float64, 0, 2*n)
	for range n {
		u := rng.Float64()
		i, _ := slices.BinarySearchFunc(p.upto, u, func(upto, u float64) int {
			if upto <= u {
				return -1
			}
			return 1
		})
		i = min(i, len(p.upto)-1)
		values = append(values,
			p.places[0][i%p.w]+p.jitter[0]*rng.NormFloat64(),
			p.places[1][i/p.w]+p.jitter[1]*rng.NormFloat64())
	}
	return tensor.New(tensor.WithShape(n, 2), tensor.WithBacking(values)), nil
}
