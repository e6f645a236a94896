package flows

import (
	"math"

	"github.com/go-ffjord/ffjord/graph"
)

// FieldPenalty names a regulariser of the field f with the Jacobian J = ∂f/∂z. "mean" is over the dim columns of a row,
// so that a weight means the same in any dimension.
type FieldPenalty string

// The regularisers of RNODE (Finlay et al. 2020), with the factors of its code, so that its coefficients carry over.
const (
	// Kinetic is the kinetic energy ½ mean f².
	Kinetic FieldPenalty = "kinetic"
	// Frobenius is ‖J‖²_F / dim. Beside an estimated trace it is the estimate mean (Jε)², averaged over the trace's
	// probes: E ‖Jε‖² = ‖J‖²_F = E ‖εᵀJ‖², of which RNODE takes the latter, and Jε is in the graph for the trace
	// already. Beside an exact trace it is exact, and has its products in the graph too. Beside a trace in closed form
	// it is the only one to need them, dim of them: training may take twenty times as long as without it, and an
	// estimated trace less.
	Frobenius FieldPenalty = "frobenius"
	// Directional is ½ mean (fᵀJ)², the gradient of ½ ‖f‖² with respect to z.
	Directional FieldPenalty = "directional"
	// TotalDerivative is ½ mean (fᵀJ + ∂f/∂t)².
	TotalDerivative FieldPenalty = "total_derivative"
)

// Acceleration is ½ mean (J f + ∂f/∂t)², where J f + ∂f/∂t = d²z/dt² is zero on straight lines that are passed at a
// steady speed. It is what TotalDerivative would be with J f for fᵀJ; the two are equal where J is symmetric.
const Acceleration FieldPenalty = "acceleration"

// The regularisers of the code of Grathwohl et al. (2019). Norms of zero come out as 1e-12, with a derivative of zero.
const (
	// L1 is mean |f|.
	L1 FieldPenalty = "l1"
	// L2 is ‖f‖ / √dim.
	L2 FieldPenalty = "l2"
	// DirectionalNorm is ‖fᵀJ‖ / √dim.
	DirectionalNorm FieldPenalty = "directional_norm"
	// JacobianNorm is ‖J‖_F / dim, exact beside any trace: the root of an estimate would be too small on average.
	JacobianNorm FieldPenalty = "jacobian_norm"
)

var _ Regularizer = Kinetic

// Rate writes the penalty's rate at one time.
func (p FieldPenalty) Rate(d Dynamics) *graph.Node {
	dim := float64(d.Dim())
	switch p {
	case Kinetic:
		return energy(d.F)
	case Frobenius:
		return graph.Scale(d.frobenius(d.Probes), 1/dim)
	case Directional:
		return energy(d.VJP(d.F))
	case TotalDerivative:
		return energy(graph.Add(d.VJP(d.F), d.TimeDerivative()))
	case Acceleration:
		return energy(d.Acceleration())
	case L1:
		return graph.Scale(graph.SumCols(graph.Abs(d.F)), 1/dim)
	case L2:
		return graph.Scale(norm(d.F), 1/math.Sqrt(dim))
	case DirectionalNorm:
		return graph.Scale(norm(d.VJP(d.F)), 1/math.Sqrt(dim))
	case JacobianNorm:
		return graph.Scale(root(d.frobenius(nil)), 1/dim)
	}
	graph.Fail("penalty %q is unknown; want kinetic, frobenius, directional, total_derivative, acceleration, "+
		"l1, l2, directional_norm or jacobian_norm", string(p))
	return nil
}

// frobenius returns ‖J‖²_F: the mean of ‖Jε‖² over probes ε or, where there are none, Σ_d ‖J e_d‖² over unit vectors.
func (d Dynamics) frobenius(probes []*graph.Node) *graph.Node {
	var sum *graph.Node
	for _, e := range probes {
		sum = add(sum, squares(d.JVP(e)))
	}
	if len(probes) > 0 {
		return graph.Scale(sum, 1/float64(len(probes)))
	}
	for i := range d.Dim() {
		sum = add(sum, squares(d.JVP(unit(d.Z, i))))
	}
	return sum
}

// squares returns ‖v‖² of every row.
func squares(v *graph.Node) *graph.Node { return graph.SumCols(graph.Square(v)) }

// energy returns ½ mean v² of every row.
func energy(v *graph.Node) *graph.Node { return graph.Scale(squares(v), 0.5/float64(v.Shape()[1])) }

func norm(v *graph.Node) *graph.Node { return root(squares(v)) }

// root returns √a, kept off 0 so that it has a derivative there.
func root(a *graph.Node) *graph.Node {
	const tiny = 1e-12
	return graph.Sqrt(graph.Shift(a, tiny*tiny))
}
