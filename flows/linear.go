package flows

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// Linear is the block that mixes the dimensions by an invertible matrix A, for row vectors x and z:
//
//	x = z A,   z = x A⁻¹,   log |det ∂x/∂z| = log |det A|
//
// [Whiten] finds one for rows. A is no parameter: it and its inverse are states, "matrix" and "inverse", which belong
// together.
type Linear struct {
	Matrix []float64 // A (dim, dim), row-major
}

var _ Block = Linear{}

// Forward writes x = z A.
func (b Linear) Forward(s *nn.Scope, z *graph.Node) (x, logDet *graph.Node) {
	matrix, _, l := b.matrices(s, z)
	return graph.MatMul(z, matrix), graph.FillCols(z, l, 1)
}

// Inverse writes z = x A⁻¹.
func (b Linear) Inverse(s *nn.Scope, x *graph.Node) (z, logDet *graph.Node) {
	_, inverse, l := b.matrices(s, x)
	return graph.MatMul(x, inverse), graph.FillCols(x, -l, 1)
}

// matrices returns A, A⁻¹ and log |det A|.
func (b Linear) matrices(s *nn.Scope, like *graph.Node) (matrix, inverse *graph.Node, logDet float64) {
	dim := like.Shape()[1]
	if len(b.Matrix) != dim*dim {
		graph.Fail("Linear: Matrix has %d numbers, want %d, %d for each dimension", len(b.Matrix), dim*dim, dim)
	}
	for i, v := range b.Matrix {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			graph.Fail("Linear: Matrix[%d] is %v, want a finite number", i, v)
		}
	}
	var lu mat.LU
	lu.Factorize(mat.NewDense(dim, dim, b.Matrix))
	var back mat.Dense
	if err := lu.SolveTo(&back, false, eye(dim)); err != nil {
		graph.Fail("Linear: Matrix has no inverse to trust: %w", err)
	}
	logDet, _ = lu.LogDet()
	matrix = s.State("matrix", startAt(b.Matrix), dim, dim)
	inverse = s.State("inverse", startAt(back.RawMatrix().Data), dim, dim)
	return matrix, inverse, logDet
}

func eye(dim int) *mat.DiagDense {
	d := mat.NewDiagDense(dim, nil)
	for i := range dim {
		d.SetDiag(i, 1)
	}
	return d
}
