package kernel

import (
	"math"
	"math/big"
)

// precision in bits of the reference functions: sin reduces arguments up to 10⁶ and still has 150 correct bits.
const precision = 240

func bigNum(x float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(x) }

func bigAdd(a, b *big.Float) *big.Float { return bigNum(0).Add(a, b) }
func bigSub(a, b *big.Float) *big.Float { return bigNum(0).Sub(a, b) }
func bigMul(a, b *big.Float) *big.Float { return bigNum(0).Mul(a, b) }
func bigQuo(a, b *big.Float) *big.Float { return bigNum(0).Quo(a, b) }

// bigSeries is Σ tₖ with t₀ = first and tₖ = tₖ₋₁·ratio(k).
func bigSeries(first *big.Float, ratio func(k int) *big.Float) *big.Float {
	sum, term := bigAdd(first, bigNum(0)), first
	for k := 1; term.Sign() != 0 && term.MantExp(nil) > sum.MantExp(nil)-precision; k++ {
		term = bigMul(term, ratio(k))
		sum.Add(sum, term)
	}
	return sum
}

// bigExp is (e^(x/2ᵐ))^(2ᵐ).
func bigExp(x *big.Float) *big.Float {
	const m = 20
	r := bigNum(0).SetMantExp(x, -m)
	y := bigSeries(bigNum(1), func(k int) *big.Float { return bigQuo(r, bigNum(float64(k))) })
	for range m {
		y = bigMul(y, y)
	}
	return y
}

// bigAtanh is s + s³/3 + s⁵/5 + ... for small s.
func bigAtanh(s *big.Float) *big.Float {
	w := bigMul(s, s)
	return bigSeries(s, func(k int) *big.Float {
		return bigMul(w, bigQuo(bigNum(float64(2*k-1)), bigNum(float64(2*k+1))))
	})
}

// bigLog is e·log 2 + log m, y = m·2ᵉ, or the series if y is near 1.
func bigLog(y *big.Float) *big.Float {
	one, two := bigNum(1), bigNum(2)
	logOf := func(m *big.Float) *big.Float {
		return bigMul(two, bigAtanh(bigQuo(bigSub(m, one), bigAdd(m, one))))
	}
	e := y.MantExp(nil)
	if e == 0 || e == 1 {
		return logOf(y)
	}
	return bigAdd(bigMul(bigNum(float64(e)), logOf(two)), logOf(bigNum(0).SetMantExp(y, -e)))
}

// bigLog1p is log(1 + x), x > -1/2.
func bigLog1p(x *big.Float) *big.Float {
	if s := bigQuo(x, bigAdd(bigNum(2), x)); s.Sign() == 0 || s.MantExp(nil) < 0 {
		return bigMul(bigNum(2), bigAtanh(s))
	}
	return bigLog(bigAdd(bigNum(1), x))
}

func bigLog2(y *big.Float) *big.Float { return bigQuo(bigLog(y), bigLog(bigNum(2))) }

func bigExpm1(x *big.Float) *big.Float { return bigSub(bigExp(x), bigNum(1)) }

// bigTanh is (e²ˣ - 1)/(e²ˣ + 1), which cancels near 0: what is made of it has precision-log₂(1/|x|) bits.
func bigTanh(x *big.Float) *big.Float {
	e := bigExp(bigMul(bigNum(2), x))
	return bigQuo(bigSub(e, bigNum(1)), bigAdd(e, bigNum(1)))
}

func bigSigmoid(x *big.Float) *big.Float {
	return bigQuo(bigNum(1), bigAdd(bigNum(1), bigExp(bigNum(0).Neg(x))))
}

func bigSoftplus(x *big.Float) *big.Float { return bigLog1p(bigExp(x)) }

// bigPi is Machin's 16·atan(1/5) - 4·atan(1/239).
func bigPi() *big.Float {
	atan := func(n float64) *big.Float {
		w := bigQuo(bigNum(-1), bigNum(n*n))
		return bigSeries(bigQuo(bigNum(1), bigNum(n)), func(k int) *big.Float {
			return bigMul(w, bigQuo(bigNum(float64(2*k-1)), bigNum(float64(2*k+1))))
		})
	}
	return bigSub(bigMul(bigNum(16), atan(5)), bigMul(bigNum(4), atan(239)))
}

func bigSin(x *big.Float) *big.Float {
	turn := bigMul(bigNum(2), bigPi())
	f, _ := bigQuo(x, turn).Float64()
	r := bigSub(x, bigMul(bigNum(math.Round(f)), turn))
	w := bigMul(r, r)
	return bigSeries(r, func(k int) *big.Float { return bigQuo(w, bigNum(-float64(2*k*(2*k+1)))) })
}

func bigCos(x *big.Float) *big.Float {
	return bigSin(bigAdd(x, bigQuo(bigPi(), bigNum(2))))
}

// bigErf is 2/√π·Σ (-1)ᵏ·x²ᵏ⁺¹/(k!·(2k+1)).
func bigErf(x *big.Float) *big.Float {
	w := bigMul(x, x)
	sum := bigSeries(x, func(k int) *big.Float {
		return bigMul(w, bigQuo(bigNum(-float64(2*k-1)), bigNum(float64(k*(2*k+1)))))
	})
	return bigQuo(bigMul(bigNum(2), sum), bigNum(0).Sqrt(bigPi()))
}
