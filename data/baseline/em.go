package baseline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
)

// EM fits a mixture of normal densities with full covariances by expectation maximisation (Dempster, Laird and Rubin
// 1977), as scikit-learn's GaussianMixture does on standardised columns.
//
// A start is k-means from centres drawn by k-means++ (Arthur and Vassilvitskii 2007). A mixture has fewer components
// than asked for where the rows have fewer distinct values.
type EM struct {
	// Components are the numbers of components to choose among; none means 1. Those beyond the number of rows are left
	// out, but at least one must remain.
	Components []int
	// HeldOut is the share of rows, the last ones, that judges Components by their likelihood, above 0 and below 1: the
	// others fit each, then all rows fit the best. 0 judges by the BIC of all rows.
	HeldOut float64
	// Floor is what is added to the variances of standardised columns in each component; 0 means 1e-6. It bounds the
	// density of a component that shrinks to one row.
	Floor float64
	// Starts is the number of starts, of which the one with the highest likelihood is kept; 0 means 1.
	Starts int
	// Tol ends the steps when the mean of log p changes by less, in nats; 0 means 1e-3.
	Tol float64
	// MaxSteps ends them in any case; 0 means 100.
	MaxSteps int
}

func (e EM) withDefaults() EM {
	if len(e.Components) == 0 {
		e.Components = []int{1}
	}
	if e.Floor == 0 {
		e.Floor = 1e-6
	}
	if e.Starts == 0 {
		e.Starts = 1
	}
	if e.Tol == 0 {
		e.Tol = 1e-3
	}
	if e.MaxSteps == 0 {
		e.MaxSteps = 100
	}
	return e
}

func (e EM) check(rows int, rng *rand.Rand) error {
	if err := checkShare(e.HeldOut); err != nil {
		return err
	}
	if !(e.Floor > 0) || math.IsInf(e.Floor, 1) || !(e.Tol > 0) || e.Starts < 0 || e.MaxSteps < 0 {
		return fmt.Errorf("baseline: Floor %v, Tol %v, Starts %d, MaxSteps %d, want numbers above 0",
			e.Floor, e.Tol, e.Starts, e.MaxSteps)
	}
	if least := slices.Min(e.Components); least < 1 || least > rows {
		return fmt.Errorf("baseline: %d components, want from 1 to the %d rows", least, rows)
	}
	if rng == nil && slices.Max(e.Components) > 1 {
		return errors.New("baseline: several components start at random, want a *rand.Rand")
	}
	return nil
}

// Fit returns the mixture for the rows of x (rows, dim), at least two. One component needs no rng. A context that ends
// is an error that wraps the context's.
func (e EM) Fit(ctx context.Context, x *tensor.Dense, rng *rand.Rand) (*Mixture, error) {
	rows, scale, err := standardized(x)
	if err != nil {
		return nil, err
	}
	dim := scale.Dim()
	e = e.withDefaults()
	if err := e.check(len(rows)/dim, rng); err != nil {
		return nil, err
	}
	if e.HeldOut > 0 {
		return e.byHeldOut(ctx, rows, scale, rng)
	}
	var best *Mixture
	var tried []Trial
	for _, k := range e.Components {
		if k > len(rows)/dim {
			continue
		}
		s, err := e.fit(ctx, rows, dim, k, rng)
		if err != nil {
			return nil, err
		}
		m, err := describe(ctx, s, scale)
		if err != nil {
			return nil, err
		}
		tried = append(tried, Trial{k, m.BIC})
		if best == nil || m.BIC < best.BIC {
			best = m
		}
	}
	best.Tried = tried
	return best, nil
}

// byHeldOut chooses the number of components by the last rows.
func (e EM) byHeldOut(ctx context.Context, rows []float64, scale data.Standardize, rng *rand.Rand) (*Mixture, error) {
	dim := scale.Dim()
	fit, judge, err := split(rows, dim, e.HeldOut)
	if err != nil {
		return nil, err
	}
	var tried []Trial
	for _, k := range e.Components {
		if k > len(fit)/dim {
			continue
		}
		s, err := e.fit(ctx, fit, dim, k, rng)
		if err != nil {
			return nil, err
		}
		likelihood, err := s.mean(ctx, judge)
		if err != nil {
			return nil, err
		}
		tried = append(tried, Trial{k, -likelihood - scale.LogDet()})
	}
	if tried == nil {
		return nil, fmt.Errorf("baseline: %v components for the %d rows that are not held out, want fewer",
			e.Components, len(fit)/dim)
	}
	best := slices.MinFunc(tried, func(a, b Trial) int { return cmp.Compare(a.Score, b.Score) })
	s, err := e.fit(ctx, rows, dim, best.Components, rng)
	if err != nil {
		return nil, err
	}
	m, err := describe(ctx, s, scale)
	if err != nil {
		return nil, err
	}
	m.Tried = tried
	return m, nil
}

// fit returns the best of e's starts with k components.
func (e EM) fit(ctx context.Context, rows []float64, dim, k int, rng *rand.Rand) (*state, error) {
	var best *state
	for range e.Starts {
		labels, err := kmeans(ctx, rows, dim, k, rng)
		if err != nil {
			return nil, err
		}
		s := newState(rows, dim, e.Floor)
		if err := s.run(ctx, labels, e.Tol, e.MaxSteps); err != nil {
			return nil, err
		}
		if best == nil || s.likelihood > best.likelihood {
			best = s
		}
		if k == 1 {
			break // every start is the same
		}
	}
	return best, nil
}
