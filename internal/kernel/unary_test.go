package kernel

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// accuracy is what the comment at Unary promises, in units of the unit roundoff. Those that roundings of a few
// operations don't bound have a series beside them.
var accuracy = []struct {
	op        Fn
	bound     float64
	lo, hi    float64 // where float64 is tried; float32 is tried everywhere
	exact     func(float64) float64
	big       func(*big.Float) *big.Float
	near, far float64 // the series is precise where near ≤ |x| ≤ far; far 0 is no limit
}{
	{op: Exp, bound: 3, lo: -744, hi: 709, exact: exp, big: bigExp, far: 1e4},
	{op: Log, bound: 3, lo: 0x1p-1022, hi: 1e3, exact: log, big: bigLog},
	{op: Tanh, bound: 6, lo: -25, hi: 25, exact: math.Tanh, big: bigTanh, near: 0x1p-100, far: 1e4},
	{op: Sigmoid, bound: 3, lo: -700, hi: 40, exact: sigmoid, big: bigSigmoid, near: 0x1p-100, far: 1e4},
	{op: Softplus, bound: 3, lo: -700, hi: 40, exact: softplus, big: bigSoftplus, near: 0x1p-100, far: 1e4},
	{op: Sin, bound: 3, lo: -6e8, hi: 6e8, exact: math.Sin, big: bigSin, far: 1e6},
	{op: Cos, bound: 3, lo: -6e8, hi: 6e8, exact: math.Cos, big: bigCos, far: 1e6},
	{op: Expm1, bound: 3, lo: -50, hi: 709, exact: math.Expm1, big: bigExpm1, near: 0x1p-100, far: 1e4},
	{op: Log1p, bound: 3, lo: -0.999, hi: 1e3, exact: math.Log1p, big: bigLog1p, near: 0x1p-100},
	{op: Log2, bound: 3, lo: 0x1p-1022, hi: 1e3, exact: log2, big: bigLog2},
	{op: Erf, bound: 3, lo: -6, hi: 6, exact: math.Erf, big: bigErf, near: 0x1p-100, far: 7},
	{op: InvSqrt, bound: 3, exact: func(x float64) float64 { return 1 / math.Sqrt(x) }},
	{op: Recip, bound: 1, exact: func(x float64) float64 { return 1 / x }},
	{op: Sqrt, bound: 1, exact: math.Sqrt},
	{op: Square, bound: 1, exact: func(x float64) float64 { return x * x }},
	{op: Cube, bound: 3, exact: func(x float64) float64 { return x * x * x }},
	{op: Neg, exact: func(x float64) float64 { return -x }},
	{op: Abs, exact: math.Abs},
	{op: Sign, exact: sign},
	{op: Floor, exact: math.Floor},
	{op: Ceil, exact: math.Ceil},
}

func TestEveryFunctionHasABound(t *testing.T) {
	tried := map[Fn]bool{}
	for _, f := range accuracy {
		tried[f.op] = true
	}
	for _, f := range functions(1) {
		assert.True(t, tried[f], "accuracy of unary_test.go has no line for %v", f)
	}
}

// evaluator is a way to compute functions of one number: the kernels of an instruction set, or the table of scalars,
// which serves what is the same for all rows.
type evaluator[T Float] struct {
	name  string
	isGo  bool
	unary func(a *Unary, arena []T, n int)
}

func evaluators[T Float](t testing.TB) []evaluator[T] {
	all := []evaluator[T]{{name: "scalars", isGo: true, unary: func(a *Unary, arena []T, n int) {
		for j, o := range a.D {
			d := column(arena, o, Pad(n))
			for i, x := range column(arena, a.X[j], Pad(n)) {
				d[i] = T(a.Fn.Of(float64(x), 0, 0))
			}
		}
	}}}
	for _, s := range sets[T](t) {
		all = append(all, evaluator[T]{s.ISA.String(), s.ISA == Go, s.Unary})
	}
	return all
}

