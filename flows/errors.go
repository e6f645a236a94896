package flows

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/go-ffjord/ffjord/ode"
)

// RowError says in which block, why and where the solve of one row failed. It unwraps to the *ode.RowError, and so to
// ode.ErrUnderflow, ode.ErrNonFinite or ode.ErrMaxSteps.
type RowError struct {
	Block int // counted from the base
	*ode.RowError
}

func (e *RowError) Error() string { return fmt.Sprintf("block %d, %v", e.Block, e.RowError) }

func (e *RowError) Unwrap() error { return e.RowError }

// SolveError says that the solve failed for some rows of a call. LogProb, Forward, Inverse, Sample, SampleLogProb and
// Explain return it beside their results, in which those rows are NaN and all others are what they would be without
// them; Score, Trajectory and NLL.Loss return it alone. It unwraps to the first row's error.
type SolveError struct {
	Rows []*RowError // in order of rows; with shared steps the one that held the others up first
}

func (e *SolveError) Error() string {
	if len(e.Rows) == 1 {
		return "flows: " + e.Rows[0].Error()
	}
	return fmt.Sprintf("flows: %d rows failed, the first in %v", len(e.Rows), e.Rows[0])
}

func (e *SolveError) Unwrap() error { return e.Rows[0] }

func (e *SolveError) sort() {
	slices.SortFunc(e.Rows, func(a, b *RowError) int { return cmp.Compare(a.Row, b.Row) })
}
