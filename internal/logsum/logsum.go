// Package logsum adds up numbers that are given by their logarithms, without over- or underflow.
package logsum

import "math"

// Sum is the running logarithm of Σ factor·eˡ. It is made by [New].
type Sum struct{ top, rest float64 } // the sum is e^top·rest

// New returns the empty sum, whose logarithm is -Inf.
func New() Sum { return Sum{top: math.Inf(-1)} }

// Add adds factor·eˡ, factor not negative. With l = -Inf it adds nothing; NaN makes the sum NaN.
func (s *Sum) Add(l, factor float64) {
	switch {
	case l == math.Inf(-1):
	case l > s.top:
		s.rest = s.rest*math.Exp(s.top-l) + factor
		s.top = l
	default:
		s.rest += factor * math.Exp(l-s.top)
	}
}

// Top returns the largest l that was added, -Inf before the first.
func (s *Sum) Top() float64 { return s.top }

// Log returns the logarithm of the sum.
func (s *Sum) Log() float64 { return s.top + math.Log(s.rest) }
