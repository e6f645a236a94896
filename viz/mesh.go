package viz

import (
	"errors"
	"fmt"
)

// Mesh is a net of straight lines over [X0, X1] × [Y0, Y1]. Carried through a map of the plane its Points show how the
// map bends the plane.
type Mesh struct {
	X0, X1 float64
	Y0, Y1 float64

	// Lines is the number of lines in each direction. Zero means 21.
	Lines int

	// Per is the number of points along a line: a carried line is drawn through that many. Zero means 1024, since a map
	// that parts the plane in two stretches a piece of a line beyond all measure.
	Per int
}

func (m Mesh) lines() int {
	if m.Lines == 0 {
		return 21
	}
	return m.Lines
}

func (m Mesh) per() int {
	if m.Per == 0 {
		return 1024
	}
	return m.Per
}

// Points returns the points of the lines as 2·Lines·Per rows (x, y), flat: line after line, first the Lines horizontal
// ones from the lowest to the highest, then the vertical ones from left to right. A mesh with fewer than two lines or
// points on a line has none.
func (m Mesh) Points() []float64 {
	lines, per := m.lines(), m.per()
	if lines < 2 || per < 2 || checkCells("", 2*lines, per) != nil {
		return nil
	}
	at := func(a, b float64, i, n int) float64 {
		t := float64(i) / float64(n-1)
		return a*(1-t) + b*t
	}
	points := make([]float64, 0, 4*lines*per)
	for l := range lines {
		for i := range per {
			points = append(points, at(m.X0, m.X1, i, per), at(m.Y0, m.Y1, l, lines))
		}
	}
	for l := range lines {
		for i := range per {
			points = append(points, at(m.X0, m.X1, l, lines), at(m.Y0, m.Y1, i, per))
		}
	}
	return points
}

// check returns why the mesh cannot be drawn.
func (m Mesh) check() error {
	if m.lines() < 2 || m.per() < 2 {
		return errors.New("mesh: want two lines and two points on a line at least")
	}
	if err := (Grid{X0: m.X0, X1: m.X1, Y0: m.Y0, Y1: m.Y1, Stretch: true}).check(); err != nil {
		return fmt.Errorf("mesh: %w", err)
	}
	return checkCells("points of a mesh", 2*m.lines(), m.per())
}
