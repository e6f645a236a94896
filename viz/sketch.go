package viz

import (
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// sketch is a layer of lines and dots in the box of some axes. It cuts off what lies outside.
type sketch struct {
	axes
	img    *image.RGBA
	canvas *vgimg.Canvas
}

func (a axes) sketch() sketch {
	canvas, img := newCanvas(a.box.Dx(), a.box.Dy())
	return sketch{a, img, canvas}
}

// dot paints a disc around (x, y) with soft edges: a pixel takes as much of the colour as the distance of its centre
// from the rim allows.
func (s sketch) dot(x, y, radius, opacity float64, c color.RGBA) {
	px, py := s.x(x), s.y(y)
	r := radius + 0.5
	if !(px > -r && py > -r && px < float64(s.box.Dx())+r && py < float64(s.box.Dy())+r) {
		return
	}
	area := image.Rect(int(px-r-1), int(py-r-1), int(px+r+1), int(py+r+1)).Intersect(s.img.Rect)
	for j := area.Min.Y; j < area.Max.Y; j++ {
		for i := area.Min.X; i < area.Max.X; i++ {
			d := math.Hypot(float64(i)+0.5-px, float64(j)+0.5-py)
			if cover := opacity * min(1, r-d); cover > 0 {
				pix := s.img.Pix[s.img.PixOffset(i, j):][:3]
				pix[0], pix[1], pix[2] = mix(pix[0], c.R, cover), mix(pix[1], c.G, cover), mix(pix[2], c.B, cover)
			}
		}
	}
}

func mix(under, over uint8, t float64) uint8 {
	return uint8(float64(under)*(1-t) + float64(over)*t + 0.5)
}

// line draws a line through points, rows (x, y); the piece between points i and i+1 has colours[i], and is left out where
// that is transparent.
func (s sketch) line(points []float64, colours []color.RGBA, width float64) {
	const spill = 8 // pixels beyond the box, so that no cut end shows
	w, h := vg.Length(s.box.Dx()), vg.Length(s.box.Dy())
	canvas := draw.Canvas{Canvas: s.canvas, Rectangle: vg.Rectangle{
		Min: vg.Point{X: -spill, Y: -spill},
		Max: vg.Point{X: w + spill, Y: h + spill},
	}}
	at := func(i int) vg.Point {
		return vg.Point{X: vg.Length(s.x(points[2*i])), Y: h - vg.Length(s.y(points[2*i+1]))}
	}
	last := len(points)/2 - 1
	for i := 0; i < last; {
		end := i + 1
		for end < last && colours[end] == colours[i] {
			end++
		}
		if colours[i].A == 0 {
			i = end
			continue
		}
		start := i
		if i > 0 && colours[i-1].A > 0 {
			start-- // overlaps the run before, to close the joint
		}
		var run []vg.Point
		for j := start; j <= end; j++ {
			run = append(run, at(j))
		}
		style := draw.LineStyle{Color: colours[i], Width: vg.Length(width)}
		canvas.StrokeLines(style, canvas.ClipLinesXY(run)...)
		i = end
	}
}
