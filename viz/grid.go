package viz

import (
	"errors"
	"fmt"
	"math"

	"github.com/go-ffjord/ffjord/internal/limit"
)

// cellsPerSide is the number of cells along the longer side of a Grid that names none.
const cellsPerSide = 200

// maxAspect is the largest ratio between the sides of a window with one unit for both axes: a longer one would be a
// hairline.
const maxAspect = 20

// maxCells is the most cells of a Grid, and the most points of a Mesh: half a gigabyte of values.
const maxCells = 1 << 26

// LimitError says that a picture would take more memory than any use of it can justify, and what takes it.
type LimitError = limit.Error

// Grid cuts the window [X0, X1] × [Y0, Y1] of the plane into NX × NY equal cells. Values on a grid are kept in the
// order of [Grid.Points].
//
// When one of NX and NY is zero it is chosen so that the cells come as near to squares, on the picture, as can be; when
// both are, the longer side gets 200 cells.
type Grid struct {
	X0, X1 float64
	Y0, Y1 float64
	NX, NY int

	// Stretch gives each axis a unit of its own, so that the picture is a square: for columns that differ in unit. False
	// means one unit for both, so that circles are round.
	Stretch bool

	// ClockX and ClockY say of the numbers of an axis that they are times. Zero is of others.
	ClockX, ClockY Clock
}

// Size returns the numbers of columns and rows, with zeros filled in.
func (g Grid) Size() (nx, ny int) {
	nx, ny = g.NX, g.NY
	w, h := g.shape()
	if !(w > 0) || !(h > 0) {
		return nx, ny
	}
	scale := func(n int, ratio float64) int {
		return int(max(1, min(maxCells+1, math.Round(float64(n)*ratio))))
	}
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

// shape returns the sides of the picture, up to a common factor.
func (g Grid) shape() (w, h float64) {
	w, h = g.X1-g.X0, g.Y1-g.Y0
	if g.Stretch && w > 0 && h > 0 {
		return 1, 1
	}
	return w, h
}

// Cell returns the area of one cell. With p the density at Points, Σ p · Cell is the midpoint rule for its integral
// over the window.
func (g Grid) Cell() float64 {
	nx, ny := g.Size()
	return (g.X1 - g.X0) / float64(nx) * (g.Y1 - g.Y0) / float64(ny)
}

// Points returns the centres of the cells as NX·NY rows (x, y), flat: x runs fastest and upwards, y slowest and
// upwards. They are what a flow evaluates in one batch of shape (NX·NY, 2). A grid without cells, or with more than
// 2²⁶, has no points.
func (g Grid) Points() []float64 {
	nx, ny := g.Size()
	if nx <= 0 || ny <= 0 || checkCells("", nx, ny) != nil {
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

// check returns why the grid cannot be drawn.
func (g Grid) check() error {
	if err := checkSpan(g.X0, g.X1); err != nil {
		return fmt.Errorf("grid: x: %w", err)
	}
	if err := checkSpan(g.Y0, g.Y1); err != nil {
		return fmt.Errorf("grid: y: %w", err)
	}
	w, h := g.shape()
	switch {
	case w > maxAspect*h || h > maxAspect*w:
		return fmt.Errorf("grid %v is over %d times as long as wide; Stretch gives each axis a unit of its own", g, maxAspect)
	case g.NX < 0 || g.NY < 0:
		return fmt.Errorf("grid has %d × %d cells", g.NX, g.NY)
	}
	nx, ny := g.Size()
	return checkCells("cells of a grid", nx, ny)
}

// checkCells returns an error where nx·ny is beyond maxCells.
func checkCells(what string, nx, ny int) error {
	cells := float64(nx) * float64(ny)
	return limit.Check(what, int64(min(cells, math.MaxInt64/2)), maxCells, "of them", "")
}

// String writes the window.
func (g Grid) String() string { return fmt.Sprintf("[%g, %g] × [%g, %g]", g.X0, g.X1, g.Y0, g.Y1) }

// Cover returns a Grid that shows all points, rows (x, y), with a margin of a twelfth of the longer side around them.
// The shorter side is widened where the window would otherwise be more than twice as long as wide. Where one column is
// more than 20 times as wide as the other, they differ in unit: the Grid is one to [Grid.Stretch], with a margin of a
// twelfth of each side.
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
	w, h := g.X1-g.X0, g.Y1-g.Y0
	g.Stretch = w > 0 && h > 0 && (w > maxAspect*h || h > maxAspect*w)
	long := max(w, h)
	if long == 0 {
		long = max(1, 1e-6*math.Abs(g.X0), 1e-6*math.Abs(g.Y0))
	}
	pad := func(a, b float64) (float64, float64) {
		m := max(long/12, (long/2-(b-a))/2)
		if g.Stretch {
			m = (b - a) / 12
		}
		m = max(m, 10*leastSpan*math.Abs(a), 10*tiniest) // where the length is all rounding
		return a - m, b + m
	}
	g.X0, g.X1 = pad(g.X0, g.X1)
	g.Y0, g.Y1 = pad(g.Y0, g.Y1)
	w, h = g.X1-g.X0, g.Y1-g.Y0
	g.Stretch = g.Stretch || w > maxAspect*h || h > maxAspect*w
	return g, g.check()
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// checkPoints returns what is wrong with rows (x, y).
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
