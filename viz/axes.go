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
	counts bool // abscissae are whole numbers
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
	const (
		room = 80 // pixels between ticks at least
		wide = 90 // of times side by side
	)
	across := room
	if a.window.ClockX != "" {
		across = wide
	}
	x = ticksOf(a.window.ClockX, a.window.X0, a.window.X1, max(3, a.box.Dx()/across))
	if a.counts {
		x = x.whole()
	}
	return x, ticksOf(a.window.ClockY, a.window.Y0, a.window.Y1, max(3, a.box.Dy()/room))
}

// ticksOf returns the ticks of numbers, or of times where these are some.
func ticksOf(c Clock, lo, hi float64, most int) ticks {
	if c != "" {
		if t := newTimeTicks(c, lo, hi, most); len(t.at) > 0 {
			return t
		}
	}
	return newTicks(lo, hi, most)
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

// drawBottom draws the ticks below the box, and where asked the labels of as many of them as there is room for.
func (a axes) drawBottom(p page, labels bool) {
	t, _ := a.ticks()
	y := a.box.Max.Y + stroke
	for _, v := range t.at {
		x := a.box.Min.X + int(math.Round(a.x(v)))
		p.fill(image.Rect(x-stroke/2, y, x+stroke/2, y+tickLen), rgb(ink))
	}
	if !labels {
		return
	}
	style := p.tick()
	style.XAlign = text.XCenter
	for _, l := range a.below(style, t) {
		p.text(style, l.x, y+tickLen+tickLine/2, a.box.Dx(), l.text)
	}
}

// label is a text around a place in pixels of the page.
type label struct {
	x, width int
	text     string
}

// below returns the labels of every tick, or of every second, third and so on, or of the first and the last, or of one.
// They don't touch each other, nor those of a box beside this one: at the ends of the box they give way inwards.
func (a axes) below(style text.Style, t ticks) []label {
	last := len(t.at) - 1
	for stride := 1; stride <= last+1; stride++ {
		var some []label
		prev := -1
		for i := range t.at {
			if t.number(i)%stride == 0 || stride == last+1 && (i == 0 || i == last) {
				some = append(some, a.label(style, t, i, prev))
				prev = i
			}
		}
		apart := len(some) > 1
		for n := 1; n < len(some); n++ {
			apart = apart && some[n].x-some[n-1].x >= (some[n].width+some[n-1].width)/2+2*tickPad
		}
		if apart {
			return some
		}
	}
	return []label{a.label(style, t, last/2, -1)}
}

// label returns that of a tick behind that of another.
func (a axes) label(style text.Style, t ticks, i, prev int) label {
	const over = 3 // beyond the box, of a gap between boxes that is four times as wide
	l := label{text: t.text(i, prev)}
	l.width = min(widest(style, []string{l.text}), a.box.Dx())
	x := a.box.Min.X + int(math.Round(a.x(t.at[i])))
	l.x = max(a.box.Min.X-over+l.width/2, min(x, a.box.Max.X+over-l.width/2))
	return l
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
			p.text(style, x-tickLen-tickPad, y, boxSide, t.text(i, i-1))
		}
	}
}
