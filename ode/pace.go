package ode

import (
	"math"

	"github.com/go-ffjord/ffjord/graph"
)

// pace is the way of a row through time: where it is, its next step and what the control remembers.
type pace struct {
	row      int
	t, h     float64
	last     bool       // the step ends the interval
	rejected bool       // the attempt before was
	bad      int        // attempts in a row that were not finite
	s2, s3   float64    // squared errors of the accepted steps before
	factor   float64    // of the next step to this one, by the control
	recent   [4]float64 // squared errors of the last attempts, the latest last, zero where there were fewer
}

// course is what the rows of a solve have in common.
type course[T graph.Float] struct {
	t0, t1   float64
	control  Control
	exps     exponents // of the control for the method
	attempts int       // of a row at most
	bad      int       // attempts in a row that may be not finite
	least    float64   // of |h| at any time
}

// maxWasted bounds the evaluations that a row may spend in a row on attempts that are not finite, each a tenth of the
// step before.
const maxWasted = 46

func (w *Worker[T]) course(t0, t1 float64) course[T] {
	s := w.it.solver
	return course[T]{
		t0: t0, t1: t1, control: s.Control, exps: s.Control.exponents(s.Method.ErrorOrder + 1), attempts: s.MaxSteps,
		least: max(8*epsilon[T]()*epsilon[T]()*abs(t1-t0), s.Control.MinStep), bad: min(6, max(2, maxWasted/w.it.cost)),
	}
}

// start puts a row at the start of the interval, with a first step |h|.
func (c *course[T]) start(p *pace, row int, h float64) {
	*p = pace{row: row, t: c.t0, s2: 1, s3: 1}
	c.plan(p, max(h, c.shortest(c.t0)))
}

// shortest returns the length below which a step from t is too short: a few roundings of t, or MinStep. At zero, where
// numbers are dense, it is a few roundings of a rounding of the interval.
func (c *course[T]) shortest(t float64) float64 {
	return max(8*epsilon[T]()*abs(t), c.least)
}

// plan sets the next step to |h| towards the end of the interval, or to what is left where that is hardly more.
func (c *course[T]) plan(p *pace, h float64) {
	left := c.t1 - p.t
	if c.control.MaxStep > 0 {
		h = min(h, c.control.MaxStep)
	}
	p.last = 1.01*h >= abs(left)
	if p.last {
		p.h = left
		return
	}
	p.h = float64(T(math.Copysign(h, left)))
}

// end returns the end of the step of a row on its way to t1.
func (p *pace) end(t1 float64) float64 {
	if p.last {
		return t1
	}
	return p.t + p.h
}

// next takes the pace past an attempt of squared error s1, accepted where that is at most 1, and plans the next with the
// factor that the control has chosen. It reports whether the row is done, and why it failed: nil at the end, else
// ErrUnderflow, ErrNonFinite or ErrMaxSteps. attempts counts this one.
func (c *course[T]) next(p *pace, s1 float64, attempts int) (done bool, reason error) {
	p.recent = [4]float64{p.recent[1], p.recent[2], p.recent[3], s1}
	if s1 <= 1 {
		return c.onward(p, s1, attempts)
	}
	return c.again(p, s1, attempts)
}

// onward is next after an accepted attempt.
func (c *course[T]) onward(p *pace, s1 float64, attempts int) (done bool, reason error) {
	h := abs(p.h)
	p.t = p.end(c.t1)
	if p.last {
		return true, nil
	}
	if attempts >= c.attempts {
		return true, ErrMaxSteps
	}
	factor := p.factor
	if p.rejected {
		factor = min(factor, 1)
	}
	p.s2, p.s3 = s1, p.s2
	p.rejected, p.bad = false, 0
	c.plan(p, max(h*factor, c.shortest(p.t)))
	return false, nil
}

// again is next after a rejected attempt. The shortest step is tried before the row is given up.
func (c *course[T]) again(p *pace, s1 float64, attempts int) (done bool, reason error) {
	finite := !math.IsNaN(s1) // an infinite error of a finite state is one of the tolerance
	factor, giveUp := 0.1, ErrNonFinite
	if finite {
		factor, giveUp = min(p.factor, 0.99), ErrUnderflow
		p.bad = 0
	} else if p.bad++; p.bad == c.bad {
		return true, ErrNonFinite
	}
	if attempts >= c.attempts {
		return true, ErrMaxSteps
	}
	h, shortest := abs(p.h), c.shortest(p.t)
	if h <= 1.001*shortest { // T may have rounded the shortest step up
		return true, giveUp
	}
	p.rejected = true
	c.plan(p, max(h*factor, shortest))
	return false, nil
}

// epsilon returns the distance of 1 to the next larger number of type T.
func epsilon[T graph.Float]() float64 {
	if _, ok := any(T(0)).(float32); ok {
		return 0x1p-23
	}
	return 0x1p-52
}

func abs(x float64) float64 { return math.Abs(x) }
