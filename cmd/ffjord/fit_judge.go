package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distmv"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/baseline"
	"github.com/go-ffjord/ffjord/flows/model"
)

// Bounds on the rows that figures are computed from, so that these do not take longer than the training.
const (
	judgedRows  = 20000 // of the test, and of the training rows whose quantiles are kept
	mixtureRows = 20000
	kernelRows  = 5000
	kernelTests = 4000
)

// judge measures the model on the test rows beside other densities of the same columns, transformed in the same way, and
// keeps the quantiles of the log-densities of training rows, by which rows are told to be usual.
func (j *job) judge(a *app, m *model.Model, began time.Time) error {
	train, err := first(j.parts.Train, judgedRows)
	if err != nil {
		return err
	}
	usual, err := m.LogProb(a.ctx, train)
	if err != nil {
		return err
	}
	if m.About.LogProb, err = model.NewQuantiles(usual.LogProb, 1000); err != nil {
		return err
	}
	test, err := first(j.parts.Test, judgedRows)
	if err != nil {
		return err
	}
	scores, err := m.LogProb(a.ctx, test)
	if err != nil {
		return err
	}
	if m.About.TestLogProb, err = meanOf(scores.LogProb); err != nil {
		return fmt.Errorf("the test rows: %w", err)
	}
	ctx := a.ctx
	if left := j.left(began); left > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, left)
		defer stop()
	}
	for _, other := range j.others() {
		logp, err := j.otherwise(ctx, other, test)
		switch {
		case a.ctx.Err() != nil:
			return context.Cause(a.ctx)
		case err != nil:
			j.notes = append(j.notes, data.Note{Column: "", Text: fmt.Sprintf("no figure of the %s: %v", other.name, err)})
			continue
		}
		b, err := compare(other.name, scores.LogProb, logp)
		if err != nil {
			return err
		}
		m.About.Baselines = append(m.About.Baselines, b)
	}
	return nil
}

// first returns the first rows of a table, whose order is random, up to most.
func first(t data.Table, most int) (data.Table, error) {
	if t.Len() <= most {
		return t, nil
	}
	places := make([]int, most)
	for i := range places {
		places[i] = i
	}
	return t.Take(places...)
}

// meanOf returns the mean of numbers with its standard error, of those that are finite.
func meanOf(values []float64) (model.Mean, error) {
	finite := slices.DeleteFunc(slices.Clone(values), func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
	if len(finite) < 2 {
		return model.Mean{}, fmt.Errorf("%d of %d have a finite log-density, want at least 2", len(finite), len(values))
	}
	mean, std := stat.MeanStdDev(finite, nil)
	return model.Mean{Mean: mean, StdErr: std / math.Sqrt(float64(len(finite)))}, nil
}

// compare pairs log-densities of the same rows, of which others may be fewer.
func compare(name string, flow, others []float64) (model.Baseline, error) {
	b := model.Baseline{Name: name}
	gains := slices.Clone(flow[:len(others)])
	floats.Sub(gains, others)
	var err error
	if b.Mean, err = meanOf(others); err != nil {
		return b, fmt.Errorf("the %s: %w", name, err)
	}
	b.Gain, err = meanOf(gains)
	return b, err
}

// other is a density to compare with.
type other struct {
	name        string
	rows, tests int // at most
	fit         func(ctx context.Context, x *tensor.Dense) (data.LogProber, error)
	// given returns the density of the columns from dim on, the condition's, whose log is then subtracted. It is nil for
	// a density that is given the condition already.
	given func(p data.LogProber, dim int) (data.LogProber, error)
}

// others are the densities that a flow should beat.
func (j *job) others() []other {
	normal := other{"normal density", mixtureRows, judgedRows,
		func(_ context.Context, x *tensor.Dense) (data.LogProber, error) { return baseline.Gaussian{}.Fit(x) }, conditionsOf}
	mixture := other{"mixture", mixtureRows, judgedRows,
		func(ctx context.Context, x *tensor.Dense) (data.LogProber, error) {
			em := baseline.EM{Components: []int{1, 2, 4, 8, 16, 32}, HeldOut: 0.1, Floor: 1e-3}
			return em.Fit(ctx, x, rand.New(rand.NewPCG(j.Seed, 2)))
		}, conditionsOf}
	given := 0
	if len(j.given.Columns) > 0 {
		given = j.given.Dim()
	}
	kernels := other{"kernel density", kernelRows, kernelTests,
		func(ctx context.Context, x *tensor.Dense) (data.LogProber, error) {
			return baseline.Kernel{HeldOut: 0.1, Given: given}.Fit(ctx, x)
		}, nil}
	return []other{mixture, kernels, normal}
}

// otherwise fits another density to the training rows and returns its log-densities of the first test rows, in the units
// of the table.
func (j *job) otherwise(ctx context.Context, of other, test data.Table) ([]float64, error) {
	train, err := first(j.parts.Train, of.rows)
	if err != nil {
		return nil, err
	}
	x, err := j.rowsOf(train, rand.New(rand.NewPCG(j.Seed, 3)))
	if err != nil {
		return nil, err
	}
	p, err := of.fit(ctx, x)
	if err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			err = errors.New("the budget left no time for it")
		}
		return nil, err
	}
	if test, err = first(test, of.tests); err != nil {
		return nil, err
	}
	z, err := j.rowsOf(test, nil)
	if err != nil {
		return nil, err
	}
	_, logDet, err := j.x.Apply(test, nil)
	if err != nil {
		return nil, err
	}
	logp, err := data.LogProbs(p, z)
	if err != nil {
		return nil, err
	}
	floats.Add(logp, logDet)
	if len(j.given.Columns) == 0 || of.given == nil {
		return logp, nil
	}
	alone, err := of.given(p, j.x.Dim())
	if err != nil {
		return nil, err
	}
	width := j.joint.Dim()
	for i, row := range slices.Collect(slices.Chunk(z.Float64s(), width)) {
		logp[i] -= alone.LogProb(row[j.x.Dim():])
	}
	return logp, nil
}

// conditionsOf returns the marginal density of the columns from dim on under p, a mixture of normal densities of all
// columns.
func conditionsOf(p data.LogProber, dim int) (data.LogProber, error) {
	joint, ok := p.(*baseline.Mixture)
	if !ok {
		return nil, fmt.Errorf("a %T, want a mixture", p)
	}
	var m marginal
	for k, mean := range joint.Means {
		var keep []int
		for i := dim; i < len(mean); i++ {
			keep = append(keep, i)
		}
		all, ok := distmv.NewNormal(mean, joint.Covariances[k], nil)
		if !ok {
			return nil, errors.New("a covariance that is not positive")
		}
		part, ok := all.MarginalNormal(keep, nil)
		if !ok {
			return nil, errors.New("a covariance that is not positive")
		}
		m.parts, m.logs = append(m.parts, part), append(m.logs, math.Log(joint.Weights[k]))
	}
	return m, nil
}

// marginal is a mixture of normal densities.
type marginal struct {
	parts []*distmv.Normal
	logs  []float64 // of the weights
}

func (m marginal) LogProb(x []float64) float64 {
	terms := slices.Clone(m.logs)
	for k, part := range m.parts {
		terms[k] += part.LogProb(x)
	}
	return floats.LogSumExp(terms)
}
