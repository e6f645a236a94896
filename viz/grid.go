package viz

import (
	"errors"
	"fmt"
	"math"
)

// cellsPerSide is the number of cells along the longer side of a Grid that
// names none.
const cellsPerSide = 200

// maxAspect is the largest ratio between the sides of a window: pictures keep
// one scale on both axes, so a longer window would be a hairline.
const maxAspect = 20

// Grid cuts the window [X0, X1] × [Y0, Y1] of the plane into NX × NY equal
// cells. Values on a grid are kept in the order of Points.
//
// When one of NX and NY is zero it is chosen so that the cells come as near to
// squares as can be; when both are, the longer side gets 200 cells.
type Grid struct {
	X0, X1 float64
	Y0, Y1 float64
	NX, NY int
}

// Size returns the numbers of columns and rows, with zeros filled in.
func (g Grid) Size() (nx, ny int) {
	nx, ny = g.NX, g.NY
	w, h := g.X1-g.X0, g.Y1-g.Y0
	if !(w > 0) || !(h > 0) {
		return nx, ny
	}
	scale := func(n int, ratio float64) int { return max(1, int(math.Round(float64(n)*ratio))) }
	switch {
	case nx == 0 && ny == 0 && w >= h:
		nx, ny = cellsPerSide, scale(cellsPerSide, h/w)
	case nx == 0 && ny == 0:
		nx, ny = scale(cellsPerSide, w/h), cellsPerSide
	case nx == 0:
		nx = scale(ny, w/h)
	case ny == 0:
		ny = scale(nx, h/w)
	}
	return nx, ny
}

// Cell returns the area of one cell. With p the density at Points, Σ p · Cell
// is the midpoint rule for its integral over the window.
func (g Grid) Cell() float64 {
	nx, ny := g.Size()
	return (g.X1 - g.X0) / float64(nx) * (g.Y1 - g.Y0) / float64(ny)
}

// Points returns the centres of the cells as NX·NY rows (x, y), flat: x runs
// fastest and upwards, y slowest and upwards. They are what a flow evaluates in
// one batch of shape (NX·NY, 2). A grid without cells has no points.
func (g Grid) Points() []float64 {
	nx, ny := g.Size()
	if nx <= 0 || ny <= 0 {
		return nil
	}
	points := make([]float64, 0, 2*nx*ny)
	for j := range ny {
		for i := range nx {
			points = append(points, g.x(i, nx), g.y(j, ny))
		}
	}
	return points
}

// x returns the centre of column i of nx.
func (g Grid) x(i, nx int) float64 {
	return g.X0 + (float64(i)+0.5)*(g.X1-g.X0)/float64(nx)
}

// y returns the centre of row j of ny.
func (g Grid) y(j, ny int) float64 {
	return g.Y0 + (float64(j)+0.5)*(g.Y1-g.Y0)/float64(ny)
}

// check tells why the grid cannot be drawn.
func (g Grid) check() error {
	w, h := g.X1-g.X0, g.Y1-g.Y0
	switch {
	case !finite(w) || !finite(h):
		return fmt.Errorf("grid [%g, %g] × [%g, %g] is not finite", g.X0, g.X1, g.Y0, g.Y1)
	case w <= 0 || h <= 0:
		return fmt.Errorf("grid [%g, %g] × [%g, %g] has no extent", g.X0, g.X1, g.Y0, g.Y1)
	case w > maxAspect*h || h > maxAspect*w:
		return fmt.Errorf("grid [%g, %g] × [%g, %g] is over %d times as long as wide",
			g.X0, g.X1, g.Y0, g.Y1, maxAspect)
	case g.NX < 0 || g.NY < 0:
		return fmt.Errorf("grid has %d × %d cells", g.NX, g.NY)
	}
	return nil
}

// Cover returns a Grid that shows all points, rows (x, y), with a margin of a
// twelfth of the longer side around them. The shorter side is widened where
// the window would otherwise be more than twice as long as wide.
func Cover(points []float64) (Grid, error) {
	g, err := cover(points)
	if err != nil {
		return Grid{}, fmt.Errorf("viz: cover: %w", err)
	}
	return g, nil
}

func cover(points []float64) (Grid, error) {
	if err := checkPoints("points", points); err != nil {
		return Grid{}, err
	}
	g := Grid{X0: points[0], X1: points[0], Y0: points[1], Y1: points[1]}
	for i := 0; i < len(points); i += 2 {
		g.X0, g.X1 = min(g.X0, points[i]), max(g.X1, points[i])
		g.Y0, g.Y1 = min(g.Y0, points[i+1]), max(g.Y1, points[i+1])
	}
	long := max(g.X1-g.X0, g.Y1-g.Y0)
	if long == 0 {
		long = 1
	}
	pad := func(a, b float64) (float64, float64) {
		m := max(long/12, (long/2-(b-a))/2)
		return a - m, b + m
	}
	g.X0, g.X1 = pad(g.X0, g.X1)
	g.Y0, g.Y1 = pad(g.Y0, g.Y1)
	return g, g.check()
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// checkPoints tells what is wrong with rows (x, y).
func checkPoints(what string, points []float64) error {
	if len(points) == 0 {
		return errors.New(what + ": no points")
	}
	if len(points)%2 != 0 {
		return fmt.Errorf("%s: %d numbers are no rows (x, y)", what, len(points))
	}
	for i, v := range points {
		if !finite(v) {
			return fmt.Errorf("%s: point %d is (%g, %g)", what, i/2, points[i&^1], points[i|1])
		}
	}
	return nil
}
