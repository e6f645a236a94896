package model

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/optim"
)

// Learner learns a table that nobody has looked at: [data.Defaults] make its rows fit for a flow, some are held out,
// and [flows.Defaults] are trained as [optim.Defaults] say. Its zero value is ready.
type Learner struct {
	// Recipe takes the place of data.Defaults. Nil leaves them.
	Recipe *data.Recipe
	// Limit is how long training may take. Zero is a minute.
	Limit time.Duration
	// Seed is what everything random follows from.
	Seed uint64
	// Observe is told of every step and epoch. Nil means no one is.
	Observe optim.Observer
}

// heldOut is the share of the rows that choose the best parameters and end training.
const heldOut = 0.1

// Learn learns the density of the table's rows and returns it with notes on what was done to columns: read them. Rows
// to be tested by should not be among them.
func (l Learner) Learn(ctx context.Context, t data.Table) (*Model, []data.Note, error) {
	rng := l.rand()
	recipe := data.Defaults()
	if l.Recipe != nil {
		recipe = *l.Recipe
	}
	transform, notes, err := recipe.Fit(t) // of all rows, so that those held out have no category that it does not know
	if err != nil {
		return nil, nil, err
	}
	parts, err := split(t, rng)
	if err != nil {
		return nil, nil, err
	}
	z, _, err := transform.Apply(parts.Train, rng)
	if err != nil {
		return nil, nil, err
	}
	held, _, err := transform.Apply(parts.Validation, rng)
	if err != nil {
		return nil, nil, err
	}
	flow, err := flows.Defaults(z, rng)
	if err != nil {
		return nil, nil, err
	}
	trainer := optim.Defaults(parts.Train.Len(), flow.Dim)
	trainer.Validation.Loss = flow.HeldOut(held)
	trainer.Observe = l.Observe
	if l.Limit != 0 {
		trainer.Limit = l.Limit
	}
	rows, err := transform.Source(parts.Train, trainer.Batch, l.Seed)
	if err != nil {
		return nil, nil, err
	}
	if err := trainer.RunSource(ctx, flow.NLL(), rows); err != nil {
		return nil, nil, err
	}
	m := &Model{Flow: flow, X: transform}
	m.About, err = l.about(ctx, m, t, parts)
	return m, notes, err
}

// Split returns the rows of a table that Learn trains on, and those that it holds out.
func (l Learner) Split(t data.Table) (learnt, heldOut data.Table, err error) {
	parts, err := split(t, l.rand())
	return parts.Train, parts.Validation, err
}

func split(t data.Table, rng *rand.Rand) (data.TableParts, error) {
	return data.Holdout{NoTest: true, Validation: heldOut}.SplitTable(t, rng)
}

// rand is what draws the parts, and then all else.
func (l Learner) rand() *rand.Rand { return rand.New(optim.Stream(l.Seed, "learner", 0, 0)) }

// about tells how the model was made.
func (l Learner) about(ctx context.Context, m *Model, t data.Table, parts data.TableParts) (About, error) {
	a := About{Seed: l.Seed, Fingerprint: t.Fingerprint(), Train: parts.Train.Len(), Validation: parts.Validation.Len()}
	scores, err := m.LogProb(ctx, parts.Train)
	if err != nil {
		return a, fmt.Errorf("model: rows that were learnt: %w", err)
	}
	if a.LogProb, err = NewQuantiles(scores.LogProb, 100); err != nil {
		return a, err
	}
	for _, name := range m.Inputs() {
		c, err := describe(parts.Train, name)
		if err != nil {
			return a, err
		}
		a.Columns = append(a.Columns, c)
	}
	return a, nil
}

// describe says what a column of the rows that were learnt is like.
func describe(t data.Table, name string) (Column, error) {
	c := Column{Name: name}
	values, err := t.Column(name)
	if err != nil {
		return c, err
	}
	present := slices.DeleteFunc(values, math.IsNaN)
	c.Missing = t.Len() - len(present)
	if levels := t.Levels[name]; levels != nil {
		c.Shares = make([]float64, len(levels))
		for _, v := range present {
			c.Shares[int(v)] += 1 / float64(len(present))
		}
		return c, nil
	}
	c.Integer = !slices.ContainsFunc(present, func(v float64) bool { return v != math.Trunc(v) })
	c.Quantiles, err = NewQuantiles(present, 100)
	return c, err
}
