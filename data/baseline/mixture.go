package baseline

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/internal/logsum"
)

var _ data.LogProber = (*Mixture)(nil)

// Mixture is a fitted mixture of normal densities, one for a [Gaussian]:
//
//	p(x) = Σ Weights[k] N(x; Means[k], Covariances[k])
type Mixture struct {
	// Weights, Means (components, dim) and Covariances, in the units of the rows, are for reading.
	Weights     []float64
	Means       [][]float64
	Covariances []*mat.SymDense

	// LogLikelihood is the mean of log p over the rows it was fitted to, in nats, and BIC the Bayesian information
	// criterion (Schwarz 1978), -2 Σ log p + parameters · log rows: less is better.
	LogLikelihood, BIC float64
	// Converged reports whether EM ended by its tolerance, after so many Steps.
	Converged bool
	Steps     int
	// Flat is in how many directions, over all components, the floor is more than half of the variance: more than 0
	// tells of fewer rows than columns, of columns that depend on each other, or of a component on a few rows.
	Flat int
	// Tried has, where Components are to choose among, each with its score, the lowest of which was chosen.
	Tried []Trial

	scale data.Standardize
	parts []normal // in standardised units
}

// Trial is a number of components and what judged it: the BIC, or the mean of -log p over the rows that were held out.
type Trial struct {
	Components int
	Score      float64
}

// Dim returns the width of a row.
func (m *Mixture) Dim() int { return m.scale.Dim() }

// LogProb returns log p(x) in nats of one row x of length Dim(); it panics for another length.
func (m *Mixture) LogProb(x []float64) float64 {
	z := standardize(m.scale, x)
	return logProb(m.parts, z, make([]float64, len(z))) + m.scale.LogDet()
}

// logProb is log Σ of the parts at z, with memory y for dim numbers.
func logProb(parts []normal, z, y []float64) float64 {
	sum := logsum.New()
	for k := range parts {
		sum.Add(parts[k].logProb(z, y), 1)
	}
	return sum.Log()
}

// describe makes a fitted mixture of what EM ended with, in standardised units.
func describe(ctx context.Context, s *state, scale data.Standardize) (*Mixture, error) {
	m := &Mixture{
		Weights: s.weights, Converged: s.converged, Steps: s.steps, scale: scale, parts: s.parts,
		LogLikelihood: s.likelihood + scale.LogDet(),
	}
	dim := scale.Dim()
	for k, cov := range s.covs {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("baseline: %w", ctx.Err())
		}
		mean, raw := make([]float64, dim), mat.NewSymDense(dim, nil)
		for i := range dim {
			mean[i] = s.parts[k].mean[i]*scale.Std[i] + scale.Mean[i]
			for j := range i + 1 {
				raw.SetSym(i, j, cov.At(i, j)*scale.Std[i]*scale.Std[j])
			}
		}
		m.Means, m.Covariances = append(m.Means, mean), append(m.Covariances, raw)
		m.Flat += flat(cov, s.floor)
	}
	rows := float64(len(s.rows) / dim)
	m.BIC = -2*rows*m.LogLikelihood + parameters(len(s.parts), dim)*math.Log(rows)
	return m, nil
}

// parameters counts the free numbers of a mixture: weights that add to 1, means, covariances.
func parameters(components, dim int) float64 {
	return float64(components-1) + float64(components*dim) + float64(components*dim*(dim+1))/2
}

// flat counts the directions of a covariance whose variance is less than twice the floor that was added to it.
func flat(cov *mat.SymDense, floor float64) (n int) {
	var e mat.EigenSym
	if !e.Factorize(cov, false) {
		return 0
	}
	for _, v := range e.Values(nil) {
		if v < 2*floor {
			n++
		}
	}
	return n
}
