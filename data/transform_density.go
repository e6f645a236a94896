package data

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/logsum"
)

// Model knows the log-density of rows x (rows, dim), in nats: a flow, or a flow that is given a condition.
type Model interface {
	LogProb(ctx context.Context, x *tensor.Dense) ([]float64, error)
}

// LogProb returns the log-density of every row of the table in its own units, in nats, by a model of the transform's
// rows:
//
//	log p(x) = log (1/draws) Σ p(z) |det dz/dx|
//
// where the mean is over draws of the noise of discrete columns from rng. A discrete column of step 1 then counts with
// the probability of its value, from below in the mean (Theis, van den Oord and Bethge 2016, eq. 4; Burda et al. 2016).
// Nil rng takes the middle of each step, once. Where the model fails for some rows alone, these are NaN and the error
// is beside them.
func (t Transform) LogProb(ctx context.Context, of Table, m Model, draws int, rng *rand.Rand) ([]float64, error) {
	if draws < 1 {
		return nil, fmt.Errorf("data: transform: %d draws, want at least 1", draws)
	}
	if rng == nil {
		draws = 1
	}
	x, err := t.read(of)
	if err != nil {
		return nil, err
	}
	sums := slices.Repeat([]logsum.Sum{logsum.New()}, x.rows)
	var failed, refused error
	for range draws {
		values, logDet, bad := t.rows(x, upTo(x.rows), rng)
		logp, err := m.LogProb(ctx, newTable(values, t.Dim()))
		if err != nil {
			failed = fmt.Errorf("data: transform: %w", err)
		}
		switch {
		case err != nil && (ctx.Err() != nil || len(logp) != x.rows):
			return nil, failed
		case len(logp) != x.rows:
			return nil, fmt.Errorf("data: transform: the model gives %d densities for %d rows", len(logp), x.rows)
		}
		for i, l := range logp {
			sums[i].Add(l+logDet[i], 1)
		}
		for _, e := range bad {
			sums[e.Row].Add(math.NaN(), 1)
		}
		if refused == nil && len(bad) > 0 {
			refused = refusedRows(bad)
		}
	}
	mean := make([]float64, x.rows)
	for i := range sums {
		mean[i] = sums[i].Log() - math.Log(float64(draws))
	}
	return mean, errors.Join(refused, failed)
}

// refusedRows is the error of the first of the bad rows, and says how many there are.
func refusedRows(bad []*ValueError) error {
	if len(bad) == 1 {
		return bad[0]
	}
	return fmt.Errorf("%w, and %d rows more", bad[0], len(bad)-1)
}
