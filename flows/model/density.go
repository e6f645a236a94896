package model

import (
	"context"
	"errors"
	"math"
	"slices"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
)

// Scores are the log-densities of rows of a table.
type Scores struct {
	// LogProb has log p of every row, in nats and in the table's own units: log p(x), or log p(x|c) where columns are
	// given. It is NaN of a row that has none.
	LogProb []float64
	// StdErr has the standard error of each, which an estimated trace leaves. Nil is exact.
	StdErr []float64
	// Missing counts the values that a row misses, in the columns that the model looks at. Where values were missing in
	// the training rows the row has a log-density all the same.
	Missing []int
	// Bad says of rows that have no log-density why, in their order: a *[data.ValueError] of a value that can't be
	// taken, a *[flows.RowError] of a solve that failed.
	Bad []error
}

// LogProb returns the log-density of every row of the table. Columns are found by name, and others are ignored. A
// discrete column counts with the density in the middle of its step, so that a row's log-density does not depend on the
// other rows. With an estimated trace it also depends on the row's place in the table, and on nothing else.
func (m *Model) LogProb(ctx context.Context, of data.Table) (Scores, error) {
	return m.LogProbAt(ctx, of, 0)
}

// LogProbAt is [Model.LogProb] of rows from a larger table, the first of which has that place in it: where a trace is
// estimated their noise depends on that.
func (m *Model) LogProbAt(ctx context.Context, of data.Table, first int) (Scores, error) {
	z, logDet, bad, err := m.X.ApplyEach(of, nil)
	if err != nil {
		return Scores{}, err
	}
	flow := density(m.Flow)
	if len(m.Given.Columns) > 0 {
		c, _, none, err := m.Given.ApplyEach(of, nil)
		if err != nil {
			return Scores{}, err
		}
		flow, bad = m.Flow.Given(c), append(bad, none...)
	}
	s := Scores{Missing: m.missing(of)}
	err = m.logProb(ctx, flow, z, first, &s)
	failed := (*flows.SolveError)(nil)
	switch {
	case errors.As(err, &failed) && len(s.LogProb) == len(logDet):
		for _, row := range failed.Rows {
			s.Bad = append(s.Bad, row)
		}
	case err != nil:
		return Scores{}, err
	}
	for i := range logDet {
		s.LogProb[i] += logDet[i]
	}
	for _, row := range bad {
		s.LogProb[row.Row] = math.NaN()
		if s.StdErr != nil {
			s.StdErr[row.Row] = math.NaN()
		}
		s.Bad = append(s.Bad, row)
	}
	return s, nil
}

// density is a flow, or a flow that is given a condition.
type density interface {
	LogProb(ctx context.Context, x *tensor.Dense) ([]float64, error)
	EstimateLogProb(ctx context.Context, x *tensor.Dense) ([]flows.Estimate, error)
}

// logProb sets the log-densities of the flow's rows and, where they are estimated, their errors.
func (m *Model) logProb(ctx context.Context, flow density, z *tensor.Dense, first int, s *Scores) (err error) {
	if m.About.Probes == 0 {
		s.LogProb, err = flow.LogProb(ctx, z)
		return err
	}
	m.estimate.Lock()
	defer m.estimate.Unlock()
	if m.noise != nil {
		m.noise.Seed(m.About.Seed, uint64(first))
	}
	estimates, err := flow.EstimateLogProb(ctx, z)
	for _, e := range estimates {
		s.LogProb, s.StdErr = append(s.LogProb, e.Mean), append(s.StdErr, e.StdErr)
	}
	return err
}

// missing counts the values that every row misses.
func (m *Model) missing(of data.Table) []int {
	counts := make([]int, of.Len())
	looked := make([]bool, len(of.Names))
	for _, name := range m.Inputs() {
		looked[slices.Index(of.Names, name)] = true // Apply has found it
	}
	values, ok := of.Rows.Data().([]float64)
	if !ok {
		values = numbers(of.Rows)
	}
	width := len(looked)
	for i := range counts {
		for j, v := range values[i*width : (i+1)*width] {
			if v != v && looked[j] {
				counts[i]++
			}
		}
	}
	return counts
}
