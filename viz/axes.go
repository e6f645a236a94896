package viz

import (
	"image"
	"math"

	"gonum.org/v1/plot/text"
)

// axes show a window of the plane in a box of pixels, at one scale.
type axes struct {
	window Grid
	box    image.Rectangle
}

// boxSize returns the size in pixels of the box for a window.
func boxSize(window Grid) (w, h int) { return sized(window, boxSide) }

// sized returns the size in pixels of a window's box with a longer side of so
// many.
func sized(window Grid, side int) (w, h int) {
	dx, dy := window.X1-window.X0, window.Y1-window.Y0
	scale := float64(side) / max(dx, dy)
	return int(math.Round(dx * scale)), int(math.Round(dy * scale))
}

// x returns the place of an abscissa in pixels from the box's left edge.
func (a axes) x(v float64) float64 {
	return near((v-a.window.X0)/(a.window.X1-a.window.X0)) * float64(a.box.Dx())
}

// y returns the place of an ordinate in pixels below the box's upper edge.
func (a axes) y(v float64) float64 {
	return near((a.window.Y1-v)/(a.window.Y1-a.window.Y0)) * float64(a.box.Dy())
}

// near pulls places that are far outside the box to where pixels can still be
// counted. The direction in which a line leaves the box does not show it.
func near(t float64) float64 {
	const far = 1e6
	return max(-far, min(far, t))
}

// ticks returns the ticks of both axes, as many as the box has room for.
func (a axes) ticks() (x, y ticks) {
	const room = 80 // pixels between ticks at least
	return newTicks(a.window.X0, a.window.X1, max(2, a.box.Dx()/room)),
		newTicks(a.window.Y0, a.window.Y1, max(2, a.box.Dy()/room))
}

// draw draws frame and ticks, and where asked their labels and a title.
func (a axes) draw(p page, title string, left, bottom bool) {
	xt, yt := a.ticks()
	style := p.tick()
	p.frame(a.box)
	style.XAlign = text.XCenter
	for i, v := range xt.at {
		x := a.box.Min.X + int(math.Round(a.x(v)))
		y := a.box.Max.Y + stroke
		p.fill(image.Rect(x-stroke/2, y, x+stroke/2, y+tickLen), rgb(ink))
		if bottom {
			p.text(style, x, y+tickLen+tickLine/2, boxSide, xt.labels[i])
		}
	}
	style.XAlign = text.XRight
	for i, v := range yt.at {
		x := a.box.Min.X - stroke
		y := a.box.Min.Y + int(math.Round(a.y(v)))
		p.fill(image.Rect(x-tickLen, y-stroke/2, x, y+stroke/2), rgb(ink))
		if left {
			p.text(style, x-tickLen-tickPad, y, boxSide, yt.labels[i])
		}
	}
	style = p.title()
	style.XAlign = text.XCenter
	p.text(style, (a.box.Min.X+a.box.Max.X)/2, a.box.Min.Y-titleLine/2-titleLift, a.box.Dx()+gap/2, title)
}
