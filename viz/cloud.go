package viz

import "image"

// cloud draws the points of picture i of a strip, in one colour or in those of the directions that they came from.
func (a axes) cloud(s Strip, i int) *image.RGBA {
	const opacity = 0.6
	radius := 0.007 * float64(min(a.box.Dx(), a.box.Dy())) // 1.3 pixels in a row of ten

	hue := newHues(Mesh{}) // around (0, 0)
	layer, colour := a.sketch(), rgb(soft)
	points := s.Points[i]
	for j := 0; j < len(points); j += 2 {
		if s.From != nil {
			colour = hue.of(hue.dot, s.From[i][j], s.From[i][j+1])
		}
		layer.dot(points[j], points[j+1], radius, opacity, colour)
	}
	return layer.img
}
