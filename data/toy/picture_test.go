package toy_test

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/toy"
)

// grey is a picture of the given greys, row by row from the top.
func grey(w int, greys ...uint8) *image.Gray {
	img := image.NewGray(image.Rect(3, 5, 3+w, 5+len(greys)/w))
	copy(img.Pix, greys)
	return img
}

func TestPictureDensityByDefinition(t *testing.T) {
	// Darkness 0 1 3 / 2 0 0, of six, in columns at -4, 0, 4 and rows at ±4.
	p, err := toy.NewPicture(grey(3, 90, 80, 60, 70, 90, 90), toy.PictureOptions{})
	require.NoError(t, err)
	for _, x := range [][]float64{{0, 0}, {4, 4}, {-3, -5}, {9, 1}, {0.2, 3.7}} {
		at := func(cx, cy float64) float64 { return normalAt(x[0]-cx, 4.0/3) * normalAt(x[1]-cy, 2) }
		want := (at(0, 4) + 3*at(4, 4) + 2*at(-4, -4)) / 6
		assert.InDelta(t, math.Log(want), p.LogProb(x), 1e-12, "at %v", x)
	}
}

// A disc: its grid sum is one, its entropy that of the grid and of its rows.
func TestPictureIsADensity(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 24, 20))
	for i := range img.Pix {
		x, y := i%24-9, i/24-8
		img.Pix[i] = uint8(min(255, 3*(x*x+y*y)))
	}
	p, err := toy.NewPicture(img, toy.PictureOptions{Extent: 2})
	require.NoError(t, err)
	assert.Equal(t, 2, p.Dim())
	const h = 0.03
	var mass, entropy float64
	for x := -3.0; x < 3; x += h {
		for y := -3.0; y < 3; y += h {
			l := p.LogProb([]float64{x, y})
			mass += h * h * math.Exp(l)
			entropy -= h * h * math.Exp(l) * l
		}
	}
	assert.InDelta(t, 1, mass, 1e-9) // the midpoint rule is spectral
	assert.InDelta(t, entropy, p.Entropy(), 1e-5)
	nll, err := data.NLL(p, toy.Draw(p, 20000, seeded(1)))
	require.NoError(t, err)
	assert.InDelta(t, p.Entropy(), nll, 0.03) // five standard errors
}

func TestPictureSamplesTheDark(t *testing.T) {
	// Two dark pixels, upper left three times as dark as lower right.
	p, err := toy.NewPicture(grey(2, 40, 100, 100, 80), toy.PictureOptions{Jitter: 0.01})
	require.NoError(t, err)
	const n = 10000
	upper := 0
	for _, x := range points(toy.Draw(p, n, seeded(1))) {
		if x[0] < 0 && x[1] > 0 {
			upper++
			assert.InDelta(t, -4, x[0], 0.25) // jitter 0.04
			assert.InDelta(t, 4, x[1], 0.25)
		}
	}
	assert.InDelta(t, 0.75*n, upper, 5*math.Sqrt(n*0.75*0.25))
}

func TestPictureGreys(t *testing.T) {
	// What is transparent is white, not black; colours count by luminance.
	img := image.NewNRGBA(image.Rect(0, 0, 3, 1))
	img.Set(0, 0, color.NRGBA{0, 0, 0, 0})
	img.Set(1, 0, color.NRGBA{0, 255, 0, 255})
	img.Set(2, 0, color.NRGBA{0, 0, 255, 255})
	p, err := toy.NewPicture(img, toy.PictureOptions{Jitter: 0.01})
	require.NoError(t, err)
	green, blue := 1-0.587, 1-0.114 // how much darker than white
	at := func(x float64) float64 { return p.LogProb([]float64{x, 0}) }
	assert.InDelta(t, math.Log(green/blue), at(0)-at(4), 1e-4) // 16 bits
	assert.Less(t, at(-4), at(0)-1000)
}

func TestPictureFarAway(t *testing.T) {
	p, err := toy.NewPicture(grey(3, 90, 80, 60, 70, 90, 90), toy.PictureOptions{})
	require.NoError(t, err)
	for _, x := range [][]float64{{100, 0}, {-1e6, 1e6}, {0, 1e100}} {
		l := p.LogProb(x)
		assert.False(t, math.IsInf(l, 0) || math.IsNaN(l), "log p(%v) = %v", x, l)
	}
	assert.True(t, math.IsNaN(p.LogProb([]float64{math.NaN(), 0})))
	assert.Panics(t, func() { p.LogProb([]float64{1}) })
}

func TestPictureRefuses(t *testing.T) {
	for _, test := range []struct {
		img  image.Image
		o    toy.PictureOptions
		want string
	}{
		{nil, toy.PictureOptions{}, "toy: picture has no pixels"},
		{grey(1), toy.PictureOptions{}, "toy: picture has no pixels"},
		{grey(2, 7, 7), toy.PictureOptions{}, "toy: picture of 2 by 1 pixels is of a single grey"},
		{grey(2, 7, 8), toy.PictureOptions{Extent: -1}, "toy: picture: extent -1, want a finite number above 0"},
		{grey(2, 7, 8), toy.PictureOptions{Jitter: math.NaN()}, "toy: picture: jitter NaN, want a finite number above 0"},
	} {
		_, err := toy.NewPicture(test.img, test.o)
		assert.EqualError(t, err, test.want)
	}
	p, err := toy.NewPicture(grey(2, 7, 8), toy.PictureOptions{})
	require.NoError(t, err)
	_, err = p.Sample(0, seeded(1))
	assert.EqualError(t, err, "toy: cannot draw 0 rows, want at least 1")
}

func ExamplePicture() {
	img := image.NewGray(image.Rect(0, 0, 32, 32)) // or what image/png decodes
	for i := range img.Pix {
		img.Pix[i] = 255
		if x, y := i%32, i/32; x > 4 && x < 28 && (y/4)%2 == 1 {
			img.Pix[i] = 0
		}
	}
	stripes, err := toy.NewPicture(img, toy.PictureOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	x := toy.Draw(stripes, 1000, seeded(1))
	fmt.Printf("%v rows, entropy %.2f nats\n", x.Shape(), stripes.Entropy())
	// Output: (1000, 2) rows, entropy 3.41 nats
}

func BenchmarkPictureEntropy(b *testing.B) {
	img := image.NewGray(image.Rect(0, 0, 100, 100))
	for i := range img.Pix {
		img.Pix[i] = uint8(i * i / 7)
	}
	p, err := toy.NewPicture(img, toy.PictureOptions{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		p.Entropy()
	}
}
