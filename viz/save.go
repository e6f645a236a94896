package viz

import (
	"bytes"
	"fmt"
	"image"
	"image/png"

	"github.com/go-ffjord/ffjord/internal/atomicfile"
)

// Picture is anything that can be drawn.
type Picture interface {
	// Image draws the picture, the same pixels for the same values.
	Image() (*image.RGBA, error)
}

// Save draws the picture and writes it to the file as a PNG. The file appears whole or, after an error, which names it,
// not at all; an older one is as it was then.
func Save(file string, p Picture) error {
	img, err := p.Image()
	if err != nil {
		return err
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		return fmt.Errorf("viz: %s: %w", file, err)
	}
	if err := atomicfile.Write(file, buf.Bytes()); err != nil {
		return fmt.Errorf("viz: save: %w", err)
	}
	return nil
}
