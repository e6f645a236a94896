package data

import (
	"fmt"
	"math"

	"github.com/go-ffjord/ffjord/internal/quote"
)

// Shape bends a column of numbers, so that its tails become lighter.
type Shape string

const (
	// Plain leaves a column as it is.
	Plain Shape = ""
	// Log is the natural logarithm, of positive numbers.
	Log Shape = "log"
	// YeoJohnson is the transformation of Yeo and Johnson (2000), for numbers of either sign, with
	//
	//	ψ(x) = ((x+1)^λ - 1) / λ              for x ≥ 0, λ ≠ 0;  log(x+1) for λ = 0
	//	ψ(x) = -((1-x)^(2-λ) - 1) / (2-λ)     for x < 0, λ ≠ 2; -log(1-x) for λ = 2
	//
	// which is Plain for λ = 1. A fit keeps to 0 ≤ λ ≤ 2, where it takes all numbers to all numbers: beyond, what a
	// model draws may have no inverse.
	YeoJohnson Shape = "yeo-johnson"
)

func (s Shape) check() error {
	if s != Plain && s != Log && s != YeoJohnson {
		return fmt.Errorf("shape %s, want %q, %q or none", quote.Text(string(s)), Log, YeoJohnson)
	}
	return nil
}

// forward returns y = shape(x) and log dy/dx.
func (s Shape) forward(x, lambda float64) (y, logSlope float64) {
	switch s {
	case Log:
		y = math.Log(x)
		return y, -y
	case YeoJohnson:
		l := math.Log1p(math.Abs(x))
		if x >= 0 {
			return power(l, lambda), (lambda - 1) * l
		}
		return -power(l, 2-lambda), (1 - lambda) * l
	}
	return x, 0
}

// inverse returns the x of y = shape(x), the largest number where that is beyond float64.
func (s Shape) inverse(y, lambda float64) float64 {
	switch s {
	case Log:
		return min(math.Exp(y), math.MaxFloat64)
	case YeoJohnson:
		if y >= 0 {
			return min(math.Expm1(root(y, lambda)), math.MaxFloat64)
		}
		return -min(math.Expm1(root(-y, 2-lambda)), math.MaxFloat64)
	}
	return y
}

// power is (e^(λl) - 1)/λ, l for λ = 0.
func power(l, lambda float64) float64 {
	if lambda == 0 {
		return l
	}
	return math.Expm1(lambda*l) / lambda
}

// root is the l of y = power(l, λ).
func root(y, lambda float64) float64 {
	if lambda == 0 {
		return y
	}
	return math.Log1p(lambda*y) / lambda
}

// fitYeoJohnson returns the λ of the largest likelihood of the numbers, if ψ(x) is normal (Yeo and Johnson 2000, eq.
// 3.1):
//
//	l(λ) = -n/2 log var ψ(x) + (λ-1) Σ sign(x) log(|x|+1)
//
// by golden sections of [0, 2], to 1e-8. Of more than 10⁵ numbers, which are sorted, it takes that many at even
// distances.
func fitYeoJohnson(sorted []float64) float64 {
	const most = 100_000
	x := sorted
	if len(sorted) > most {
		x = make([]float64, most)
		for i := range x {
			x[i] = sorted[i*(len(sorted)-1)/(most-1)]
		}
	}
	var slope float64
	for _, v := range x {
		slope += math.Copysign(math.Log1p(math.Abs(v)), v)
	}
	n := float64(len(x))
	likelihood := func(lambda float64) float64 {
		var mean, squares float64
		for i, v := range x {
			y, _ := YeoJohnson.forward(v, lambda)
			d := y - mean
			mean += d / float64(i+1)
			squares += d * (y - mean)
		}
		l := -n/2*math.Log(squares/n) + (lambda-1)*slope
		if math.IsNaN(l) {
			return math.Inf(-1)
		}
		return l
	}
	lo, hi := 0.0, 2.0
	ratio := (math.Sqrt(5) - 1) / 2
	a, b := hi-ratio*(hi-lo), lo+ratio*(hi-lo)
	atA, atB := likelihood(a), likelihood(b)
	for hi-lo > 1e-8 {
		if atA > atB {
			hi, b, atB = b, a, atA
			a = hi - ratio*(hi-lo)
			atA = likelihood(a)
		} else {
			lo, a, atA = a, b, atB
			b = lo + ratio*(hi-lo)
			atB = likelihood(b)
		}
	}
	return (lo + hi) / 2
}
