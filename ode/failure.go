package ode

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/go-ffjord/ffjord/internal/guard"
	"github.com/go-ffjord/ffjord/internal/limit"
)

// The reasons why a solve fails for a row.
var (
	ErrUnderflow = errors.New("the step became too small")
	ErrNonFinite = errors.New("the state or its derivative is not finite")
	ErrMaxSteps  = errors.New("the maximum number of steps is spent")
)

// LimitError says that the record of a solve would take more memory than Solver.MaxRecord allows.
type LimitError = limit.Error

// PanicError says that a function of the caller's panicked: what [Worker.OnStep] was given. Its %+v has the stack.
type PanicError = guard.PanicError

// RowError says why and where the solve of one row failed. It unwraps to ErrUnderflow, ErrNonFinite or ErrMaxSteps.
type RowError struct {
	Row    int       // of the call
	Reason error     // ErrUnderflow, ErrNonFinite or ErrMaxSteps
	T, H   float64   // the time it had reached and the step it tried last
	Norm   float64   // of the state at T
	Errors []float64 // of the last attempts in units of the tolerance, the latest last
	Stats  Stats

	unmeasured string // the element type, where the tolerance at T is less than it can tell apart
}

func (e *RowError) Error() string {
	return fmt.Sprintf("row %d at t = %.6g: %v (h = %.3g, |y| = %.4g, errors of the last attempts %s, %d evaluations so far); %s",
		e.Row, e.T, e.Reason, e.H, e.Norm, brief(e.Errors), e.Stats.Evaluations, e.advice())
}

func (e *RowError) Unwrap() error { return e.Reason }

func (e *RowError) advice() string {
	if e.unmeasured != "" && e.Reason != ErrNonFinite {
		return "the tolerance is less than " + e.unmeasured + " can tell apart in a state of this size: raise RTol and ATol, or use float64"
	}
	switch e.Reason {
	case ErrMaxSteps:
		return "the field may be stiff here: raise MaxSteps, loosen the tolerances or regularise the field"
	case ErrNonFinite:
		return "the field overflows here: lower the learning rate, bound its activations, or look for NaN parameters"
	}
	return "the field is too steep here for the tolerances: loosen them, lower MinStep where it is set, use float64; in training, lower the learning rate or regularise the field"
}

// rowError reports a row at its pace; the norm is the caller's to add.
func rowError(p *pace, reason error, stats Stats) *RowError {
	e := &RowError{Row: p.row, Reason: reason, T: p.t, H: p.h, Stats: stats}
	for _, s := range p.recent {
		if s != 0 {
			e.Errors = append(e.Errors, math.Sqrt(s))
		}
	}
	return e
}

func brief(errs []float64) string {
	parts := make([]string, len(errs))
	for i, e := range errs {
		parts[i] = fmt.Sprintf("%.3g", e)
	}
	return "[" + strings.Join(parts, " ") + "]"
}

// SolveError says that the solve failed for some rows. The states of those rows are NaN; those of all others are what
// they would be without them. It unwraps to the first row's error.
type SolveError struct {
	Rows []*RowError // in order of rows; with shared steps all of them, the one that held the others up first
}

func (e *SolveError) Error() string {
	if len(e.Rows) == 1 {
		return "ode: " + e.Rows[0].Error()
	}
	return fmt.Sprintf("ode: %d rows failed, the first of them %v", len(e.Rows), e.Rows[0])
}

func (e *SolveError) Unwrap() error { return e.Rows[0] }

func isSolveError(err error) bool {
	var e *SolveError
	return errors.As(err, &e)
}

func (e *SolveError) sort() {
	slices.SortFunc(e.Rows, func(a, b *RowError) int { return cmp.Compare(a.Row, b.Row) })
}
