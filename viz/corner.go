package viz

// Corner shows rows of several columns by each column alone and by all pairs of them: on the diagonal a histogram of
// every column, below it the rows by two columns. Data are grey; draws from a model that is to be compared with them are
// blue lines, on the diagonal a histogram too, and below it around half of the draws and around nine tenths of them,
// where they lie closest together.
//
// Each column's axis holds the middle 99 of 100 data, or draws where there are no data; rows beyond are not shown.
type Corner struct {
	// Caption heads the picture. It may be empty.
	Caption string
	// Names are those of the columns, from 1 to 12 of them.
	Names []string
	// Clocks say which columns hold times, one for each column, zero of others. Nil is of none.
	Clocks []Clock
	// Data are rows with a number for each column, flat. Nil shows draws alone, as points.
	Data []float64
	// Samples are draws from a model, of the same width. Nil shows data alone.
	Samples []float64
	// Bins of the histograms. Zero means 30.
	Bins int
}

var _ Picture = Corner{}
