package viz

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"

	stdfont "golang.org/x/image/font"
	"gonum.org/v1/plot/text"
)

// drawing is a picture that is drawn on a page.
type drawing interface{ page() (page, error) }

// imageOf returns the pixels of a drawing.
func imageOf(d drawing) (*image.RGBA, error) {
	p, err := d.page()
	if err != nil {
		return nil, err
	}
	return p.img, nil
}

// pageOf returns a picture on a page: as it was drawn, or where it has pixels alone as one layer.
func pageOf(p Picture) (page, error) {
	if d, ok := p.(drawing); ok {
		return d.page()
	}
	img, err := p.Image()
	if err != nil {
		return page{}, err
	}
	alone := page{img: img, marks: new([]mark)}
	alone.mark(pixels{img.Rect, img})
	return alone, nil
}

// mark is something drawn on a page.
type mark interface{ svg(b *bytes.Buffer) error }

func (p page) mark(m mark) { *p.marks = append(*p.marks, m) }

// svg returns the page as SVG, so many pixels wide: letters, frames, ticks and the lines of curves are shapes, the inside
// of a box of points or colours is a PNG in it.
func (p page) svg(width int) ([]byte, error) {
	var b bytes.Buffer
	w, h := p.img.Rect.Dx(), p.img.Rect.Dy()
	fmt.Fprintf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n",
		width, (h*width+w/2)/w, w, h)
	fmt.Fprintf(&b, "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", w, h)
	for _, m := range *p.marks {
		if err := m.svg(&b); err != nil {
			return nil, err
		}
	}
	b.WriteString("</svg>\n")
	return b.Bytes(), nil
}

// area is a rectangle of one colour.
type area struct {
	box    image.Rectangle
	colour color.RGBA
}

func (a area) svg(b *bytes.Buffer) error {
	fmt.Fprintf(b, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>\n",
		a.box.Min.X, a.box.Min.Y, a.box.Dx(), a.box.Dy(), hex(a.colour))
	return nil
}

// letters are a line of text at pixel (x, y).
type letters struct {
	style text.Style
	x, y  int
	text  string
}

func (l letters) svg(b *bytes.Buffer) error {
	if l.text == "" {
		return nil
	}
	anchor := map[text.XAlignment]string{text.XLeft: "start", text.XCenter: "middle", text.XRight: "end"}[l.style.XAlign]
	weight := ""
	if l.style.Font.Weight == stdfont.WeightBold {
		weight = ` font-weight="bold"`
	}
	turn := ""
	if l.style.Rotation != 0 {
		turn = fmt.Sprintf(` transform="rotate(-90 %d %d)"`, l.x, l.y)
	}
	size := float64(l.style.Font.Size)
	const middle = 0.35                     // of a letter's size lies between its line and the middle of its height
	width := float64(l.style.Width(l.text)) // also where the reader's letters are wider
	fmt.Fprintf(b, "<text x=\"%d\" y=\"%.1f\" textLength=\"%.1f\" lengthAdjust=\"spacingAndGlyphs\""+
		" font-family=\"Liberation Sans, Arial, Helvetica, sans-serif\" font-size=\"%.1f\"%s"+
		" text-anchor=\"%s\" fill=\"%s\"%s>", l.x, float64(l.y)+middle*size, width, size, weight, anchor,
		hex(color.RGBAModel.Convert(l.style.Color).(color.RGBA)), turn)
	if err := xml.EscapeText(b, []byte(l.text)); err != nil {
		return err
	}
	b.WriteString("</text>\n")
	return nil
}

// pixels are a layer in its box.
type pixels struct {
	box   image.Rectangle
	layer *image.RGBA
}

func (p pixels) svg(b *bytes.Buffer) error {
	var file bytes.Buffer
	if err := png.Encode(&file, p.layer); err != nil {
		return err
	}
	fmt.Fprintf(b, "<image x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" href=\"data:image/png;base64,%s\"/>\n",
		p.box.Min.X, p.box.Min.Y, p.box.Dx(), p.box.Dy(), base64.StdEncoding.EncodeToString(file.Bytes()))
	return nil
}

// stroked is a line through points.
type stroked struct {
	points []float64
	width  float64
	colour color.RGBA
}

func (s stroked) svg(b *bytes.Buffer) error {
	places := make([]string, 0, len(s.points)/2)
	for i := 0; i < len(s.points); i += 2 {
		places = append(places, fmt.Sprintf("%.1f,%.1f", s.points[i], s.points[i+1]))
	}
	fmt.Fprintf(b, "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%.1f\" stroke-linejoin=\"round\"/>\n",
		strings.Join(places, " "), hex(s.colour), s.width)
	return nil
}

func hex(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }
