package main

import (
	"math"
	"math/big"
)

// target is a polynomial wanted for Σₖ wᵏ/inverse(k) on [lo, hi].
type target struct {
	name, what string
	inverse    func(k int) float64 // exact in float64 as long as the terms matter
	lo, hi     float64
	degree     int
}

const bits = 300

func num(v float64) *big.Float { return new(big.Float).SetPrec(bits).SetFloat64(v) }

func zero() *big.Float { return new(big.Float).SetPrec(bits) }

// at sums the series until its terms vanish.
func (t target) at(w *big.Float) *big.Float {
	sum, power := zero(), num(1)
	for k := range 400 {
		term := zero().Quo(power, num(t.inverse(k)))
		sum.Add(sum, term)
		if term.Sign() == 0 || term.MantExp(nil) < -bits {
			break
		}
		power.Mul(power, w)
	}
	return sum
}

// interpolate gives the coefficients, constant first, and a bound of the error of the
// function relative to its leading term, of which the polynomial is multiplied by hi
// at most.
func interpolate(t target) ([]float64, float64) {
	n := t.degree + 1
	x, d := make([]*big.Float, n), make([]*big.Float, n)
	for i := range x {
		c := math.Cos(math.Pi * (float64(i) + 0.5) / float64(n))
		x[i] = num((t.lo+t.hi)/2 + (t.hi-t.lo)/2*c)
		d[i] = t.at(x[i])
	}
	for k := 1; k < n; k++ { // divided differences in place
		for i := n - 1; i >= k; i-- {
			d[i] = zero().Quo(zero().Sub(d[i], d[i-1]), zero().Sub(x[i], x[i-k]))
		}
	}
	p := []*big.Float{d[n-1]} // Newton's form to powers
	for i := n - 2; i >= 0; i-- {
		next := make([]*big.Float, len(p)+1)
		for j := range next {
			next[j] = zero()
			if j > 0 {
				next[j].Add(next[j], p[j-1])
			}
			if j < len(p) {
				next[j].Sub(next[j], zero().Mul(x[i], p[j]))
			}
		}
		next[0].Add(next[0], d[i])
		p = next
	}
	worst := 0.0
	for i := range 501 {
		w := num(t.lo + (t.hi-t.lo)*float64(i)/500)
		y := zero()
		for j := n - 1; j >= 0; j-- {
			y.Add(y.Mul(y, w), p[j])
		}
		e, _ := y.Sub(y, t.at(w)).Float64()
		worst = max(worst, math.Abs(e))
	}
	c := make([]float64, n)
	for j := range c {
		c[j], _ = p[j].Float64()
	}
	return c, worst * t.hi
}
