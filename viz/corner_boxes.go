package viz

import (
	"image"
	"image/color"
	"math"
	"slices"
)

// marginal draws the box of one column.
func (k *corner) marginal(i int) error {
	a := k.axes(i, i)
	data, draws := k.histogram(k.Data, i), k.histogram(k.Samples, i)
	top := 1.08 * max(slices.Max(data), slices.Max(draws))
	edge := func(b int) int { return a.box.Min.X + int(math.Round(float64(b*k.side)/float64(k.Bins))) }
	height := func(p float64) float64 {
		if top == 0 { // all rows of this column lie beyond its axis
			return 0
		}
		return p / top * float64(k.side)
	}
	var steps []float64
	for b := range k.Bins {
		if h := int(math.Round(height(data[b]))); h > 0 {
			k.fill(image.Rect(edge(b), a.box.Max.Y-h, edge(b+1), a.box.Max.Y), rgb(barInk))
		}
		y := float64(a.box.Max.Y) - height(draws[b])
		steps = append(steps, float64(edge(b)), y, float64(edge(b+1)), y)
	}
	if len(k.Samples) > 0 {
		k.line(steps, 3, rgb(drawInk))
	}
	k.frame(a.box)
	a.drawBottom(k.page, i == len(k.Names)-1)
	return nil
}

// histogram returns the share of the rows in each bin of a column's axis.
func (k *corner) histogram(rows []float64, j int) []float64 {
	shares := make([]float64, k.Bins)
	dim := len(k.Names)
	for i := j; i < len(rows); i += dim {
		b := math.Floor((rows[i] - k.lo[j]) / (k.hi[j] - k.lo[j]) * float64(k.Bins))
		if b >= 0 && b < float64(k.Bins) {
			shares[int(b)] += float64(dim) / float64(len(rows))
		}
	}
	return shares
}

// pair draws the box of two columns, that of row i upwards and j to the right.
func (k *corner) pair(i, j int) error {
	a := k.axes(i, j)
	dots, ink := k.points(k.Data, i, j), rgb(dataInk)
	if len(dots) == 0 {
		dots, ink = k.points(k.Samples, i, j), rgb(drawInk)
	}
	k.paste(a.box, a.scatter(dots, ink))
	if len(k.Data) > 0 && len(k.Samples) > 0 {
		if err := k.contours(a, k.points(k.Samples, i, j)); err != nil {
			return err
		}
	}
	k.frame(a.box)
	a.drawBottom(k.page, i == len(k.Names)-1)
	a.drawLeft(k.page, j == 0)
	return nil
}

// points returns two columns of rows, (x, y).
func (k *corner) points(rows []float64, i, j int) []float64 {
	points := make([]float64, 0, 2*len(rows)/len(k.Names))
	for r := 0; r < len(rows); r += len(k.Names) {
		points = append(points, rows[r+j], rows[r+i])
	}
	return points
}

// scatter draws points, the more transparent the more of them there are.
func (a axes) scatter(points []float64, c color.RGBA) *image.RGBA {
	opacity := max(0.08, min(0.7, 40/math.Sqrt(float64(len(points)/2))))
	layer := a.sketch()
	for i := 0; i < len(points); i += 2 {
		layer.dot(points[i], points[i+1], 1.6, opacity, c)
	}
	return layer.img
}

// contours draws lines around half of the points, and around nine tenths of them, by an estimate of their density.
func (k *corner) contours(a axes, points []float64) error {
	hx, hy, err := scott(points)
	if err != nil {
		return nil // they lie on a line, and nothing is around them
	}
	nx, ny := a.window.Size()
	fine := KDE{
		HX: max(hx*0.7, (a.window.X1-a.window.X0)/float64(nx)),
		HY: max(hy*0.7, (a.window.Y1-a.window.Y0)/float64(ny)),
	}
	density, err := fine.density(points, a.window)
	if err != nil {
		return err
	}
	for _, level := range enclosing(density, 0.5, 0.9) {
		for _, piece := range isolines(density, nx, ny, level) {
			for n := 0; n < len(piece); n += 2 { // from cells to pixels
				piece[n] = float64(a.box.Min.X) + (piece[n]+0.5)/float64(nx)*float64(a.box.Dx())
				piece[n+1] = float64(a.box.Max.Y) - (piece[n+1]+0.5)/float64(ny)*float64(a.box.Dy())
			}
			k.line(piece, 2.5, rgb(drawInk))
		}
	}
	return nil
}

// enclosing returns for each share the density above which cells hold that share of what all cells hold.
func enclosing(density []float64, shares ...float64) []float64 {
	sorted := slices.Sorted(slices.Values(density))
	slices.Reverse(sorted)
	var total float64
	for _, p := range sorted {
		total += p
	}
	levels := make([]float64, len(shares))
	for i, share := range shares {
		var sum float64
		for _, p := range sorted {
			if sum += p; sum >= share*total {
				levels[i] = p
				break
			}
		}
	}
	return levels
}
