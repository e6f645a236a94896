// Package proposal draws points near others, and knows the density it draws them from: what importance sampling needs.
//
// What may enter this package: densities to propose from. It knows no model.
package proposal

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// Mixture is a density made of centres: with the probability 1 - Wide a normal density around one of them, whose
// covariance is theirs times the square of a bandwidth, and else a t distribution of three degrees of freedom over all of
// them, whose tails bound the weight of a point where nothing was near (Owen and Zhou 2000).
type Mixture struct {
	dim     int
	centres []float64
	wide    float64
	h       float64
	mean    []float64
	chol    [][]float64 // L of the covariance L Lᵀ
	logDet  float64     // of the covariance
}

// degrees of freedom of the wide part.
const degrees = 3

// New returns the mixture around centres, rows of so many columns, which may be one alone or all the same.
// The bandwidth is that of Scott (1992) for normal densities.
func New(dim int, centres []float64, wide float64) (*Mixture, error) {
	if dim < 1 || len(centres) == 0 || len(centres)%dim != 0 {
		return nil, fmt.Errorf("proposal: %d numbers, want rows of %d", len(centres), dim)
	}
	n := len(centres) / dim
	m := &Mixture{dim: dim, centres: centres, wide: wide, h: math.Pow(float64(n), -1/float64(dim+4)), mean: make([]float64, dim)}
	x := mat.NewDense(n, dim, centres)
	for j := range dim {
		m.mean[j] = stat.Mean(mat.Col(nil, j, x), nil)
	}
	covariance := mat.NewSymDense(dim, nil)
	if n > 1 {
		stat.CovarianceMatrix(covariance, x, nil)
	}
	const least = 1e-3 // of a variance: centres on a line, or a single one, leave some room around them
	for j := range dim {
		covariance.SetSym(j, j, covariance.At(j, j)*(1+1e-6)+least)
	}
	var c mat.Cholesky
	if !c.Factorize(covariance) {
		return nil, errors.New("proposal: the covariance of the centres is not finite")
	}
	m.logDet = c.LogDet()
	var l mat.TriDense
	c.LTo(&l)
	for i := range dim {
		row := make([]float64, i+1)
		for j := range row {
			row[j] = l.At(i, j)
		}
		m.chol = append(m.chol, row)
	}
	return m, nil
}

// Draw fills dst, of one row, with a draw.
func (m *Mixture) Draw(rng *rand.Rand, dst []float64) {
	scale, at := m.h, m.mean
	if rng.Float64() < m.wide {
		var chi float64
		for range degrees {
			e := rng.NormFloat64()
			chi += e * e
		}
		scale = math.Sqrt(degrees / chi)
	} else {
		k := rng.IntN(len(m.centres) / m.dim)
		at = m.centres[k*m.dim : (k+1)*m.dim]
	}
	e := make([]float64, m.dim)
	for i := range e {
		e[i] = rng.NormFloat64()
	}
	for i, row := range m.chol {
		var sum float64
		for j, l := range row {
			sum += l * e[j]
		}
		dst[i] = at[i] + scale*sum
	}
}

// LogProb returns the log-density of a row.
func (m *Mixture) LogProb(x []float64) float64 {
	d, n := float64(m.dim), float64(len(m.centres)/m.dim)
	work := make([]float64, m.dim)
	normal := -d/2*math.Log(2*math.Pi) - m.logDet/2 - d*math.Log(m.h) - math.Log(n) + math.Log1p(-m.wide)
	logs := make([]float64, 0, len(m.centres)/m.dim+1)
	for k := 0; k < len(m.centres); k += m.dim {
		logs = append(logs, normal-m.distance(x, m.centres[k:k+m.dim], work)/(2*m.h*m.h))
	}
	if m.wide > 0 {
		above, _ := math.Lgamma((degrees + d) / 2)
		below, _ := math.Lgamma(degrees / 2.0)
		logs = append(logs, math.Log(m.wide)+above-below-d/2*math.Log(degrees*math.Pi)-m.logDet/2-
			(degrees+d)/2*math.Log1p(m.distance(x, m.mean, work)/degrees))
	}
	return LogSumExp(logs)
}

// distance is the squared Mahalanobis distance of x from a point.
func (m *Mixture) distance(x, from, work []float64) (sum float64) {
	for i, row := range m.chol {
		v := x[i] - from[i]
		for j := range i {
			v -= row[j] * work[j]
		}
		work[i] = v / row[i]
		sum += work[i] * work[i]
	}
	return sum
}

// LogSumExp returns ln Σ exp v, -Inf of nothing.
func LogSumExp(logs []float64) float64 {
	top := math.Inf(-1)
	for _, v := range logs {
		top = max(top, v)
	}
	if math.IsInf(top, -1) {
		return top
	}
	var sum float64
	for _, v := range logs {
		sum += math.Exp(v - top)
	}
	return top + math.Log(sum)
}

// Effective returns the effective number of draws (Kong 1992), (Σ w)²/Σ w², of weights by their logarithms.
func Effective(logWeights []float64) float64 {
	twice := make([]float64, len(logWeights))
	for i, w := range logWeights {
		twice[i] = 2 * w
	}
	total := LogSumExp(logWeights)
	if math.IsInf(total, -1) {
		return 0
	}
	return math.Exp(2*total - LogSumExp(twice))
}
