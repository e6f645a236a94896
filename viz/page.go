package viz

import (
	"image"
	"image/color"
	"image/draw"

	stdfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	vgdraw "gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"github.com/go-ffjord/ffjord/internal/limit"
)

// Measures of a page in pixels. They suit a page shown at half its size, as on a screen of high density.
const (
	boxSide   = 460 // longer side of a picture
	gap       = 30  // between pictures
	margin    = 26  // around the page
	tickLen   = 8
	tickPad   = 6
	stroke    = 2 // frames and ticks
	barWidth  = 24
	tickSize  = 22
	titleSize = 26
	headSize  = 31
	tickLine  = 30 // height of a line of tick labels
	titleLine = 42
	titleLift = 4 // of titles above the middle of their line
	headLine  = 48
)

// Inks of a page, as red, green and blue bytes.
const (
	ink  = 0x222226
	soft = 0x55555c
)

// lettering measures and draws text.
type lettering struct {
	fonts text.Plain
}

func newLettering() lettering {
	return lettering{text.Plain{Fonts: font.NewCache(liberation.Collection())}}
}

// style returns upright sans-serif letters, hung by their left end and the middle of their height.
func (l lettering) style(size float64, weight stdfont.Weight, c color.Color) text.Style {
	return text.Style{
		Color:   c,
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Weight: weight, Size: font.Length(size)},
		XAlign:  text.XLeft,
		YAlign:  text.YCenter,
		Handler: l.fonts,
	}
}

func (l lettering) tick() text.Style  { return l.style(tickSize, stdfont.WeightNormal, rgb(soft)) }
func (l lettering) title() text.Style { return l.style(titleSize, stdfont.WeightNormal, rgb(ink)) }
func (l lettering) head() text.Style  { return l.style(headSize, stdfont.WeightBold, rgb(ink)) }

// widest returns the width of the longest of the labels in pixels.
func widest(s text.Style, labels []string) int {
	var w float64
	for _, t := range labels {
		w = max(w, float64(s.Width(t)))
	}
	return int(w + 1)
}

// cut returns a text with an ellipsis in the place of what there is no room for.
func cut(s text.Style, txt string, width int) string {
	runes := []rune(txt)
	for n := len(runes); n > 1 && widest(s, []string{txt}) > width+1; n-- {
		txt = string(runes[:n-1]) + "…"
	}
	return txt
}

// page is a white image to draw on, (0, 0) at its upper left corner. It keeps what was drawn, to be drawn as shapes too.
type page struct {
	lettering
	img    *image.RGBA
	canvas *vgimg.Canvas
	marks  *[]mark
}

func newPage(l lettering, w, h int) (page, error) {
	const most = 1 << 28 // a gigabyte
	if err := limit.Check("the picture", int64(w)*int64(h), most, "pixels", ""); err != nil {
		return page{}, err
	}
	canvas, img := newCanvas(w, h)
	return page{l, img, canvas, new([]mark)}, nil
}

// newCanvas returns a white canvas on which one unit of length is one pixel, and the image below it.
func newCanvas(w, h int) (*vgimg.Canvas, *image.RGBA) {
	const pointsPerInch = 72
	canvas := vgimg.NewWith(vgimg.UseWH(vg.Length(w), vg.Length(h)), vgimg.UseDPI(pointsPerInch))
	return canvas, canvas.Image().(*image.RGBA)
}

// text draws a line of text at pixel (x, y), shrunk if need be to the width in pixels, and cut where it would be too small.
func (p page) text(s text.Style, x, y, width int, txt string) {
	if w := float64(s.Width(txt)); w > float64(width) {
		const least = 0.6
		s.Font.Size *= font.Length(max(least, float64(width)/w))
		txt = cut(s, txt, width)
	}
	at := vg.Point{X: vg.Length(x), Y: vg.Length(p.img.Rect.Dy() - y)}
	s.Handler.Draw(p.canvas, txt, s, at)
	p.mark(letters{s, x, y, txt})
}

// fill paints a rectangle of whole pixels.
func (p page) fill(r image.Rectangle, c color.RGBA) {
	draw.Draw(p.img, r, image.NewUniform(c), image.Point{}, draw.Src)
	p.mark(area{r, c})
}

// frame draws a line just around the box.
func (p page) frame(box image.Rectangle) {
	o := box.Inset(-stroke)
	p.fill(image.Rect(o.Min.X, o.Min.Y, o.Max.X, box.Min.Y), rgb(ink))
	p.fill(image.Rect(o.Min.X, box.Max.Y, o.Max.X, o.Max.Y), rgb(ink))
	p.fill(image.Rect(o.Min.X, o.Min.Y, box.Min.X, o.Max.Y), rgb(ink))
	p.fill(image.Rect(box.Max.X, o.Min.Y, o.Max.X, o.Max.Y), rgb(ink))
}

// paste puts a layer into the box of its size.
func (p page) paste(box image.Rectangle, layer *image.RGBA) {
	draw.Draw(p.img, box, layer, layer.Rect.Min, draw.Src)
	p.mark(pixels{box, layer})
}

// line draws a line through points in pixels of the page, rows (x, y).
func (p page) line(points []float64, width float64, c color.RGBA) {
	h := float64(p.img.Rect.Dy())
	run := make([]vg.Point, 0, len(points)/2)
	for i := 0; i < len(points); i += 2 {
		run = append(run, vg.Point{X: vg.Length(points[i]), Y: vg.Length(h - points[i+1])})
	}
	canvas := vgdraw.Canvas{Canvas: p.canvas}
	canvas.StrokeLines(vgdraw.LineStyle{Color: c, Width: vg.Length(width)}, run)
	p.mark(stroked{points, width, c})
}
