package flows

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/place"
)

// Whiten returns the blocks next to the data that give rows (rows, dim) like these mean 0, deviation 1 and no
// correlation on their way to the base, so that a field before them need not learn what a matrix can say: z = (x - μ)/σ
// R^(-½), with the symmetric root, which leaves every column as near to itself as can be.
//
// R is the matrix of correlations, shrunk towards none, R = (1-ρ) S + ρ I: by ρ = shrink, or as far as so many rows and
// columns ask for, where that is more, by the oracle approximating estimator of Chen, Wiesel, Eldar and Hero (2010,
// equation 23). No direction is stretched by more than 1/√ρ then. Columns of one value are an error, and so are two
// rows or fewer.
func Whiten(rows *tensor.Dense, shrink float64) (Chain, error) {
	table, err := tableOf(rows, width(rows), "rows")
	if err != nil {
		return nil, place.In("flows: whiten", err)
	}
	if !(shrink >= 0 && shrink <= 1) {
		return nil, fmt.Errorf("flows: whiten: the correlations are to be shrunk by %v, want a number from 0 to 1",
			shrink)
	}
	if table.rows < 3 {
		return nil, inputError("rows", rows, "flows: whiten: %d rows, want 3 or more", table.rows)
	}
	scale, values, err := standardizeOf(table)
	if err != nil {
		return nil, place.In("flows: whiten", err)
	}
	n, dim := float64(table.rows), table.cols
	r := mat.NewSymDense(dim, nil)
	r.SymOuterK(1/n, mat.NewDense(table.rows, dim, values).T())
	shorten(r, max(shrink, oracle(r, n)))
	var eigen mat.EigenSym
	if !eigen.Factorize(r, true) {
		return nil, fmt.Errorf("flows: whiten: the correlations of %d columns have no eigenvalues", dim)
	}
	var q, root mat.Dense
	eigen.VectorsTo(&q)
	roots := mat.NewDiagDense(dim, eigen.Values(nil))
	for i := range dim {
		λ := roots.At(i, i)
		if !(λ > 1e-12) {
			return nil, fmt.Errorf("flows: whiten: columns follow from others: the least eigenvalue of their correlations "+
				"is %.2g", λ)
		}
		roots.SetDiag(i, math.Sqrt(λ))
	}
	root.Mul(&q, roots)
	root.Mul(&root, q.T())
	return Chain{Linear{Matrix: root.RawMatrix().Data}, scale}, nil
}

// width returns the columns of a matrix, 0 of what is none.
func width(rows *tensor.Dense) int {
	if rows == nil || rows.Dims() != 2 {
		return 0
	}
	return rows.Shape()[1]
}

// standardizeOf returns the block that standardises a table, and what it makes of the rows.
func standardizeOf(t table) (Standardize, []float64, error) {
	at := func(i int) float64 { return t.f64[i] }
	if t.f32 != nil {
		at = func(i int) float64 { return float64(t.f32[i]) }
	}
	n := float64(t.rows)
	fit := Standardize{Mean: make([]float64, t.cols), Std: make([]float64, t.cols)}
	values := make([]float64, t.rows*t.cols)
	for j := range t.cols {
		for i := j; i < len(values); i += t.cols {
			fit.Mean[j] += at(i) / n
		}
		for i := j; i < len(values); i += t.cols {
			values[i] = at(i) - fit.Mean[j]
			fit.Std[j] += values[i] * values[i] / n
		}
		std := math.Sqrt(fit.Std[j])
		if !(std > 1e-14*math.Abs(fit.Mean[j])) || math.IsInf(std, 1) {
			return fit, nil, fmt.Errorf("column %d has mean %g and deviation %g, want finite numbers that are not all "+
				"the same", j, fit.Mean[j], std)
		}
		fit.Std[j] = std
		for i := j; i < len(values); i += t.cols {
			values[i] /= std
		}
	}
	return fit, values, nil
}

// oracle returns how far correlations S of n rows are to be shrunk,
//
//	ρ = min(1, ((1 - 2/p) tr S² + (tr S)²) / ((n + 1 - 2/p) (tr S² - (tr S)²/p)))
func oracle(s *mat.SymDense, n float64) float64 {
	p := s.SymmetricDim()
	var square float64 // tr S²
	for i := range p {
		for j := range p {
			square += s.At(i, j) * s.At(i, j)
		}
	}
	trace, two := float64(p), 2/float64(p)
	below := (n + 1 - two) * (square - trace*trace/float64(p))
	if !(below > 0) {
		return 1
	}
	return min(1, ((1-two)*square+trace*trace)/below)
}

// shorten moves correlations towards none by the share ρ.
func shorten(s *mat.SymDense, ρ float64) {
	p := s.SymmetricDim()
	for i := range p {
		for j := i + 1; j < p; j++ {
			s.SetSym(i, j, (1-ρ)*s.At(i, j))
		}
	}
}
