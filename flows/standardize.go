package flows

import (
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// Standardize is the block that gives data mean 0 and deviation 1 on their way to the base, z = (x - Mean) / Std, each
// dimension by itself:
//
//	log |det ∂z/∂x| = -Σ ln Std
//
// A fit of package data is one by conversion, flows.Standardize(fit). As a block it is part of the model: densities are
// those of the data as they are, and "mean" and "std", those that are not nil, are saved with the parameters.
// Next to the data it is computed in float64, see [Flow]: a column of 1e8 ± 1 keeps its digits in a flow of float32.
type Standardize struct {
	Mean []float64 // of each dimension; nil is zeros
	Std  []float64 // of each dimension, positive; nil is ones
}

var _ Block = Standardize{}

// Forward writes x = Mean + Std ⊙ z.
func (b Standardize) Forward(s *nn.Scope, z *graph.Node) (x, logDet *graph.Node) {
	mean, std := b.rows(s, z)
	return stretched(z, mean, std), logStretch(std, z)
}

// Inverse writes z = (x - Mean) / Std.
func (b Standardize) Inverse(s *nn.Scope, x *graph.Node) (z, logDet *graph.Node) {
	mean, std := b.rows(s, x)
	return shrunk(x, mean, std), graph.Neg(logStretch(std, x))
}

// rows returns Mean and Std (1, dim), each nil where there is none.
func (b Standardize) rows(s *nn.Scope, like *graph.Node) (mean, std *graph.Node) {
	checkFinite(like, "Standardize: Mean", b.Mean)
	checkPositive(like, "Standardize: Std", b.Std)
	return savedRow(s, "mean", b.Mean), savedRow(s, "std", b.Std)
}
