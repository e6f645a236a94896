package viz

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot/text"
)

// Measures of a corner in pixels, and what of the columns it shows.
const (
	cornerWidth = 1500 // of all boxes, about
	cornerLeast = 210  // side of a box
	cornerGap   = 14
	mostColumns = 12
	tail        = 0.005 // of the rows lies beyond each end of an axis
)

// The colours of data and draws.
const (
	dataInk = 0x8a8a94
	barInk  = 0xd8d8de
	drawInk = 0x0072b2
)

// Image draws the corner.
func (c Corner) Image() (*image.RGBA, error) { return imageOf(c) }

func (c Corner) page() (page, error) {
	k, err := c.layout()
	if err != nil {
		return page{}, fmt.Errorf("viz: corner: %w", err)
	}
	for i := range c.Names {
		if err := k.marginal(i); err != nil {
			return page{}, fmt.Errorf("viz: corner: %w", err)
		}
		for j := range i {
			if err := k.pair(i, j); err != nil {
				return page{}, fmt.Errorf("viz: corner: columns %q and %q: %w", c.Names[j], c.Names[i], err)
			}
		}
	}
	return k.page, nil
}

// withDefaults fills in the number of bins, and says what can't be drawn.
func (c Corner) withDefaults() (Corner, error) {
	if c.Bins == 0 {
		c.Bins = 30
	}
	dim := len(c.Names)
	switch {
	case dim < 1 || dim > mostColumns:
		return c, fmt.Errorf("%d columns, want 1 to %d: choose some", dim, mostColumns)
	case c.Clocks != nil && len(c.Clocks) != dim:
		return c, fmt.Errorf("%d clocks of %d columns, want one for each, or nil", len(c.Clocks), dim)
	case c.Bins < 2 || c.Bins > 1000:
		return c, fmt.Errorf("%d bins, want 2 to 1000", c.Bins)
	case len(c.Data) == 0 && len(c.Samples) == 0:
		return c, errors.New("neither data nor samples")
	}
	for _, rows := range []struct {
		what   string
		values []float64
	}{{"data", c.Data}, {"samples", c.Samples}} {
		if len(rows.values)%dim != 0 {
			return c, fmt.Errorf("%s: %d numbers, want rows of %d", rows.what, len(rows.values), dim)
		}
		for i, v := range rows.values {
			if !finite(v) {
				return c, fmt.Errorf("%s: row %d, column %q is %g", rows.what, i/dim, c.Names[i%dim], v)
			}
		}
	}
	return c, nil
}

// corner is a page with a place for each pair of columns.
type corner struct {
	page
	Corner
	side      int
	lo, hi    []float64 // of each column
	left, top int
}

// layout makes the page and writes names on it.
func (c Corner) layout() (*corner, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	dim := len(c.Names)
	k := &corner{Corner: c, side: max(cornerLeast, min(boxSide, cornerWidth/dim))}
	for j, name := range c.Names {
		lo, hi := c.span(j)
		if err := checkSpan(lo, hi); err != nil {
			return nil, fmt.Errorf("column %q: %w", name, err)
		}
		k.lo, k.hi = append(k.lo, lo), append(k.hi, hi)
	}
	l := newLettering()
	labels := 0
	for i := 1; i < dim; i++ {
		_, t := k.axes(i, 0).ticks()
		labels = max(labels, widest(l.tick(), t.texts()))
	}
	k.left = margin + titleLine + labels + tickPad + tickLen + stroke
	k.top = margin
	if c.Caption != "" {
		k.top += headLine
	}
	last := k.axes(dim-1, dim-1).box.Max
	right := last.X // of the legend
	if dim == 1 {
		right += k.side
	}
	if k.page, err = newPage(l, right+margin, last.Y+stroke+tickLen+tickLine+titleLine+margin); err != nil {
		return nil, err
	}
	k.text(k.head(), k.left, margin+headLine/2, right-k.left, c.Caption)
	k.legend(right - k.side + cornerGap)
	for j, name := range c.Names {
		style := k.title()
		style.XAlign = text.XCenter
		a := k.axes(dim-1, j)
		k.text(style, (a.box.Min.X+a.box.Max.X)/2, last.Y+stroke+tickLen+tickLine+titleLine/2, k.side, k.short(name))
		if j == 0 {
			continue
		}
		style.Rotation = math.Pi / 2
		a = k.axes(j, 0)
		k.text(style, margin+titleLine/2, (a.box.Min.Y+a.box.Max.Y)/2, k.side, k.short(name))
	}
	return k, nil
}

// short cuts a name that letters of full size have no room for.
func (k *corner) short(name string) string { return cut(k.title(), name, k.side) }

// legend says which rows are which, in the empty half of the page.
func (k *corner) legend(x int) {
	y := k.top + titleLine/2
	for _, entry := range []struct {
		rows   []float64
		colour color.RGBA
		name   string
	}{{k.Data, rgb(dataInk), "data"}, {k.Samples, rgb(drawInk), "draws"}} {
		if len(entry.rows) == 0 {
			continue
		}
		k.fill(image.Rect(x, y-8, x+keyMark, y+8), entry.colour)
		k.text(k.title(), x+keyMark+2*tickPad, y, k.side, entry.name)
		y += titleLine
	}
}

// span returns the ends of a column's axis.
func (c Corner) span(j int) (lo, hi float64) {
	values := c.column(c.Data, j)
	if len(values) == 0 {
		values = c.column(c.Samples, j)
	}
	slices.Sort(values)
	at := func(p float64) float64 { return values[int(math.Round(p*float64(len(values)-1)))] }
	lo, hi = at(tail), at(1-tail)
	if lo == hi {
		lo, hi = values[0], values[len(values)-1]
	}
	pad := (hi - lo) / 12
	return lo - pad, hi + pad
}

// column returns a copy of one column of rows.
func (c Corner) column(rows []float64, j int) []float64 {
	values := make([]float64, 0, len(rows)/len(c.Names))
	for i := j; i < len(rows); i += len(c.Names) {
		values = append(values, rows[i])
	}
	return values
}

// axes returns the axes of the box in a row and a column of the corner: x is the column's, y is the row's.
func (k *corner) axes(row, col int) axes {
	at := image.Pt(k.left+col*(k.side+cornerGap), k.top+row*(k.side+cornerGap))
	window := Grid{X0: k.lo[col], X1: k.hi[col], Y0: k.lo[row], Y1: k.hi[row], NX: 64, NY: 64, Stretch: true}
	if k.Clocks != nil {
		window.ClockX, window.ClockY = k.Clocks[col], k.Clocks[row]
	}
	return axes{window: window, box: image.Rect(0, 0, k.side, k.side).Add(at)}
}
