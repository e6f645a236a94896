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

// sized returns the size in pixels of a window's box with a longer side of so many.
func sized(window Grid, side int) (w, h int) {
	dx, dy := window.shape()
	scale := float64(side) / max(dx, dy)
	return max(1, int(math.Round(dx*scale))), max(1, int(math.Round(dy*scale)))
}

// x returns the place of an abscissa in pixels from the box's left edge.
func (a axes) x(v float64) float64 {
	return near((v-a.window.X0)/(a.window.X1-a.window.X0)) * float64(a.box.Dx())
}

// y returns the place of an ordinate in pixels below the box's upper edge.
func (a axes) y(v float64) float64 {
	return near((a.window.Y1-v)/(a.window.Y1-a.window.Y0)) * float64(a.box.Dy())
}

// near pulls places that are far outside the box to where pixels can still be counted. The direction in which a line
// leaves the box does not show it.
func near(t float64) float64 {
	const far = 1e6
	return max(-far, min(far, t))
}

// ticks returns the ticks of both axes, as many as the box has room for.
func (a axes) ticks() (x, y ticks) {
	const room = 80 // pixels between ticks at least
	return newTicks(a.window.X0, a.window.X1, max(3, a.box.Dx()/room)),
		newTicks(a.window.Y0, a.window.Y1, max(3, a.box.Dy()/room))
}

// draw draws frame and ticks, and where asked their labels and a title.
func (a axes) draw(p page, title string, left, bottom bool) {
	p.frame(a.box)
	a.drawBottom(p, bottom)
	a.drawLeft(p, left)
	style := p.title()
	style.XAlign = text.XCenter
	p.text(style, (a.box.Min.X+a.box.Max.X)/2, a.box.Min.Y-titleLine/2-titleLift, a.box.Dx()+gap/2, title)
}

// drawBottom draws the ticks below the box, and where asked their labels, none wider than there is room for.
func (a axes) drawBottom(p page, labels bool) {
	t, _ := a.ticks()
	style, room := p.tick(), a.box.Dx()
	style.XAlign = text.XCenter
	if len(t.at) > 1 {
		room = int(a.x(t.at[1])-a.x(t.at[0])) - 2*tickPad
	}
	for i, v := range t.at {
		x := a.box.Min.X + int(math.Round(a.x(v)))
		y := a.box.Max.Y + stroke
		p.fill(image.Rect(x-stroke/2, y, x+stroke/2, y+tickLen), rgb(ink))
		if labels {
			p.text(style, x, y+tickLen+tickLine/2, room, t.labels[i])
		}
	}
}

// drawLeft draws the ticks at the left of the box, and where asked their labels.
func (a axes) drawLeft(p page, labels bool) {
	_, t := a.ticks()
	style := p.tick()
	style.XAlign = text.XRight
	for i, v := range t.at {
		x := a.box.Min.X - stroke
		y := a.box.Min.Y + int(math.Round(a.y(v)))
		p.fill(image.Rect(x-tickLen, y-stroke/2, x, y+stroke/2), rgb(ink))
		if labels {
			p.text(style, x-tickLen-tickPad, y, boxSide, t.labels[i])
		}
	}
}
