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
