package viz

import (
	"fmt"
	"image"
	"slices"

	"gonum.org/v1/plot/text"
)

// Measures of a gallery in pixels.
const (
	galleryWidth = 1960 // of its longest strip, about
	galleryLeast = 120  // longer side of a picture
	galleryGap   = 12   // between pictures
)

// Image draws the gallery.
func (g Gallery) Image() (*image.RGBA, error) { return imageOf(g) }

func (g Gallery) page() (page, error) {
	if err := g.check(); err != nil {
		return page{}, fmt.Errorf("viz: gallery: %w", err)
	}
	colours, err := viridis()
	if err != nil {
		return page{}, fmt.Errorf("viz: gallery: %w", err)
	}
	w, err := newWall(g, colours)
	if err != nil {
		return page{}, fmt.Errorf("viz: gallery: %w", err)
	}
	for i, s := range g.Strips {
		for j := range s.len() {
			w.put(i, j, w.layer(s, j, colours, g.top()))
		}
	}
	return w.page, nil
}

// top returns the end of the colour scale: 0 where there are no densities.
func (g Gallery) top() float64 {
	if g.Top > 0 {
		return g.Top
	}
	var top float64
	for _, s := range g.Strips {
		for _, values := range s.Densities {
			top = max(top, slices.Max(values))
		}
	}
	return top
}

// wall is a page with a place for each picture of a gallery.
type wall struct {
	page
	window Grid
	w, h   int   // of a picture
	left   int   // edge of the first column
	top    []int // edges of the strips
}

// newWall lays out the page and writes on it.
func newWall(g Gallery, colours *table) (wall, error) {
	most := 0
	for _, s := range g.Strips {
		most = max(most, s.len())
	}
	k := wall{window: g.Window}
	side := int(float64(galleryWidth/most-galleryGap) * max(1, (g.Window.Y1-g.Window.Y0)/(g.Window.X1-g.Window.X0)))
	k.w, k.h = sized(g.Window, max(galleryLeast, min(boxSide, side)))
	l := newLettering()
	_, yt := axes{window: k.window, box: image.Rect(0, 0, k.w, k.h)}.ticks()
	k.left = margin + widest(l.tick(), yt.texts()) + tickPad + tickLen + stroke
	var key bar
	if top := g.top(); top > 0 {
		key = bar{colours, 0, top, "p(x)"}
	}

	y := margin
	for i, s := range g.Strips {
		if s.Caption != "" {
			y += headLine
		}
		if s.Titles != nil || i == 0 && s.Caption == "" && key.colours != nil { // the key has a title
			y += titleLine
		}
		k.top = append(k.top, y+stroke)
		y += k.h + 2*stroke + gap
	}
	bottom := y - gap - stroke
	right := k.left + most*(k.w+galleryGap) - galleryGap

	high := bottom - k.top[0]
	var err error
	k.page, err = newPage(l, right+key.width(l, high)+stroke+margin, bottom+stroke+tickLen+tickLine+margin)
	if err != nil {
		return wall{}, err
	}
	key.draw(k.page, right, k.top[0], high)
	for i, s := range g.Strips {
		y := k.top[i] - stroke
		if s.Titles != nil {
			y -= titleLine
		}
		k.text(k.head(), k.left, y-headLine/2, right-k.left, s.Caption)
		style := k.title()
		style.XAlign = text.XCenter
		for j, title := range s.Titles {
			box := k.box(i, j)
			k.text(style, (box.Min.X+box.Max.X)/2, box.Min.Y-titleLine/2-titleLift, k.w, title)
		}
	}
	return k, nil
}

// box returns where a picture hangs.
func (k wall) box(strip, col int) image.Rectangle {
	at := image.Pt(k.left+col*(k.w+galleryGap), k.top[strip])
	return image.Rect(0, 0, k.w, k.h).Add(at)
}

// put hangs a picture. The first of a strip has ticks at its left, those of the last strip have them below.
func (k wall) put(strip, col int, layer *image.RGBA) {
	box := k.box(strip, col)
	k.paste(box, layer)
	k.frame(box)
	a := axes{window: k.window, box: box}
	if col == 0 {
		a.drawLeft(k.page, true)
	}
	if strip == len(k.top)-1 {
		a.drawBottom(k.page, true)
	}
}

// layer paints picture i of a strip.
func (k wall) layer(s Strip, i int, colours *table, top float64) *image.RGBA {
	a := axes{window: k.window, box: image.Rect(0, 0, k.w, k.h)}
	if len(s.Densities) > 0 {
		return a.heat(s.Densities[i], colours, 0, top)
	}
	return a.cloud(s, i)
}
