package graph

import "gorgonia.org/gorgonia"

// MatMul returns the matrix product of a (n, k) and b (k, m), shape (n, m).
func MatMul(a, b *Node) *Node {
	checkMatrix("MatMul", a, b)
	if k, l := a.Shape()[1], b.Shape()[0]; k != l {
		fail("MatMul", []*Node{a, b}, "the inner lengths %d and %d differ", k, l)
	}
	n, err := gorgonia.Mul(a, b)
	if err != nil {
		fail("MatMul", []*Node{a, b}, "%w", err)
	}
	return checkInputs("MatMul", n, a, b)
}

// Transpose returns aᵀ, shape (m, n) for a of shape (n, m).
func Transpose(a *Node) *Node { return apply("Transpose", transpose{}, a) }
