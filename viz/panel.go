package viz

// Panel tells the story of a flow in rows of four pictures:
//
//   - the mesh and draws from the base,
//   - both after the flow has carried them,
//   - the density of the flow's samples,
//   - the density of the data.
//
// All pictures show one window at one scale, and all densities share one colour map. A line of the mesh and a draw keep
// the colour of the direction in which they lay from the middle of the mesh before the flow carried them.
type Panel struct {
	// Mesh is the net drawn over the base.
	Mesh Mesh

	// Data are draws from the density the flow should learn, rows (x, y).
	Data []float64

	// Rows are the states of the flow to compare, top to bottom.
	Rows []Row

	// Window is what the pictures show, and the cells of the density estimates. The zero Grid covers the mesh and the
	// data.
	Window Grid

	// KDE smooths samples and data alike. A zero bandwidth is 0.4 of the geometric mean of Scott's two for Data, or a
	// cell of the window if that is more: the same in all directions and finer than the rule, which blurs thin curves.
	KDE KDE
}

// Row is a flow at one time of its training.
type Row struct {
	// Caption heads the row: "after 40 epochs, NLL 0.53".
	Caption string

	// Base are draws from the base and Samples what the flow makes of them, in the same order: rows (x, y).
	Base, Samples []float64

	// Mesh is Panel.Mesh.Points() carried by the flow.
	Mesh []float64
}

var _ Picture = Panel{}
