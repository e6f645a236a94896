package flows

import (
	"fmt"

	"github.com/go-ffjord/ffjord/graph"
)

// Trace writes the trace of a field's Jacobian, tr(∂f/∂z), or an estimate of it, into a graph: a column (rows, 1) from
// z and f, both (rows, dim).
type Trace interface {
	Trace(g *graph.Graph, z, f *graph.Node) *graph.Node
}

// Noisy is a Trace that uses noise of its own. The noise is drawn once for every call of the flow and block, before
// anything is solved, and stays fixed over the solve.
type Noisy interface {
	Trace
	// Inputs returns the names of the inputs per row that Trace declares for the noise, each of the state's width.
	Inputs() []string
	// Draw fills dst with the noise of one row, input after input. It is called for every row in the order of the rows,
	// block after block from the base to the data.
	Draw(dst []float64)
}

// Sampled is a Noisy trace that is the mean of several estimates, and so knows its error.
type Sampled interface {
	Noisy
	// Each writes the estimates, one for each input, side by side (rows, estimates).
	Each(g *graph.Graph, z, f *graph.Node) *graph.Node
	// StdErr returns the standard error of the mean of one row's estimates, or of their integrals over time, for a
	// state of width dim.
	StdErr(each []float64, dim int) float64
}

// Exact is the exact trace, by one Jacobian-vector product for each dimension.
type Exact struct{}

var _ Trace = Exact{}

// Trace writes Σ_d ∂f_d/∂z_d. Where the graph has no room for so many products it fails before it writes them all.
func (Exact) Trace(g *graph.Graph, z, f *graph.Node) *graph.Node {
	var sum *graph.Node
	dim := z.Shape()[1]
	for d := range dim {
		before := g.Size()
		if term := diagonal(z, f, d); term != nil {
			sum = add(sum, term)
		}
		if d == 1 { // all later ones are as large as the second
			g.Reserve(fmt.Sprintf("the exact trace of %d columns", dim), (dim-2)*(g.Size()-before), estimateInstead)
		}
	}
	if sum == nil {
		return graph.FillCols(z, 0, 1)
	}
	return sum
}

// estimateInstead is what to do about an exact trace that is too large.
const estimateInstead = "take flows.Auto or flows.Hutchinson for the Trace"

// diagonal returns ∂f_d/∂z_d, nil where the field does not depend on z.
func diagonal(z, f *graph.Node, d int) *graph.Node {
	column := graph.JVP([]*graph.Node{f}, []*graph.Node{z}, []*graph.Node{unit(z, d)})[0]
	if column == nil || z.Shape()[1] == 1 {
		return column
	}
	return graph.SliceCols(column, d, d+1)
}

// unit returns the unit vector e_d for every row of z.
func unit(z *graph.Node, d int) *graph.Node {
	one := graph.FillCols(z, 1, 1)
	if dim := z.Shape()[1]; dim > 1 {
		return graph.PadCols(one, d, dim)
	}
	return one
}

// add returns the sum of two nodes, of which the first may be nil.
func add(sum, term *graph.Node) *graph.Node {
	if sum == nil {
		return term
	}
	return graph.Add(sum, term)
}
