package flows

import (
	"context"
	"sync"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/ode"
)

// Explanation is how log p of some rows was computed.
type Explanation struct {
	LogProb []float64   // of every row, in nats; NaN where the solve failed
	LogDet  []float64   // of every row on the way from the data to the base
	Cost    []ode.Stats // of every row, over all blocks
	Steps   []Step      // every attempt of every row: by row, then in the order in which they were taken
}

// Step is one attempt at a solver's step in one block. The components of the state that it names are z, 0, and
// log |det|, 1.
type Step struct {
	Block int // counted from the base
	ode.StepEvent
}

// Explain computes LogProb and tells what it cost each row and which steps were taken. Steps of a fixed grid are not
// listed.
func (f *Flow) Explain(ctx context.Context, x *tensor.Dense) (*Explanation, error) {
	return f.Given(nil).Explain(ctx, x)
}

func (c *compiled[T]) explain(ctx context.Context, x, cond *tensor.Dense) (*Explanation, error) {
	data, rows, err := rowsOf[T](x, c.dim)
	if err != nil {
		return nil, err
	}
	e := &Explanation{LogProb: make([]float64, rows), LogDet: make([]float64, rows), Cost: make([]ode.Stats, rows)}
	byRow := make([][]Step, rows)
	var all sync.Mutex // steps shared by all rows are told by one goroutine, others by one for each row
	in, err := c.inputs(rows, cond, withTrace)
	if err != nil {
		return nil, err
	}
	err = c.forChunks(ctx, rows, func(w *worker[T], _, from, to int) error {
		w.load(data, from, to)
		w.listener = func(block int, s ode.StepEvent) {
			all.Lock()
			defer all.Unlock()
			byRow[s.Row] = append(byRow[s.Row], Step{block, s})
		}
		defer func() { w.listener = nil }()
		if err := w.carry(ctx, in, true, false); err != nil {
			return err
		}
		w.spread(e.LogDet[from:to], w.logDet)
		copy(e.Cost[from:to], w.cost)
		return w.logProb(e.LogProb[from:to])
	})
	if err != nil && !partial(err) {
		return nil, err
	}
	for _, steps := range byRow {
		e.Steps = append(e.Steps, steps...)
	}
	return e, err
}
