package viz

import (
	"fmt"
	"math"
)

// Bounds of what can be drawn: a scale from lo to hi needs numbers between its ends, hundreds of them, and room to
// compute with both.
const (
	leastSpan = 1e-12 // of the larger end
	tiniest   = 1e-290
	hugest    = 1e300
)

// checkSpan returns why no scale can run from lo to hi.
func checkSpan(lo, hi float64) error {
	largest := max(math.Abs(lo), math.Abs(hi))
	switch {
	case !finite(lo) || !finite(hi):
		return fmt.Errorf("[%g, %g] is not finite", lo, hi)
	case largest > hugest:
		return fmt.Errorf("[%g, %g] goes beyond %g", lo, hi, hugest)
	case !(hi > lo) || hi-lo < tiniest:
		return fmt.Errorf("[%g, %g] has no extent", lo, hi)
	case hi-lo < leastSpan*largest:
		return fmt.Errorf("[%g, %g] is too short to tell numbers of that size apart: want a length of at least %.1g",
			lo, hi, leastSpan*largest)
	}
	return nil
}
