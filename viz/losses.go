package viz

import (
	"cmp"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/text"
)

// Losses shows how losses fell: a curve for each, such as that of training and that of held-out rows, beside what they
// are to be compared with.
type Losses struct {
	// Caption heads the picture. It may be empty.
	Caption string
	// X and Y name the axes. Empty is "epoch" and "nats a row".
	X, Y   string
	Curves []Curve
	// Levels are drawn as broken lines from side to side: the entropy of the data, which no mean loss can lie below for
	// long, or the loss of a simpler density.
	Levels []Level
}

// Curve is a line through points.
type Curve struct {
	Name string
	// X rises. Y[i] belongs to X[i]; the line is broken where it is NaN, and leaves the picture where it is infinite or
	// much higher than most of all curves.
	X, Y []float64
}

// Level is a value with a name.
type Level struct {
	Name string
	At   float64
}

var _ Picture = Losses{}

// Measures of losses in pixels.
const (
	lossWidth, lossHeight = 1000, 560
	curveWidth            = 4
	dash                  = 14
)

// The colours of curves and levels, told apart by every kind of colour vision (M. Okabe and K. Ito, Color Universal
// Design, 2008).
func curveColours() []color.RGBA {
	return []color.RGBA{rgb(0x0072b2), rgb(0xd55e00), rgb(0x009e73), rgb(0xcc79a7), rgb(0x56b4e9), rgb(0x8a6d00)}
}

// Image draws the curves.
func (l Losses) Image() (*image.RGBA, error) { return imageOf(l) }

func (l Losses) page() (page, error) {
	window, err := l.window()
	if err != nil {
		return page{}, fmt.Errorf("viz: losses: %w", err)
	}
	letters := newLettering()
	names := l.names()
	_, yt := axes{window: window, box: image.Rect(0, 0, lossWidth, lossHeight)}.ticks()
	left := margin + titleLine + widest(letters.tick(), yt.texts()) + tickPad + tickLen + stroke
	lines := keyLines(letters, names)
	rows := titleLine * (1 + slices.Max(lines)) // of the key
	top := margin + rows + titleLift
	if l.Caption != "" {
		top += headLine
	}
	a := axes{window, image.Rect(left, top, left+lossWidth, top+lossHeight), l.counted()}
	p, err := newPage(letters, a.box.Max.X+margin+gap, a.box.Max.Y+stroke+tickLen+tickLine+titleLine+margin)
	if err != nil {
		return page{}, fmt.Errorf("viz: losses: %w", err)
	}
	p.text(p.head(), left, margin+headLine/2, lossWidth, l.Caption)
	p.key(names, len(l.Curves), lines, left, top-rows-titleLift)
	l.draw(p, a)
	a.draw(p, "", true, true)
	style := p.title()
	style.XAlign = text.XCenter
	p.text(style, (a.box.Min.X+a.box.Max.X)/2, a.box.Max.Y+stroke+tickLen+tickLine+titleLine/2, lossWidth, cmp.Or(l.X, "epoch"))
	style.Rotation = math.Pi / 2
	p.text(style, margin+titleLine/2, (a.box.Min.Y+a.box.Max.Y)/2, lossHeight, cmp.Or(l.Y, "nats a row"))
	return p, nil
}

// names returns those of the curves, then those of the levels.
func (l Losses) names() (names []string) {
	for _, c := range l.Curves {
		names = append(names, c.Name)
	}
	for _, v := range l.Levels {
		names = append(names, v.Name)
	}
	return names
}

// window returns what is shown: all levels, and all values but the highest tenth, with which a training may start.
func (l Losses) window() (Grid, error) {
	if len(l.Curves) == 0 {
		return Grid{}, errors.New("no curves")
	}
	x0, x1 := math.Inf(1), math.Inf(-1)
	var values []float64
	for _, c := range l.Curves {
		if len(c.X) != len(c.Y) || len(c.X) == 0 {
			return Grid{}, fmt.Errorf("curve %q: %d values at %d places, want as many of both", c.Name, len(c.Y), len(c.X))
		}
		for i, x := range c.X {
			if !finite(x) || i > 0 && x < c.X[i-1] {
				return Grid{}, fmt.Errorf("curve %q: place %d is %g, want numbers that rise", c.Name, i, x)
			}
			if finite(c.Y[i]) {
				values = append(values, c.Y[i])
			}
		}
		x0, x1 = min(x0, c.X[0]), max(x1, c.X[len(c.X)-1])
	}
	if len(values) == 0 {
		return Grid{}, errors.New("no curve has a finite value")
	}
	slices.Sort(values)
	const shown = 0.9
	y0, y1 := values[0], values[int(shown*float64(len(values)-1))]
	if reach := y0 + 3*(y1-y0); values[len(values)-1] < reach {
		y1 = values[len(values)-1]
	}
	for _, v := range l.Levels {
		if !finite(v.At) {
			return Grid{}, fmt.Errorf("level %q is %g, want a finite number", v.Name, v.At)
		}
		y0, y1 = min(y0, v.At), max(y1, v.At)
	}
	if x0 == x1 {
		x0, x1 = x0-0.5, x1+0.5
	}
	if y0 == y1 {
		y0, y1 = y0-0.5, y1+0.5
	}
	pad := 0.05 * (y1 - y0)
	g := Grid{X0: x0, X1: x1, Y0: y0 - pad, Y1: y1 + pad, Stretch: true}
	return g, g.check()
}

// counted reports whether all places are whole numbers, such as those of epochs.
func (l Losses) counted() bool {
	return !slices.ContainsFunc(l.Curves, func(c Curve) bool {
		return slices.ContainsFunc(c.X, func(x float64) bool { return x != math.Round(x) })
	})
}

// draw draws levels and curves into the box.
func (l Losses) draw(p page, a axes) {
	colours := curveColours()
	left, right := float64(a.box.Min.X), float64(a.box.Max.X)
	for i, v := range l.Levels {
		y := float64(a.box.Min.Y) + a.y(v.At)
		c := colours[(len(l.Curves)+i)%len(colours)]
		p.dashed(left, right, y, c)
	}
	for i, c := range l.Curves {
		for _, run := range a.runs(c) {
			if len(run) == 2 { // a point by itself
				run = []float64{run[0] - curveWidth, run[1], run[0] + curveWidth, run[1]}
			}
			p.line(run, curveWidth, colours[i%len(colours)])
		}
	}
}

// runs returns the pieces of a curve that lie in the box, in pixels of the page.
func (a axes) runs(c Curve) (pieces [][]float64) {
	var run []float64
	end := func() {
		if len(run) > 0 {
			pieces = append(pieces, run)
		}
		run = nil
	}
	place := func(x, y float64) []float64 {
		return []float64{float64(a.box.Min.X) + a.x(x), float64(a.box.Min.Y) + a.y(y)}
	}
	inside := func(y float64) bool { return y >= a.window.Y0 && y <= a.window.Y1 }
	for i, y := range c.Y {
		if i > 0 && inside(y) != inside(c.Y[i-1]) && finite(y) && finite(c.Y[i-1]) { // where the line crosses the edge
			edge := a.window.Y1
			if min(y, c.Y[i-1]) < a.window.Y0 {
				edge = a.window.Y0
			}
			t := (edge - c.Y[i-1]) / (y - c.Y[i-1])
			run = append(run, place(c.X[i-1]+t*(c.X[i]-c.X[i-1]), edge)...)
		}
		if !inside(y) {
			end()
			continue
		}
		run = append(run, place(c.X[i], y)...)
	}
	end()
	return pieces
}
