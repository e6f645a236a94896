package flows

import "github.com/go-ffjord/ffjord/graph"

// Penalty is a regulariser with its weight. Training adds Weight times the mean over rows of
//
//	r = ∫ rate dt over |T1 - T0|
//
// to the loss.
type Penalty struct {
	Of     Regularizer
	Weight float64
}

// Regularizer writes the rate of a penalty into a graph: a column (rows, 1), not negative.
type Regularizer interface {
	Rate(d Dynamics) *graph.Node
}

// Dynamics is what a regulariser sees of a block's field at one time.
type Dynamics struct {
	Graph  *graph.Graph
	T      *graph.Node   // the time (rows, 1)
	Z      *graph.Node   // the state (rows, dim)
	F      *graph.Node   // dz/dt (rows, dim)
	Probes []*graph.Node // the noise of the block's trace, each (rows, dim); none where the trace is exact
}

// Dim returns the width of the state.
func (d Dynamics) Dim() int { return d.Z.Shape()[1] }

// JVP returns J v for v (rows, dim), with J = ∂f/∂z.
func (d Dynamics) JVP(v *graph.Node) *graph.Node { return d.push(v, nil) }

// VJP returns uᵀ J for u (rows, dim).
func (d Dynamics) VJP(u *graph.Node) *graph.Node {
	return orZeros(graph.VJP([]*graph.Node{d.F}, []*graph.Node{u}, []*graph.Node{d.Z})[0], d.F)
}

// TimeDerivative returns ∂f/∂t.
func (d Dynamics) TimeDerivative() *graph.Node { return d.push(nil, graph.FillCols(d.T, 1, 1)) }

// Acceleration returns d²z/dt² = J f + ∂f/∂t.
func (d Dynamics) Acceleration() *graph.Node { return d.push(d.F, graph.FillCols(d.T, 1, 1)) }

// push returns J z + ∂f/∂t·t for tangents z (rows, dim) and t (rows, 1), nil being zero. It names both variables: in a
// solver's stage the state is itself computed from the time, and what that contributes is no part of ∂f/∂t.
func (d Dynamics) push(z, t *graph.Node) *graph.Node {
	return orZeros(graph.JVP([]*graph.Node{d.F}, []*graph.Node{d.Z, d.T}, []*graph.Node{z, t})[0], d.F)
}

func orZeros(n, like *graph.Node) *graph.Node {
	if n == nil {
		return graph.Fill(like, 0)
	}
	return n
}
