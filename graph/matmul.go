package graph

import (
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// MatMul returns the matrix product of a (n, k) and b (k, m), shape (n, m).
func MatMul(a, b *Node) *Node {
	checkMatrix("MatMul", a, b)
	if k, l := extents(a)[1], extents(b)[0]; k != l {
		fail("MatMul", []*Node{a, b}, "the inner lengths %d and %d differ", k, l)
	}
	return matMul("MatMul", a, b, false, false)
}

// matMul returns the product of two matrices, one of which may be transposed.
func matMul(op string, a, b *Node, transA, transB bool) *Node {
	r := recipeKey{OpMatMul, transA, transB, a.Type(), b.Type()}.find(func() *Node { return sampleProduct(a, transA, transB) })
	rows, inner := ordered(extents(a), transA)
	innerB, cols := ordered(extents(b), transB)
	if inner == innerB && a.Type() == b.Type() {
		if n := r.node(a.Type(), tensor.Shape{rows, cols}, []*Node{a, b}); n != nil {
			return n
		}
	}
	n, err := gorgonia.ApplyOp(r.op, a, b)
	if err != nil {
		fail(op, []*Node{a, b}, "%w", err)
	}
	return checkInputs(op, n, a, b)
}

// ordered returns the rows and columns of a matrix, transposed or not.
func ordered(s tensor.Shape, transposed bool) (rows, cols int) {
	if transposed {
		return s[1], s[0]
	}
	return s[0], s[1]
}

// sampleProduct returns a product of matrices of the element type of like. Gorgonia makes products of transposed
// matrices only in derivatives.
func sampleProduct(like *Node, transA, transB bool) *Node {
	g := gorgonia.NewGraph()
	in := make(gorgonia.Nodes, 3)
	for i := range in {
		in[i] = gorgonia.NewMatrix(g, like.Dtype(), gorgonia.WithShape(2, 2), gorgonia.WithName(string(rune('a'+i))))
	}
	product := gorgonia.Must(gorgonia.Mul(in[0], in[1]))
	if !transA && !transB {
		return product
	}
	gradients, err := product.Op().(gorgonia.SDOp).SymDiff(in[:2], product, in[2])
	switch {
	case err != nil:
		fail("MatMul", in, "%w", err)
	case transB:
		return gradients[0] // in[2] × in[1]ᵀ
	}
	return gradients[1] // in[0]ᵀ × in[2]
}

// Transpose returns aᵀ, shape (m, n) for a of shape (n, m).
func Transpose(a *Node) *Node { return apply("Transpose", transpose{}, a) }
