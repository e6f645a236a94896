package flows

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/internal/guard"
	"github.com/go-ffjord/ffjord/internal/limit"
	"github.com/go-ffjord/ffjord/ode"
)

// LimitError says that a call or a file would take more memory or work than a bound allows, which bound, and how to
// raise it. Nothing was done.
type LimitError = limit.Error

// PanicError says that a function of a user's, such as a layer, a base or a PathLoss, panicked or ended its goroutine.
// It names the function, and its %+v has the stack. The flow is as good as before.
type PanicError = guard.PanicError

// InputError says what is wrong with an argument of a call, before any of its rows is looked at: nothing was computed.
type InputError struct {
	Arg   string       // which argument: "data", "conditions", "cotangents", "times", "sample"
	Shape tensor.Shape // that it has, nil where it is no matrix or nil
	Dtype tensor.Dtype // of its elements, where it has a Shape
	Want  string       // what is wrong and what is wanted
}

func (e *InputError) Error() string { return "flows: " + e.Want }

func inputError(arg string, x *tensor.Dense, format string, args ...any) error {
	e := &InputError{Arg: arg, Want: fmt.Sprintf(format, args...)}
	if x != nil {
		e.Shape, e.Dtype = x.Shape().Clone(), x.Dtype()
	}
	return e
}

// The reasons why a row fails outside of its blocks.
var (
	// ErrRow is that of a row of an argument: a number is NaN, infinite, or too large for the flow's element type.
	ErrRow = errors.New("the row is not finite")
	// ErrBase is that of a row whose density under the base is NaN, or of a base that draws rows that are not finite.
	ErrBase = errors.New("the base has no finite number for the row")
	// ErrGradient is that of a row whose gradient is not finite.
	ErrGradient = errors.New("the gradient of the row is not finite")
)

// RowError says where and why one row failed. In a block it unwraps to the [*ode.RowError], and so to
// [ode.ErrUnderflow], [ode.ErrNonFinite] or [ode.ErrMaxSteps]. For a block in closed form the reason is
// [ode.ErrNonFinite], and of the other fields only Row and Norm, that of the row before the block, have a meaning.
// Outside of the blocks, where Block is -1, the reason is ErrRow, ErrBase or ErrGradient; a row is in order but for the
// numbers of its caller if errors.Is(e, ErrRow).
type RowError struct {
	Block int    // counted from the base, -1 outside of the blocks
	Of    string // the type of a block in closed form, empty for an FFJORD; outside of the blocks, what is not finite: "data"
	*ode.RowError

	// Outside of the blocks, the first number of the row that is not finite.
	Column int
	Value  float64
}

func (e *RowError) Error() string {
	switch {
	case e.Block < 0 && e.Of == logDensity:
		return fmt.Sprintf("row %d: the base's log-density is NaN", e.Row)
	case e.Block < 0:
		more := ""
		if isFinite(e.Value) {
			more = ", which overflows the flow's float32"
		} else if e.Reason == ErrRow {
			more = ", want a finite number"
		}
		return fmt.Sprintf("row %d of the %s, column %d, is %v%s", e.Row, e.Of, e.Column, e.Value, more)
	case e.Of != "":
		return fmt.Sprintf("block %d, row %d: %s takes it to numbers that are not finite; "+
			"a row of norm %.4g may lie outside of what the block is for", e.Block, e.Row, e.Of, e.Norm)
	}
	return fmt.Sprintf("block %d, %v", e.Block, e.RowError)
}

func (e *RowError) Unwrap() error {
	if e.Block < 0 {
		return e.Reason
	}
	return e.RowError
}

// logDensity is what of a base may be NaN, beside its draws.
const logDensity = "base's log-density"

// SolveError says that some rows of a call failed. Whatever returns rows returns it beside them: those that failed are
// NaN, and all others are what they would be without them. A loss, a mean over draws such as Entropy, and what a solver
// with Shared steps can't solve, fail as a whole. It unwraps to the rows' errors, so that errors.Is tells whether any
// row failed for a reason, and errors.As finds the first row.
type SolveError struct {
	Rows []*RowError // in order of rows; with shared steps the one that held the others up first
}

func (e *SolveError) Error() string {
	if len(e.Rows) == 1 {
		return "flows: " + e.Rows[0].Error()
	}
	return fmt.Sprintf("flows: %d rows failed, the first: %v", len(e.Rows), e.Rows[0])
}

// Unwrap returns the rows' errors.
func (e *SolveError) Unwrap() []error {
	out := make([]error, len(e.Rows))
	for i, row := range e.Rows {
		out[i] = row
	}
	return out
}

func (e *SolveError) sort() {
	slices.SortFunc(e.Rows, func(a, b *RowError) int { return cmp.Compare(a.Row, b.Row) })
}
