package main

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// rational fits tanh(x)/x = P(w)/Q(w), w = x², of degrees p and q, on |x| ≤ end; it
// gives the coefficients with P(0) = Q(0) = 1 and the largest relative error. The
// system is solved in Chebyshev polynomials of w, whose condition is harmless.
func rational(p, q int, end float64) (num, den []float64, worst float64) {
	const n, rounds = 3000, 80
	u, want, weight, divisor := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range u {
		x := end * math.Sin((float64(i)+0.5)/n*math.Pi/2)
		u[i] = 2*x*x/(end*end) - 1
		want[i] = math.Tanh(x) / x
		weight[i], divisor[i] = 1, 1
	}
	worst = math.Inf(1)
	for range rounds {
		a := mat.NewDense(n, p+q+2, nil)
		for i := range u {
			s := math.Sqrt(weight[i]) / (want[i] * math.Abs(divisor[i]))
			for k := range p + 1 {
				a.Set(i, k, s*chebyshev(k, u[i]))
			}
			for k := range q + 1 {
				a.Set(i, p+1+k, -s*want[i]*chebyshev(k, u[i]))
			}
		}
		var svd mat.SVD
		if !svd.Factorize(a, mat.SVDThinV) {
			panic("fit: no decomposition")
		}
		var v mat.Dense
		svd.VTo(&v)
		c := mat.Col(nil, p+q+1, &v)
		errs, most, sum := make([]float64, n), 0.0, 0.0
		for i := range u {
			divisor[i] = series(c[p+1:], u[i])
			errs[i] = math.Abs(series(c[:p+1], u[i])/(divisor[i]*want[i]) - 1)
			most = max(most, errs[i])
		}
		if most < worst {
			worst = most
			num, den = powers(c[:p+1], end), powers(c[p+1:], end)
		}
		for i := range weight {
			weight[i] *= errs[i] + 1e-3*most
			sum += weight[i]
		}
		for i := range weight {
			weight[i] /= sum
		}
	}
	n0, d0 := num[0], den[0]
	for i := range num {
		num[i] /= n0
	}
	for i := range den {
		den[i] /= d0
	}
	return num, den, worst + math.Abs(n0/d0-1)
}

// chebyshev is T_k(u).
func chebyshev(k int, u float64) float64 {
	a, b := 1.0, u
	for range k {
		a, b = b, 2*u*b-a
	}
	return a
}

func series(c []float64, u float64) float64 {
	s := 0.0
	for k, v := range c {
		s += v * chebyshev(k, u)
	}
	return s
}

// powers turns Σ cₖ·T_k(2w/end² - 1) into coefficients of powers of w.
func powers(c []float64, end float64) []float64 {
	lin := []float64{-1, 2 / (end * end)} // u as a polynomial in w
	a, b := []float64{1}, lin
	out := make([]float64, len(c))
	for k := range c {
		for i, v := range a {
			if i < len(out) {
				out[i] += c[k] * v
			}
		}
		next := make([]float64, len(b)+1)
		for i, v := range b {
			next[i] += 2 * v * lin[0]
			next[i+1] += 2 * v * lin[1]
		}
		for i, v := range a {
			next[i] -= v
		}
		a, b = b, next
	}
	return out
}
