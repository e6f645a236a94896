package viz

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"path/filepath"
	"strings"

	"golang.org/x/image/draw"

	"github.com/go-ffjord/ffjord/internal/atomicfile"
	"github.com/go-ffjord/ffjord/internal/limit"
)

// Picture is anything that can be drawn.
type Picture interface {
	// Image draws the picture, the same pixels for the same values.
	Image() (*image.RGBA, error)
}

// Save draws the picture and writes it to the file: as SVG where its name ends with .svg, and else as a PNG. In an SVG
// of a picture of this package letters, frames and curves are shapes, and what fills a box with points or colours is an
// image in it; of any other picture all is. The file appears whole or, after an error, which names it, not at all; an
// older one is as it was then.
func Save(file string, p Picture) error {
	content, err := encode(p, strings.ToLower(filepath.Ext(file)) == ".svg")
	if err != nil {
		return err
	}
	if err := atomicfile.Write(file, content); err != nil {
		return fmt.Errorf("viz: save: %w", err)
	}
	return nil
}

func encode(p Picture, shapes bool) ([]byte, error) {
	if shapes {
		width := 0
		if r, ok := p.(Resized); ok {
			p, width = r.Picture, r.Width
		}
		drawn, err := pageOf(p)
		if err != nil {
			return nil, err
		}
		switch {
		case width == 0:
			width = drawn.img.Rect.Dx()
		case width < 0:
			return nil, fmt.Errorf("viz: a picture %d pixels wide, want at least 1", width)
		}
		return drawn.svg(width)
	}
	img, err := p.Image()
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		return nil, fmt.Errorf("viz: png: %w", err)
	}
	return buf.Bytes(), nil
}

// Resized is a picture in another size: letters and lines shrink and grow with it. Pictures are made to be shown at half
// their size on an ordinary screen.
type Resized struct {
	Picture Picture
	Width   int // in pixels; zero is that of the picture
}

var _ Picture = Resized{}

// Image draws the picture so wide.
func (r Resized) Image() (*image.RGBA, error) {
	img, err := r.Picture.Image()
	if err != nil || r.Width == 0 {
		return img, err
	}
	if r.Width < 0 {
		return nil, fmt.Errorf("viz: a picture %d pixels wide, want at least 1", r.Width)
	}
	size := img.Rect.Size()
	height := max(1, int(float64(size.Y)*float64(r.Width)/float64(size.X)+0.5))
	const most = 1 << 28 // a gigabyte
	if err := limit.Check("the picture", int64(r.Width)*int64(height), most, "pixels", ""); err != nil {
		return nil, fmt.Errorf("viz: %w", err)
	}
	resized := image.NewRGBA(image.Rect(0, 0, r.Width, height))
	draw.CatmullRom.Scale(resized, resized.Rect, img, img.Rect, draw.Src, nil)
	return resized, nil
}
