package flows

import (
	"context"
	"fmt"
	"math"

	"gorgonia.org/tensor"
)

// Estimate is a mean over draws with its standard error.
type Estimate struct{ Mean, StdErr float64 }

// String writes the mean to the digits that its error leaves.
func (e Estimate) String() string {
	digits := 1 - math.Floor(math.Log10(e.StdErr))
	if math.IsNaN(digits) || math.IsInf(digits, 0) {
		return fmt.Sprintf("%.4g ± %.2g", e.Mean, e.StdErr)
	}
	return fmt.Sprintf("%.*f ± %.2g", int(max(0, digits)), e.Mean, e.StdErr)
}

// EstimateLogProb returns log p(x) of every row of x (rows, dim) as LogProb does, with the standard error that the
// traces' probes leave: zero where every trace is exact, +Inf where a Hutchinson trace has a single probe. The solver's
// error is not in it. With few probes the standard error itself is rough; for two standard errors to cover the truth in
// nine of ten cases take eight or more.
func (f *Flow) EstimateLogProb(ctx context.Context, x *tensor.Dense) ([]Estimate, error) {
	return f.Given(nil).EstimateLogProb(ctx, x)
}

func (c *compiled[T]) estimate(ctx context.Context, x, cond *tensor.Dense) ([]Estimate, error) {
	data, rows, err := rowsOf[T](x, c.dim)
	if err != nil {
		return nil, err
	}
	in, err := c.inputs(rows, cond, withEachProbe)
	if err != nil {
		return nil, err
	}
	logp, variance := make([]float64, rows), make([]float64, rows)
	err = c.forChunks(ctx, rows, func(w *worker[T], _, from, to int) error {
		w.load(data, from, to)
		if err := w.carry(ctx, in, true, false); err != nil {
			return err
		}
		w.spread(variance[from:to], w.variance)
		return w.logProb(logp[from:to])
	})
	if err != nil && !partial(err) {
		return nil, err
	}
	out := make([]Estimate, rows)
	for i := range out {
		out[i] = Estimate{logp[i], math.Sqrt(variance[i])}
	}
	return out, err
}
