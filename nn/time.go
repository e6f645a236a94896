package nn

import (
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/internal/quote"
)

// Timed says how the linear maps of a network see the time: as columns (TimeColumns, Fourier), as gates and
// shifts (Squash, ConcatSquash, ConcatV2), or in the weights (Blend, Hyper).
type Timed interface {
	// Linear returns map number i of a network, counted from 0, as a layer with the settings of l.
	Linear(i int, l Linear) Layer
}

// TimeColumns feeds the time to a network as columns of its input. As a layer it puts those columns beside x (rows,
// dim).
//
// As an MLP's Time it decides what each linear map h ↦ [...]·W + b sees, h being the map's input and c the condition,
// where there is one:
//
//	             first map      all others
//	Ignore       [h, c]         h
//	Concat       [t, h, c]      [t, h]
//	ConcatLast   [h, t, c]      [h, t]
//	Tile         [t…t, h, c]    h
type TimeColumns string

// The ways to put the time beside x.
const (
	Ignore     TimeColumns = "ignore"      // not at all
	Concat     TimeColumns = "concat"      // one column in front (Grathwohl et al. 2019)
	ConcatLast TimeColumns = "concat last" // one column behind, as torchdyn's DepthCat does
	Tile       TimeColumns = "tile"        // dim columns in front (the TensorFlow Probability demo)
)

var (
	_ Layer = Concat
	_ Timed = Concat
)

// Apply returns [t, x] of shape (rows, 1+dim) for Concat, [x, t] for ConcatLast, [t … t, x] of shape (rows, 2 dim) for
// Tile and x for Ignore.
func (c TimeColumns) Apply(s *Scope, x *graph.Node) *graph.Node {
	switch c {
	case Ignore:
		return x
	case Concat:
		return graph.Concat(s.Time(), x)
	case ConcatLast:
		return graph.Concat(x, s.Time())
	case Tile:
		return graph.Concat(graph.RepeatCols(s.Time(), width(x)), x)
	}
	graph.Fail("time columns %s are unknown; want ignore, concat, concat last or tile", quote.Text(string(c)))
	return nil
}

// Linear returns the linear map that sees h with the time's columns, or h alone where the kind feeds the time to the
// first map only.
func (c TimeColumns) Linear(i int, l Linear) Layer {
	if c == Ignore || c == Tile && i > 0 {
		return l
	}
	return timedLinear{c, l, c == ConcatLast}
}

// timedLinear is a linear map of an input with time columns in front of it, or behind.
type timedLinear struct {
	time   Layer // puts the columns there
	linear Linear
	behind bool
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
	if !l.behind {
		j.from += width(in) - width(x)
	}
	return y, j
}
