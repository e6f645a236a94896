package viz

import (
	"image"
	"image/color"
	"math"
)

// hues colour points by their direction from the middle of a mesh.
type hues struct {
	mesh      Mesh
	dot, line *table
}

func newHues(m Mesh) hues {
	return hues{m, wheel(0.7), wheel(0.58)}
}

// of returns the colour in t of a point's direction.
func (h hues) of(t *table, x, y float64) color.RGBA {
	const steps = 48 // few enough for a line to change its colour seldom
	angle := math.Atan2(y-(h.mesh.Y0+h.mesh.Y1)/2, x-(h.mesh.X0+h.mesh.X1)/2)
	k := int(math.Round(angle/(2*math.Pi)*steps)) + steps
	return t[k%steps*shades/steps]
}

// net draws samples and the lines of the mesh where they are now, in the
// colours of where they began.
func (h hues) net(a axes, meshFrom, meshNow, from, now []float64) *image.RGBA {
	const radius, opacity, width = 1.9, 0.5, 1.7

	s := a.sketch()
	for i := 0; i < len(now); i += 2 {
		s.dot(now[i], now[i+1], radius, opacity, h.of(h.dot, from[i], from[i+1]))
	}
	per := h.mesh.per()
	colours := make([]color.RGBA, per-1)
	for l := 0; l < len(meshNow); l += 2 * per {
		for i := range colours {
			q := meshFrom[l+2*i:][:4]
			colours[i] = h.of(h.line, (q[0]+q[2])/2, (q[1]+q[3])/2)
		}
		s.line(meshNow[l:l+2*per], colours, width)
	}
	return s.img
}
