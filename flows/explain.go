package flows

import (
	"context"

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

// NLL returns the mean of -log p over the rows, in nats; NaN where the solve of any row failed.
func (e *Explanation) NLL() float64 {
	var sum float64
	for _, logp := range e.LogProb {
		sum -= logp
	}
	return sum / float64(len(e.LogProb))
}

// Evaluations returns how often the fields of all blocks were evaluated for a row, on average over the rows.
func (e *Explanation) Evaluations() float64 {
	sum := 0
	for _, cost := range e.Cost {
		sum += cost.Evaluations
	}
	return float64(sum) / float64(len(e.Cost))
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