// TestUnaryFloat32 runs every function over float32 numbers of all magnitudes and signs, ±Inf and NaN, against
// float64.
func TestUnaryFloat32(t *testing.T) {
	const tile = 1 << 12
	stride := uint32(1999) // prime: 2.1 million numbers
	if testing.Short() {
		stride = 99991
	}
	for _, f := range accuracy {
		for _, s := range evaluators[float32](t) {
			t.Run(fmt.Sprintf("%v/%v", f.op, s.name), func(t *testing.T) {
				t.Parallel()
				a := &Unary{D: []int32{tile}, X: []int32{0}, Fn: f.op}
				arena := make([]float32, 2*tile)
				worst, at := 0.0, float32(0)
				step := stride
				if s.isGo {
					step *= 16
				}
				for base := uint64(0); base < 1<<32; base += uint64(step) * tile {
					for i := range tile {
						arena[i] = math.Float32frombits(uint32(base) + uint32(i)*step)
					}
					s.unary(a, arena, tile)
					for i, x := range arena[:tile] {
						e := errorIn(float64(arena[tile+i]), f.exact(float64(x)), 0x1p-24, 0x1p-149, math.MaxFloat32)
						if !(e <= worst) {
							worst, at = e, x
						}
					}
				}
				t.Logf("largest error %.3g roundoffs, at %v", worst, at)
				assert.LessOrEqual(t, worst, f.bound, "at %v, against the reference in float64", at)
			})
		}
	}
}

// errorIn is the error of y in units of the roundoff of want, or, where want is denormal, in halves of the least
// number. NaN and infinities must be met.
func errorIn(y, want, roundoff, least, most float64) float64 {
	switch {
	case want != want:
		if y != y {
			return 0
		}
		return math.Inf(1)
	case math.Abs(want) > most*(1+roundoff):
		if math.IsInf(y, int(math.Copysign(1, want))) {
			return 0
		}
		return math.Inf(1)
	case want == 0:
		if y == 0 && math.Signbit(y) == math.Signbit(want) {
			return 0
		}
		return math.Inf(1)
	}
	return inRoundoffs(y-want, want, roundoff, least)
}

func inRoundoffs(difference, want, roundoff, least float64) float64 {
	if math.Abs(want)*roundoff < least {
		return 2 * math.Abs(difference) / least
	}
	return math.Abs(difference) / (math.Abs(want) * roundoff)
}

// TestUnaryFloat64 compares with series summed with 240 bits.
func TestUnaryFloat64(t *testing.T) {
	count := 2048
	if testing.Short() {
		count = 512
	}
	for _, f := range accuracy {
		if f.big == nil {
			continue
		}
		t.Run(f.op.String(), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(1, uint64(f.op)))
			x := make([]float64, count)
			want := make([]*big.Float, count)
			for i := range x {
				x[i] = f.lo + (f.hi-f.lo)*rng.Float64()
				switch i % 4 {
				case 1: // near zero, or for the logarithm near one
					x[i] = math.Ldexp(rng.Float64(), -rng.IntN(60))
					if f.op == Log || f.op == Log2 {
						x[i]++
					} else if f.op != Exp && f.op != Sigmoid && f.op != Softplus && rng.IntN(2) == 0 {
						x[i] = -x[i]
					}
				case 2:
					x[i] = max(f.lo, min(f.hi, 6*rng.Float64()-3))
				case 3:
					if f.op == Sin || f.op == Cos { // near the zeros
						x[i] = math.Pi / 2 * math.Floor(x[i])
					}
				}
				want[i] = f.big(bigNum(x[i]))
			}
			for _, s := range evaluators[float64](t) {
				arena := append(append([]float64(nil), x...), make([]float64, count)...)
				s.unary(&Unary{D: []int32{int32(count)}, X: []int32{0}, Fn: f.op}, arena, count)
				worst, at := 0.0, 0.0
				for i, y := range arena[count:] {
					w, _ := want[i].Float64()
					d, _ := bigSub(bigNum(y), want[i]).Float64()
					if s.isGo && (f.op == Sin || f.op == Cos) {
						w = 1 // math.Sin is only absolutely that good
					}
					if e := inRoundoffs(d, w, 0x1p-53, 0x1p-1074); !(e <= worst) {
						worst, at = e, x[i]
					}
				}
				t.Logf("%v: largest error %.3g roundoffs, at %v", s.name, worst, at)
				assert.LessOrEqual(t, worst, f.bound, "%v at %v, against the series: which of the two is wrong?", s.name, at)
			}
		})
	}
}

func TestUnarySpecialValues(t *testing.T) {
	t.Run("float32", testUnarySpecialValues[float32])
	t.Run("float64", testUnarySpecialValues[float64])
}

