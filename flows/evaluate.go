package flows

import (
	"context"
	"errors"
	"sync"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/ode"
)

// wanted is what is wanted of an evaluation beside log p.
type wanted int

const (
	density       wanted = iota // nothing
	probeVariance               // the variance that the probes leave
	account                     // log |det|, the cost and the steps
)

// evaluation is what one pass of data to the base tells of every row; NaN where the solve failed.
type evaluation struct {
	logProb  []float64
	variance []float64 // of logProb
	logDet   []float64
	cost     []ode.Stats
	steps    [][]Step
}

// evaluate computes log p(x) = log p_base(z) + log |det ∂z/∂x| and what else is wanted.
func (c *compiled[T]) evaluate(ctx context.Context, x, cond *tensor.Dense, want wanted) (*evaluation, error) {
	n := need{with: withTrace, inverse: true}
	if want == probeVariance {
		n.with = withEachProbe
	}
	in, err := c.inputs(ctx, x, cond, n)
	if err != nil {
		return nil, err
	}
	rows := in.x.rows
	e := newEvaluation(rows, want)
	var all sync.Mutex // steps shared by all rows are told by one goroutine, others by one for each row
	err = c.forChunks(ctx, rows, func(w *worker[T], _, from, to int) error {
		w.load(in, from, to)
		if want == account {
			w.listener = func(block int, s ode.StepEvent) {
				all.Lock()
				defer all.Unlock()
				e.steps[s.Row] = append(e.steps[s.Row], Step{block, s})
			}
			defer func() { w.listener = nil }()
		}
		if err := w.carry(ctx, in, true, false); err != nil {
			return err
		}
		err := w.logProb(e.logProb[from:to])
		switch want {
		case probeVariance:
			w.spread(e.variance[from:to], w.variance)
		case account:
			w.spread(e.logDet[from:to], w.logDet)
			copy(e.cost[from:to], w.cost)
		}
		return err
	})
	if err != nil && !partial(err) {
		return nil, err
	}
	return e, err
}

func newEvaluation(rows int, want wanted) *evaluation {
	e := &evaluation{logProb: make([]float64, rows)}
	switch want {
	case probeVariance:
		e.variance = make([]float64, rows)
	case account:
		e.logDet, e.cost, e.steps = make([]float64, rows), make([]ode.Stats, rows), make([][]Step, rows)
	}
	return e
}

// partial reports whether results stand beside the error.
func partial(err error) bool {
	var failed *SolveError
	return errors.As(err, &failed)
}
