package nn

import (
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// Timed says how the linear maps of a network see the time: as columns (Ignore, Concat, Tile, Fourier), as gates and
// shifts (Squash, ConcatSquash, ConcatV2), or in the weights (Blend, Hyper).
type Timed interface {
	// Linear returns map number i of a network, counted from 0, as a layer with the settings of l.
	Linear(i int, l Linear) Layer
}

// TimeColumns feeds the time to a network as columns of its input. As a layer it puts those columns in front of x.
type TimeColumns string

// The ways to put the time in front of x (rows, dim).
const (
	Ignore TimeColumns = "ignore" // not at all
	Concat TimeColumns = "concat" // one column, in front of every linear map's input (Grathwohl et al. 2019)
	Tile   TimeColumns = "tile"   // dim columns, in front of the first linear map's input only (the TensorFlow Probability demo)
)

var (
	_ Layer = Concat
	_ Timed = Concat
)

// Apply returns [t, x] of shape (rows, 1+dim) for Concat, [t ... t, x] of shape (rows, 2 dim) for Tile and x for
// Ignore.
func (c TimeColumns) Apply(s *Scope, x *graph.Node) *graph.Node {
	switch c {
	case Ignore:
		return x
	case Concat:
		return graph.Concat(s.Time(), x)
	case Tile:
		return graph.Concat(graph.RepeatCols(s.Time(), width(x)), x)
	}
	graph.Fail("nn: time columns %s are unknown; want ignore, concat or tile", quote.Text(string(c)))
	return nil
}

// Linear returns the linear map that sees [t, h], or h alone where the kind feeds the time to the first map only.
func (c TimeColumns) Linear(i int, l Linear) Layer {
	if c == Ignore || c == Tile && i > 0 {
		return l
	}
	return timedLinear{c, l}
}

// timedLinear is a linear map of an input with time columns in front.
type timedLinear struct {
	time   Layer // puts the columns there
	linear Linear
}

var _ Traced = timedLinear{}

func (l timedLinear) Apply(s *Scope, x *graph.Node) *graph.Node {
	y, _ := l.affine(s, x)
	return y
}

func (l timedLinear) ApplyTraced(s *Scope, x *graph.Node) (y, trace *graph.Node) {
	return applyTraced(l, s, x)
}

func (l timedLinear) affine(s *Scope, x *graph.Node) (*graph.Node, slope) {
	in := l.time.Apply(s, x)
	y, j := l.linear.sized(x).affine(s, in)
	j.from += width(in) - width(x)
	return y, j
}
