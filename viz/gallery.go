package viz

// Gallery shows many small pictures of one window at one scale, in strips one below the other: what a flow makes of
// each of its conditions, say.
type Gallery struct {
	// Window is what all pictures show, and the cells of the densities.
	Window Grid

	// Strips are shown top to bottom.
	Strips []Strip

	// Top is the value at the end of the colour scale of all densities, which starts at 0; higher ones take its colour.
	// Zero means the highest of all.
	Top float64
}

// Strip is a row of pictures, of points or of densities but not both.
type Strip struct {
	// Caption heads the strip. It may be empty.
	Caption string

	// Titles stand above the pictures, one for each. Nil means none.
	Titles []string

	// Points are the points of each picture, rows (x, y).
	Points [][]float64

	// From is where the points came from, in the same order: a point has the colour of the direction in which it lay
	// from (0, 0) then. Nil leaves all points in one colour.
	From [][]float64

	// Densities are the values of each picture at Gallery.Window.Points().
	Densities [][]float64
}

// len returns the number of pictures.
func (s Strip) len() int { return max(len(s.Points), len(s.Densities)) }

var _ Picture = Gallery{}
