package main

import (
	"math"
	"math/big"
)

// target is a polynomial wanted for a function on [lo, hi].
type target struct {
	name, what string
	at         func(w *big.Float) *big.Float
	lo, hi     float64
	degree     int
}

const bits = 300

func num(v float64) *big.Float { return new(big.Float).SetPrec(bits).SetFloat64(v) }

func zero() *big.Float { return new(big.Float).SetPrec(bits) }

// powerSeries is Σₖ wᵏ/inverse(k), summed until its terms vanish; the inverse must be exact in float64 till then.
func powerSeries(inverse func(k int) float64) func(w *big.Float) *big.Float {
	return func(w *big.Float) *big.Float {
		sum, power := zero(), num(1)
		for k := range 400 {
			term := zero().Quo(power, num(inverse(k)))
			sum.Add(sum, term)
			if term.Sign() == 0 || term.MantExp(nil) < -bits {
				break
			}
			power.Mul(power, w)
		}
		return sum
	}
}

// tanhRest is (tanh(r)/r - 1)/w, w = r², by Lambert's fraction (1768): -1/(w + 3 + w/(5 + w/(7 + ...))).
func tanhRest(w *big.Float) *big.Float {
	k := num(99)
	for odd := 97.0; odd >= 3; odd -= 2 {
		k.Add(num(odd), zero().Quo(w, k))
	}
	return zero().Quo(num(-1), k.Add(k, w))
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
