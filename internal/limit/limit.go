// Package limit has the error of a bound on memory or work that a call or a file would pass.
package limit

import (
	"fmt"
	"strconv"
)

// Error says that a bound on memory or work would be passed, which bound, and how to raise it. Nothing was done.
type Error struct {
	What  string // what would be too much: "the log of accepted steps"
	Need  int64  // how much of it, at least
	Limit int64
	Unit  string // of Need and Limit: "bytes", "nodes"
	Raise string // what a caller sets to allow more: "ode.Solver.MaxLog"
}

func (e *Error) Error() string {
	s := fmt.Sprintf("%s: needs at least %s, the limit is %s", e.What, quantity(e.Need, e.Unit), quantity(e.Limit, e.Unit))
	if e.Raise != "" {
		s += "; raise it by " + e.Raise
	}
	return s
}

// Check returns an Error where need is above the limit.
func Check(what string, need, limit int64, unit, raise string) error {
	if need <= limit {
		return nil
	}
	return &Error{What: what, Need: need, Limit: limit, Unit: unit, Raise: raise}
}

// quantity writes bytes in the largest unit that is not above them, anything else as it is.
func quantity(n int64, unit string) string {
	if unit != "bytes" || n < 1000 {
		return strconv.FormatInt(n, 10) + " " + unit
	}
	x, i := float64(n), -1
	for x >= 1000 && i < len(prefixes)-1 {
		x, i = x/1000, i+1
	}
	return fmt.Sprintf("%.3g %cB", x, prefixes[i])
}

const prefixes = "kMGTPE"
