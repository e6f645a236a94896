package toy

import "github.com/go-ffjord/ffjord/data"

// Density is a distribution of which everything is known: it can be drawn, and its density, its entropy and the width
// of its rows are there.
type Density interface {
	Distribution
	data.LogProber
	Entropier
	// Dim returns the width of a row.
	Dim() int
}
