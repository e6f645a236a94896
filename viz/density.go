package viz

// Density compares a learnt log-density with the true one on one grid, in one colour scale.
type Density struct {
	// Caption heads the picture. It may be empty.
	Caption string

	// Grid is where the log-densities are known.
	Grid Grid

	// Learnt and True are log-densities in nats at Grid.Points(). An impossible point has -Inf. True may be nil where
	// nobody knows it.
	Learnt, True []float64

	// Ratio adds a picture of log p_learnt - log p_true, from -3 to 3 nats. Values below the colour scale count as its
	// lower end, so that nothing is said of places where both densities vanish.
	Ratio bool

	// Depth is the length of the colour scale in nats. It ends at the highest value of True, or of Learnt where there
	// is no True; values beyond an end take its colour. Zero means 8.
	Depth float64
}

var _ Picture = Density{}
