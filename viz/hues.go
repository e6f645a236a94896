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
	angle := math.Atan2(offset(y, h.mesh.Y0, h.mesh.Y1), offset(x, h.mesh.X0, h.mesh.X1))
	k := int(math.Round(angle/(2*math.Pi)*steps)) + steps
	return t[k%steps*shades/steps]
}

// offset returns how far v lies from the middle of [a, b], in lengths of it; from a, if the length is zero.
func offset(v, a, b float64) float64 {
	if a == b {
		return v - a
	}
	return (v - (a+b)/2) / (b - a)
}

// torn reports whether a map has stretched a piece of a line, given by its two ends (x, y), so far that its course between
// them is unknown: it is long enough to be seen and many times as long as before. A straight line would cut across places
// where the carried line never is.
func torn(a axes, from, to []float64) bool {
	const seen, stretched = 1. / 24, 40
	length := func(p []float64) float64 { return math.Hypot(a.x(p[2])-a.x(p[0]), a.y(p[3])-a.y(p[1])) }
	now := length(to)
	return now > seen*float64(max(a.box.Dx(), a.box.Dy())) && now > stretched*length(from)
}

// net draws samples and the lines of the mesh where they are now, in the colours of where they began.
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
			if torn(a, q, meshNow[l+2*i:][:4]) {
				colours[i] = color.RGBA{}
			}
		}
		s.line(meshNow[l:l+2*per], colours, width)
	}
	return s.img
}
