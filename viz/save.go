package viz

import (
	"bytes"
	"fmt"
	"image"
	"image/png"

	"github.com/google/renameio/v2/maybe"
)

// Picture is anything that can be drawn.
type Picture interface {
	// Image draws the picture, the same pixels for the same values.
	Image() (*image.RGBA, error)
}

// Save draws the picture and writes it to the file as a PNG. The file appears whole or, after an error, not at all; on
// Windows, where a file cannot be replaced in one step, it is written in place.
func Save(file string, p Picture) error {
	img, err := p.Image()
	if err != nil {
		return err
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		return fmt.Errorf("viz: %s: %w", file, err)
	}
	if err := maybe.WriteFile(file, buf.Bytes(), 0o644); err != nil {
		return fmt.Errorf("viz: save: %w", err)
	}
	return nil
}
