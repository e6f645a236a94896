package viz

import "image"

// heat paints values on the cells of the window, lo in the first colour of the table and hi in the last. Between the
// centres of cells it is bilinear.
func (a axes) heat(values []float64, colours *table, lo, hi float64) *image.RGBA {
	nx, ny := a.window.Size()
	w, h := a.box.Dx(), a.box.Dy()
	img := image.NewRGBA(image.Rect(0, 0, w, h))

	column, right := make([]int, w), make([]float64, w)
	for i := range w {
		column[i], right[i] = between(i, w, nx)
	}
	line := make([]float64, nx)
	for y := range h {
		row, up := between(h-1-y, h, ny)
		below := values[row*nx : (row+1)*nx]
		above := values[min(row+1, ny-1)*nx:][:nx]
		for i := range line {
			line[i] = max(lo, below[i])*(1-up) + max(lo, above[i])*up
		}
		for x := range w {
			i, t := column[x], right[x]
			v := line[i]*(1-t) + line[min(i+1, nx-1)]*t
			img.SetRGBA(x, y, colours.at((v-lo)/(hi-lo)))
		}
	}
	return img
}

// between finds pixel i of n among the centres of the cells of the same length: it lies the fraction t of the way from
// the centre of the cell to the next.
func between(i, n, cells int) (cell int, t float64) {
	u := (float64(i)+0.5)/float64(n)*float64(cells) - 0.5
	u = max(0, min(float64(cells-1), u))
	cell = int(u)
	return cell, u - float64(cell)
}
