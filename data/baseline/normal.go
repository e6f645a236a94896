package baseline

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"
)

// normal is a weighted normal density by the Cholesky factor of its covariance.
type normal struct {
	mean  []float64
	lower []float64 // L with LLᵀ the covariance, row by row, and 1/Lᵢᵢ on the diagonal
	log   float64   // of the weight times the density at the mean
}

// newNormal factorises a covariance (dim, dim).
func newNormal(weight float64, mean []float64, cov *mat.SymDense) (normal, error) {
	dim := len(mean)
	var c mat.Cholesky
	if !c.Factorize(cov) {
		return normal{}, errors.New("baseline: a covariance is not positive definite, want a larger Floor")
	}
	var l mat.TriDense
	c.LTo(&l)
	n := normal{mean: mean, lower: make([]float64, dim*dim), log: math.Log(weight) - float64(dim)/2*math.Log(2*math.Pi)}
	for i := range dim {
		for j := range i {
			n.lower[i*dim+j] = l.At(i, j)
		}
		n.lower[i*dim+i] = 1 / l.At(i, i)
		n.log -= math.Log(l.At(i, i))
	}
	return n, nil
}

// logProb returns log(weight · density) at z. y is memory for dim numbers.
func (n *normal) logProb(z, y []float64) float64 {
	n.whiten(z, y)
	var square float64
	for _, v := range y {
		square += v * v
	}
	return n.log - square/2
}

// whiten writes L⁻¹(z - mean) to y.
func (n *normal) whiten(z, y []float64) {
	dim := len(n.mean)
	for i := range dim {
		row := n.lower[i*dim : i*dim+i+1]
		v := z[i] - n.mean[i]
		for j, l := range row[:i] {
			v -= l * y[j]
		}
		y[i] = v * row[i]
	}
}
