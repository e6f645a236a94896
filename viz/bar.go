package viz

import (
	"image"
	"math"
)

// bar is the key to a heat map: colours from lo at its foot to hi at its head. The zero bar is none.
type bar struct {
	colours *table
	lo, hi  float64
	title   string
}

// ticks returns the ticks of a bar so many pixels high.
func (b bar) ticks(height int) ticks {
	const room = 70 // pixels between ticks at least
	return newTicks(b.lo, b.hi, max(2, height/room))
}

// width returns the room the bar takes beside the picture before it.
func (b bar) width(l lettering, height int) int {
	if b.colours == nil {
		return 0
	}
	labels := widest(l.tick(), b.ticks(height).labels)
	return gap + max(barWidth+stroke+tickLen+tickPad+labels, widest(l.title(), []string{b.title}))
}

// draw draws the bar to the right of pixel (x, top).
func (b bar) draw(p page, x, top, height int) {
	if b.colours == nil {
		return
	}
	box := image.Rect(x+gap, top, x+gap+barWidth, top+height)
	for y := range height {
		v := 1 - (float64(y)+0.5)/float64(height)
		p.fill(image.Rect(box.Min.X, top+y, box.Max.X, top+y+1), b.colours.at(v))
	}
	p.frame(box)
	t := b.ticks(height)
	for i, v := range t.at {
		x := box.Max.X + stroke
		y := top + int(math.Round((b.hi-v)/(b.hi-b.lo)*float64(height)))
		p.fill(image.Rect(x, y-stroke/2, x+tickLen, y+stroke/2), rgb(ink))
		p.text(p.tick(), x+tickLen+tickPad, y, boxSide, t.labels[i])
	}
	p.text(p.title(), box.Min.X, top-titleLine/2-titleLift, boxSide, b.title)
}
