package model

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/baseline"
	"github.com/go-ffjord/ffjord/data/score"
	"github.com/go-ffjord/ffjord/optim"
)

// Detector tells how strange rows are by two densities, each of which misses what the other finds. A flow sees
// combinations of values that no usual row has, but hardly how far out a row lies in a direction in which usual rows
// are spread. Kernels on the usual rows see which rows lie far from all of them, but little of which values go
// together.
type Detector struct {
	model          *Model
	kernels        *baseline.KernelDensity
	flow, distance usual
}

// mostKernels is how many learnt rows a Detector keeps.
const mostKernels = 5000

// NewDetector returns the Detector of a model. It takes the rows that the model has learnt, of which it keeps up to
// 5000, drawn by the model's Seed, and at least 10 usual rows that the model has not learnt, by which it tells what is
// usual: rows that a model has learnt have higher densities than others. A model of a density given a condition has no
// Detector.
func NewDetector(ctx context.Context, m *Model, learnt, heldOut data.Table) (*Detector, error) {
	if len(m.Given.Columns) > 0 {
		return nil, errors.New("model: detector: want a model without a condition")
	}
	rng := rand.New(optim.Stream(m.About.Seed, "detector", 0, 0))
	z, _, bad, err := m.X.ApplyEach(learnt, rng) // blurred, or a column that is discrete may have one value
	if err != nil {
		return nil, err
	}
	kept := rng.Perm(learnt.Len())
	for _, row := range bad {
		kept = slices.DeleteFunc(kept, func(i int) bool { return i == row.Row })
	}
	if z, err = data.Take(z, kept[:min(len(kept), mostKernels)]...); err != nil {
		return nil, fmt.Errorf("model: detector: rows that were learnt: %w", err)
	}
	d := &Detector{model: m}
	if d.kernels, err = (baseline.Kernel{HeldOut: 0.2}).Fit(ctx, z); err != nil {
		return nil, fmt.Errorf("model: detector: %w", err)
	}
	logp, distance, err := d.logProbs(ctx, heldOut)
	if err != nil {
		return nil, err
	}
	if d.flow, err = newUsual(logp); err != nil {
		return nil, err
	}
	d.distance, err = newUsual(distance)
	return d, err
}

// Strangeness returns for every row of the table how far its log-density lies below the usual rows' median, as a
// multiple of how far their lower quartile does, by the density that makes it stranger:
//
//	s(x) = max over p of (median - log p(x)) / (median - lower quartile)
//
// By each density half of the usual rows are below 0 and a quarter above 1. It is NaN of rows that have no log-density:
// [Model.LogProb] says why.
func (d *Detector) Strangeness(ctx context.Context, of data.Table) ([]float64, error) {
	logp, distance, err := d.logProbs(ctx, of)
	if err != nil {
		return nil, err
	}
	for i := range logp {
		logp[i] = max(d.flow.below(logp[i]), d.distance.below(distance[i]))
	}
	return logp, nil
}

// logProbs returns the log-densities of rows by the flow, and by the kernels of what the flow is given.
func (d *Detector) logProbs(ctx context.Context, of data.Table) (flow, kernels []float64, err error) {
	scores, err := d.model.LogProb(ctx, of)
	if err != nil {
		return nil, nil, err
	}
	z, _, _, err := d.model.X.ApplyEach(of, nil)
	if err != nil {
		return nil, nil, err
	}
	rows, err := data.Float64s(z)
	if err != nil {
		return nil, nil, fmt.Errorf("model: detector: %w", err)
	}
	for row := range slices.Chunk(rows, d.kernels.Dim()) {
		if err := ctx.Err(); err != nil {
			return nil, nil, fmt.Errorf("model: detector: %w", err)
		}
		kernels = append(kernels, d.kernels.LogProb(row))
	}
	return scores.LogProb, kernels, nil
}

// usual is what log-densities of usual rows are.
type usual struct{ median, width float64 }

func newUsual(logp []float64) (usual, error) {
	logp = slices.DeleteFunc(slices.Clone(logp), math.IsNaN)
	const least = 10
	if len(logp) < least {
		return usual{}, fmt.Errorf("model: detector: %d held-out rows that have a log-density, want %d at least", len(logp), least)
	}
	q, err := score.Quantiles(logp, 0.25, 0.5)
	if err != nil {
		return usual{}, fmt.Errorf("model: detector: %w", err)
	}
	if !(q[1] > q[0]) {
		return usual{}, errors.New("model: detector: the held-out rows have one log-density, want rows that differ")
	}
	return usual{q[1], q[1] - q[0]}, nil
}

// below returns how far a log-density lies below the median, in widths.
func (u usual) below(logp float64) float64 { return (u.median - logp) / u.width }
