package ode

// Stats is what a solve has cost one row. Times and steps are in the units of t.
type Stats struct {
	Evaluations int // of the field by Solve
	Backward    int // evaluations of the field by Back, each with its vector-Jacobian product
	Accepted    int // steps
	Rejected    int // steps

	// |h| of the accepted steps. The last of a solve, which the end cuts short, counts for Smallest only where it is the
	// only one.
	Smallest, Largest float64
}

// Add returns the cost of two solves together.
func (s Stats) Add(o Stats) Stats {
	s.Evaluations += o.Evaluations
	s.Backward += o.Backward
	s.Accepted += o.Accepted
	s.Rejected += o.Rejected
	if s.Smallest == 0 || o.Smallest != 0 && o.Smallest < s.Smallest {
		s.Smallest = o.Smallest
	}
	s.Largest = max(s.Largest, o.Largest)
	return s
}

// attempt counts an attempt of squared error s1 at a step.
func (s *Stats) attempt(evaluations int, p *pace, s1 float64) {
	s.Evaluations += evaluations
	if !(s1 <= 1) {
		s.Rejected++
		return
	}
	s.Accepted++
	h := abs(p.h)
	if s.Accepted == 1 || !p.last && h < s.Smallest {
		s.Smallest = h
	}
	s.Largest = max(s.Largest, h)
}

// StepEvent is one attempt of a row at a step.
type StepEvent struct {
	Row      int
	T, H     float64
	Error    float64 // in units of the tolerance: accepted where at most 1
	Accepted bool
	Driver   int // the component of the state with the largest share of the error or the first not finite, -1 of a shared step
}
