package baseline

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/go-ffjord/ffjord/internal/logsum"
)

// often is after how many rows a loop looks at its context.
const often = 64

// state is EM on standardised rows.
type state struct {
	rows  []float64
	dim   int
	floor float64

	weights []float64
	parts   []normal
	covs    []*mat.SymDense

	likelihood float64 // the mean of log p over the rows, of these parts
	steps      int
	converged  bool
}

func newState(rows []float64, dim int, floor float64) *state {
	return &state{rows: rows, dim: dim, floor: floor}
}

// sums are what an expectation step adds up for one component, about a centre: r, r δ and r δδᵀ of δ = z - centre.
type sums struct {
	centre, first []float64
	second        []float64 // (dim, dim), on and below the diagonal
	r             float64
}

func newSums(centre []float64) sums {
	return sums{centre: centre, first: make([]float64, len(centre)), second: make([]float64, len(centre)*len(centre))}
}

// add takes a row with responsibility r; δ is memory for dim numbers.
func (s *sums) add(z []float64, r float64, δ []float64) {
	s.r += r
	for i, c := range s.centre {
		δ[i] = z[i] - c
		s.first[i] += r * δ[i]
		row, rδ := s.second[i*len(δ):i*len(δ)+i+1], r*δ[i]
		for j := range row {
			row[j] += rδ * δ[j]
		}
	}
}

// run starts with each row in the component of its label and takes steps until the likelihood settles.
func (s *state) run(ctx context.Context, labels []int, tol float64, maxSteps int) error {
	all := make([]sums, slices.Max(labels)+1)
	for k := range all {
		all[k] = newSums(make([]float64, s.dim))
	}
	δ := make([]float64, s.dim)
	for i, k := range labels {
		all[k].add(s.rows[i*s.dim:(i+1)*s.dim], 1, δ)
	}
	if err := s.maximise(ctx, all); err != nil {
		return err
	}
	last := math.Inf(-1)
	for s.steps = 0; len(s.parts) > 1 && s.steps < maxSteps && !s.converged; s.steps++ {
		all, likelihood, err := s.expect(ctx)
		if err != nil {
			return err
		}
		if err := s.maximise(ctx, all); err != nil {
			return err
		}
		s.converged = math.Abs(likelihood-last) < tol
		last = likelihood
	}
	s.converged = s.converged || len(s.parts) == 1 // in closed form
	var err error
	s.likelihood, err = s.mean(ctx, s.rows)
	return err
}

// expect adds up the rows by the components that they may come from, and returns the mean of log p.
func (s *state) expect(ctx context.Context) ([]sums, float64, error) {
	all := make([]sums, len(s.parts))
	for k := range all {
		all[k] = newSums(s.parts[k].mean)
	}
	logs, memory := make([]float64, len(s.parts)), make([]float64, s.dim)
	var total float64
	n := 0
	for z := range slices.Chunk(s.rows, s.dim) {
		if n++; n%often == 0 && ctx.Err() != nil {
			return nil, 0, fmt.Errorf("baseline: %w", ctx.Err())
		}
		sum := logsum.New()
		for k := range s.parts {
			logs[k] = s.parts[k].logProb(z, memory)
			sum.Add(logs[k], 1)
		}
		l := sum.Log()
		total += l
		for k := range all {
			if r := math.Exp(logs[k] - l); r > 0 {
				all[k].add(z, r, memory)
			}
		}
	}
	return all, total / float64(n), nil
}

// maximise makes the components of the sums. One that no row belongs to is left out.
func (s *state) maximise(ctx context.Context, all []sums) error {
	all = slices.DeleteFunc(all, func(c sums) bool { return c.r == 0 })
	rows := float64(len(s.rows) / s.dim)
	s.weights, s.parts, s.covs = nil, nil, nil
	for _, c := range all {
		if ctx.Err() != nil {
			return fmt.Errorf("baseline: %w", ctx.Err())
		}
		mean, cov := make([]float64, s.dim), mat.NewSymDense(s.dim, nil)
		for i := range mean {
			mean[i] = c.centre[i] + c.first[i]/c.r
			for j := range i + 1 {
				cov.SetSym(i, j, c.second[i*s.dim+j]/c.r-c.first[i]/c.r*c.first[j]/c.r)
			}
			cov.SetSym(i, i, max(0, cov.At(i, i))+s.floor)
		}
		part, err := newNormal(c.r/rows, mean, cov)
		if err != nil {
			return err
		}
		s.weights, s.parts, s.covs = append(s.weights, c.r/rows), append(s.parts, part), append(s.covs, cov)
	}
	return nil
}

// mean is the mean of log p over rows.
func (s *state) mean(ctx context.Context, rows []float64) (float64, error) {
	y := make([]float64, s.dim)
	var total float64
	n := 0
	for z := range slices.Chunk(rows, s.dim) {
		if n++; n%often == 0 && ctx.Err() != nil {
			return 0, fmt.Errorf("baseline: %w", ctx.Err())
		}
		total += logProb(s.parts, z, y)
	}
	return total / float64(n), nil
}
