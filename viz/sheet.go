package viz

import (
	"image"
	"slices"
)

// sheet is a page of equal boxes in rows and columns, all showing one window.
type sheet struct {
	page
	window Grid
	w, h   int   // of a box
	left   []int // edges of the columns
	top    []int // edges of the rows
}

// newSheet lays out a row of boxes for each heading and a column for each bar, which stands at its right, as high as
// all rows. A bar without colours is none; headings take no room when all are empty.
func newSheet(window Grid, heads []string, bars ...bar) (sheet, error) {
	l := newLettering()
	s := sheet{window: window}
	s.w, s.h = boxSize(window)

	over := titleLine
	if slices.ContainsFunc(heads, func(h string) bool { return h != "" }) {
		over += headLine
	}
	y := margin
	for range heads {
		s.top = append(s.top, y+over)
		y += over + s.h + gap
	}
	bottom := y - gap
	high := bottom - s.top[0]
	_, yt := axes{window: window, box: image.Rect(0, 0, s.w, s.h)}.ticks()
	x := margin + widest(l.tick(), yt.texts()) + tickPad + tickLen + stroke
	for _, b := range bars {
		s.left = append(s.left, x)
		x += s.w + b.width(l, high) + gap
	}
	const longest = 1100 // of a heading that the page is made wide enough for
	right := max(x-gap, s.left[0]+min(longest, widest(l.head(), heads)))

	var err error
	if s.page, err = newPage(l, right+margin, bottom+stroke+tickLen+tickLine+margin); err != nil {
		return sheet{}, err
	}
	for i, b := range bars {
		b.draw(s.page, s.left[i]+s.w, s.top[0], high)
	}
	for i, h := range heads {
		s.text(l.head(), s.left[0], s.top[i]-titleLine-headLine/2, right-s.left[0], h)
	}
	return s, nil
}

// axes returns the axes of a box.
func (s sheet) axes(row, col int) axes {
	at := image.Pt(s.left[col], s.top[row])
	return axes{window: s.window, box: image.Rect(0, 0, s.w, s.h).Add(at)}
}

// put draws a layer with its axes and title. Ticks have labels at the left of the sheet and at its foot.
func (s sheet) put(row, col int, title string, layer *image.RGBA) {
	a := s.axes(row, col)
	s.paste(a.box, layer)
	a.draw(s.page, title, col == 0, row == len(s.top)-1)
}