// testUnarySpecialValues tries numbers of no ordinary size: against the series where the result is finite and not 0,
// and for the rest against what package math gives.
func testUnarySpecialValues[T Float](t *testing.T) {
	least, normal, most := 0x1p-149, 0x1p-126, math.MaxFloat32
	if unit[T]() == 0x1p-53 {
		least, normal, most = 0x1p-1074, 0x1p-1022, math.MaxFloat64
	}
	inf := math.Inf(1)
	values := []float64{0, math.Copysign(0, -1), least, -least, 3 * least, normal, -normal, normal / 4, most, -most, inf, -inf,
		math.NaN(), 1, -1, 0.5, 1e5, -1e5, 1e15, -1e15, 88.8, -87.5, -100, -104, -720, -744.4, -745.5, 709.5, 709.7, 710}
	for _, f := range accuracy {
		for _, s := range evaluators[T](t) {
			arena := make([]T, 2*Lanes)
			for _, x := range values {
				for i := range Lanes {
					arena[i] = T(x)
				}
				s.unary(&Unary{D: []int32{Lanes}, X: []int32{0}, Fn: f.op}, arena, 1)
				y, in := float64(arena[Lanes]), float64(T(x))
				want := f.exact(in)
				e := errorIn(y, want, unit[T](), least, most)
				if e < math.Inf(1) && f.big != nil && want != 0 && want == want && !math.IsInf(y, 0) && math.Abs(in) >= f.near && (f.far == 0 || math.Abs(in) <= f.far) {
					d, _ := bigSub(bigNum(y), f.big(bigNum(in))).Float64()
					e = inRoundoffs(d, want, unit[T](), least)
				}
				require.LessOrEqual(t, e, f.bound, "%v(%v) = %v in %s, want %v", f.op, x, y, s.name, want)
			}
		}
	}
}

func TestSlopes(t *testing.T) {
	t.Run("float32", testSlopes[float32])
	t.Run("float64", testSlopes[float64])
}

// testSlopes wants the bits that the kernels give for 1 - y² and σ(x)·σ(-x) step by step, every step rounded.
func testSlopes[T Float](t *testing.T) {
	x := []T{0, T(math.Copysign(0, -1)), 1e-40, -1e-30, .3, -.7, 1, -2.5, 9.01, 17, -17, 40, -40, 80, -95, T(math.Inf(-1))}
	for _, s := range sets[T](t) {
		for _, f := range []Fn{Tanh, Sigmoid} {
			arena := make([]T, 5*Lanes)
			copy(arena, x)
			for i, v := range x {
				arena[4*Lanes+i] = -v
			}
			s.Unary(&Unary{D: []int32{Lanes}, X: []int32{0}, Slope: []int32{2 * Lanes}, Fn: f}, arena, Lanes)
			s.Unary(&Unary{D: []int32{3 * Lanes}, X: []int32{4 * Lanes}, Fn: f}, arena, Lanes)
			for i, v := range x {
				y, other, slope := arena[Lanes+i], arena[3*Lanes+i], arena[2*Lanes+i]
				want := y * other
				if f == Tanh {
					want = 1 - T(y*y)
				}
				require.Equal(t, bitsOf(want), bitsOf(slope), "slope of %v at %v in %v", f, v, s.ISA)
				require.GreaterOrEqual(t, slope, T(0))
			}
		}
	}
}

func TestTanhStaysWithinOne(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testTanhStaysWithinOne[float32](t, 7, 9.1) })
	t.Run("float64", func(t *testing.T) { testTanhStaysWithinOne[float64](t, 17, 20.1) })
}

// testTanhStaysWithinOne tries numbers between two of which tanh rounds to 1, and their negatives.
func testTanhStaysWithinOne[T Float](t *testing.T, lo, hi T) {
	for _, s := range sets[T](t) {
		const tile = 1 << 12
		arena := make([]T, 4*tile)
		a := &Unary{D: []int32{2 * tile, 3 * tile}, X: []int32{0, tile}, Fn: Tanh}
		for part := range 32 {
			for i := range tile {
				x := lo + (hi-lo)*(T(part)+T(i)/tile)/32
				arena[i], arena[tile+i] = x, -x
			}
			s.Unary(a, arena, tile)
			for i, y := range arena[2*tile : 3*tile] {
				if !(y <= 1) || arena[3*tile+i] != -y {
					t.Fatalf("%v: tanh(%v) = %v, of its negative %v", s.ISA, arena[i], y, arena[3*tile+i])
				}
			}
		}
	}
}
