package flows

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/go-ffjord/ffjord/ode"
)

// RowError says in which block, why and where the solve of one row failed. It unwraps to the *ode.RowError, and so to
// ode.ErrUnderflow, ode.ErrNonFinite or ode.ErrMaxSteps. For a block in closed form the reason is ode.ErrNonFinite, and
// of the other fields only Row and Norm, that of the row before the block, have a meaning.
type RowError struct {
	Block int    // counted from the base
	Of    string // the type of a block in closed form, empty for an FFJORD
	*ode.RowError
}

func (e *RowError) Error() string {
	if e.Of != "" {
		return fmt.Sprintf("block %d, row %d: %s takes it to numbers that are not finite; a row of norm %.4g may lie outside of what the block is for",
			e.Block, e.Row, e.Of, e.Norm)
	}
	return fmt.Sprintf("block %d, %v", e.Block, e.RowError)
}

func (e *RowError) Unwrap() error { return e.RowError }

// SolveError says that the solve failed for some rows of a call. LogProb, EstimateLogProb, Prob, Forward, Inverse,
// Sample, SampleLogProb and Explain return it beside their results, in which those rows are NaN and all others are what
// they would be without them; whatever needs all rows, such as Score, Trajectory, Entropy and a Loss, returns it alone. It unwraps to the first row's error.
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
