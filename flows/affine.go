package flows

import (
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// Affine is the block x = Loc + Scale ⊙ z, each dimension by itself:
//
//	log |det ∂x/∂z| = Σ ln Scale
//
// With Learn its numbers are the parameters "loc" and "log_scale", (1, dim) each. Otherwise they are saved with the
// model as "loc" and "scale", those that are not nil.
//
// Next to the data it is computed in float64, see [Flow]. But a learnt loc is a number of the flow's element type: one
// that is large against its Scale is better given by a Standardize between the Affine and the data.
type Affine struct {
	Loc   []float64 // of each dimension; nil is zeros
	Scale []float64 // of each dimension, positive; nil is ones
	Learn bool      // trains both, from Loc and Scale on
}

var _ Block = Affine{}

// Forward writes x = Loc + Scale ⊙ z.
func (b Affine) Forward(s *nn.Scope, z *graph.Node) (x, logDet *graph.Node) {
	loc, scale, logDet := b.rows(s, z)
	return stretched(z, loc, scale), logDet
}

// Inverse writes z = (x - Loc) / Scale.
func (b Affine) Inverse(s *nn.Scope, x *graph.Node) (z, logDet *graph.Node) {
	loc, scale, logDet := b.rows(s, x)
	return shrunk(x, loc, scale), graph.Neg(logDet)
}

// rows returns Loc and Scale (1, dim), each nil where there is none, and the log-determinant of Forward.
func (b Affine) rows(s *nn.Scope, like *graph.Node) (loc, scale, logDet *graph.Node) {
	checkFinite(like, "Affine: Loc", b.Loc)
	checkPositive(like, "Affine: Scale", b.Scale)
	if b.Learn {
		dim := like.Shape()[1]
		loc = s.Param("loc", startAt(b.Loc), 1, dim)
		logScale := s.Param("log_scale", startAt(logs(b.Scale)), 1, dim)
		return loc, graph.Exp(logScale), graph.SumCols(logScale)
	}
	loc, scale = savedRow(s, "loc", b.Loc), savedRow(s, "scale", b.Scale)
	return loc, scale, logStretch(scale, like)
}

// savedRow returns values as the state name (1, dim), nil for nil.
func savedRow(s *nn.Scope, name string, values []float64) *graph.Node {
	if values == nil {
		return nil
	}
	return s.State(name, startAt(values), 1, len(values))
}

// stretched returns loc + scale ⊙ z; nil leaves its operation out.
func stretched(z, loc, scale *graph.Node) *graph.Node {
	if scale != nil {
		z = graph.Mul(z, scale)
	}
	if loc != nil {
		z = graph.Add(z, loc)
	}
	return z
}

// shrunk returns (x - loc) / scale.
func shrunk(x, loc, scale *graph.Node) *graph.Node {
	if loc != nil {
		x = graph.Sub(x, loc)
	}
	if scale != nil {
		x = graph.Div(x, scale)
	}
	return x
}

// logStretch returns Σ ln scale.
func logStretch(scale, like *graph.Node) *graph.Node {
	if scale == nil {
		return graph.FillCols(like, 0, 1)
	}
	return graph.SumCols(graph.Log(scale))
}
