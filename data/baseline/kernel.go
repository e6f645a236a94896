package baseline

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/internal/logsum"
)

var _ data.LogProber = (*KernelDensity)(nil)

// Rule makes a bandwidth of the number of rows n and the width d.
type Rule string

const (
	Scott     Rule = ""          // n^(-1/(d+4)) (Scott 1992)
	Silverman Rule = "silverman" // (n (d+2)/4)^(-1/(d+4)) (Silverman 1986)
)

func (r Rule) bandwidth(n, d float64) (float64, error) {
	switch r {
	case Scott:
		return math.Pow(n, -1/(d+4)), nil
	case Silverman:
		return math.Pow(n*(d+2)/4, -1/(d+4)), nil
	}
	return 0, fmt.Errorf("baseline: no rule for bandwidths is called %q, want Scott or Silverman", string(r))
}

// Kernel fits a density of one normal kernel on each row:
//
//	p(x) = 1/n Σ N(x; xᵢ, h² S)
//
// where S has the variances of the columns, as scikit-learn's KernelDensity on standardised columns, or their full
// covariance.
type Kernel struct {
	// Full takes the full covariance, with n - 1 degrees of freedom, as SciPy's gaussian_kde; columns must not depend
	// on each other then.
	Full bool
	// Bandwidth is h, in deviations; 0 takes the one of Rule.
	Bandwidth float64
	Rule      Rule
	// HeldOut is the share of rows, the last ones, that choose h by their likelihood from what it would be without,
	// times 1/16 to 4 in steps of √2; all rows are kernels then. 0 does not choose.
	HeldOut float64
	// Given is the number of columns, the last ones, that are a condition c: the density, by which HeldOut chooses too,
	// is that of the others given them (Rosenblatt 1969),
	//
	//	p(x|c) = Σ N((x, c); (xᵢ, cᵢ), h² S) / Σ N(c; cᵢ, h² S_c)
	//
	// and its rows are still those of all columns.
	Given int
}

// KernelDensity is a fitted kernel density. Its LogProb takes time by the number of rows it was fitted to.
type KernelDensity struct {
	Bandwidth float64 // h

	scale  data.Standardize
	whiten normal    // to coordinates in which the kernel is h² I, the condition's first
	rows   []float64 // in those
	given  int       // columns of the condition
	log    float64   // log of the density of one kernel of weight 1/n at its centre, without a weight where there is a condition
}

// Fit returns the density for the rows of x (rows, dim), at least two. The context is asked where HeldOut chooses.
func (k Kernel) Fit(ctx context.Context, x *tensor.Dense) (*KernelDensity, error) {
	rows, scale, err := standardized(x)
	if err != nil {
		return nil, err
	}
	if err := checkShare(k.HeldOut); err != nil {
		return nil, err
	}
	if !(k.Bandwidth >= 0) || math.IsInf(k.Bandwidth, 1) {
		return nil, fmt.Errorf("baseline: Bandwidth %v, want one above 0, or 0 for the rule's", k.Bandwidth)
	}
	dim := scale.Dim()
	if k.Given < 0 || k.Given >= dim {
		return nil, fmt.Errorf("baseline: Given %d of %d columns, want at least one that is no condition", k.Given, dim)
	}
	for z := range slices.Chunk(rows, dim) {
		conditionFirst(z, k.Given)
	}
	whiten, err := k.shape(rows, dim)
	if err != nil {
		return nil, err
	}
	for z := range slices.Chunk(rows, dim) {
		y := make([]float64, dim)
		whiten.whiten(z, y)
		copy(z, y)
	}
	h := k.Bandwidth
	if h == 0 {
		if h, err = k.Rule.bandwidth(float64(len(rows)/dim), float64(dim)); err != nil {
			return nil, err
		}
	}
	if k.HeldOut > 0 {
		if h, err = choose(ctx, rows, dim, k.Given, h, k.HeldOut); err != nil {
			return nil, err
		}
	}
	d := &KernelDensity{Bandwidth: h, scale: scale, whiten: whiten, rows: rows, given: k.Given}
	for i := k.Given; i < dim; i++ {
		d.log += math.Log(whiten.lower[i*dim+i]) - math.Log(h) - math.Log(2*math.Pi)/2 - math.Log(scale.Std[i-k.Given])
	}
	if k.Given == 0 {
		d.log -= math.Log(float64(len(rows) / dim))
	}
	return d, nil
}

// conditionFirst puts the last columns of a row, those of the condition, in front of the others.
func conditionFirst(row []float64, given int) {
	c := slices.Clone(row[len(row)-given:])
	copy(row[given:], row)
	copy(row, c)
}

// shape returns a normal density of the kernels' shape S about 0, in standardised units.
func (k Kernel) shape(rows []float64, dim int) (normal, error) {
	cov := mat.NewSymDense(dim, nil)
	if k.Full {
		all, δ := newSums(make([]float64, dim)), make([]float64, dim)
		for z := range slices.Chunk(rows, dim) {
			all.add(z, 1, δ)
		}
		for i := range dim {
			for j := range i + 1 {
				cov.SetSym(i, j, all.second[i*dim+j]/(all.r-1))
			}
		}
	} else {
		for i := range dim {
			cov.SetSym(i, i, 1)
		}
	}
	var c mat.Cholesky
	// Beyond 1e12 the variance of a direction is rounding.
	if !c.Factorize(cov) || c.Cond() > 1e12 {
		return normal{}, errors.New(
			"baseline: columns depend on each other, or are as many as rows: want Full to be false, or other columns")
	}
	return newNormal(1, make([]float64, dim), cov)
}

// choose returns the bandwidth, of those that [Kernel] names, that gives the rows held out the highest likelihood.
func choose(ctx context.Context, rows []float64, dim, given int, h, share float64) (float64, error) {
	fit, judge, err := split(rows, dim, share)
	if err != nil {
		return 0, err
	}
	best, most := h, math.Inf(-1)
	for e := -8; e <= 4; e++ {
		try := h * math.Pow(2, float64(e)/2)
		total := -float64(dim-given) * math.Log(try) * float64(len(judge)/dim)
		for z := range slices.Chunk(judge, dim) {
			if ctx.Err() != nil {
				return 0, fmt.Errorf("baseline: %w", ctx.Err())
			}
			total += kernels(fit, z, given, try)
		}
		if total > most {
			best, most = try, total
		}
	}
	return best, nil
}

// kernels is log Σ exp(-|z - rowᵢ|²/2h²), less the same of the first columns alone where these are given.
func kernels(rows, z []float64, given int, h float64) float64 {
	all, conditions := logsum.New(), logsum.New()
	dim, factor := len(z), -1/(2*h*h)
	for i := 0; i < len(rows); i += dim {
		row := rows[i : i+dim]
		c := factor * square(z[:given], row[:given])
		conditions.Add(c, 1)
		all.Add(c+factor*square(z[given:], row[given:]), 1)
	}
	if given == 0 {
		return all.Log()
	}
	return all.Log() - conditions.Log()
}

// Dim returns the width of a row.
func (d *KernelDensity) Dim() int { return d.scale.Dim() }

// LogProb returns log p(x), or log p(x|c), in nats of one row of length Dim(); it panics for another length.
func (d *KernelDensity) LogProb(x []float64) float64 {
	z := standardize(d.scale, x)
	conditionFirst(z, d.given)
	y := make([]float64, len(z))
	d.whiten.whiten(z, y)
	return kernels(d.rows, y, d.given, d.Bandwidth) + d.log
}
