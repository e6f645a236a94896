package kernel

import (
	"fmt"
	"testing"
)

// each runs a benchmark for every set of both element types.
func each(b *testing.B, f32 func(b *testing.B, s *Set[float32]), f64 func(b *testing.B, s *Set[float64])) {
	for _, s := range sets[float32](b) {
		b.Run("float32/"+s.ISA.String(), func(b *testing.B) { f32(b, s) })
	}
	for _, s := range sets[float64](b) {
		b.Run("float64/"+s.ISA.String(), func(b *testing.B) { f64(b, s) })
	}
}

// room is an arena of count columns of n rows, of moderate values, and their offsets.
func room[T Float](count, n int) (arena []T, at []int32) {
	n = Pad(n)
	arena, at = make([]T, count*n), make([]int32, count)
	for i := range arena {
		arena[i] = T(i%97)/50 - .9
	}
	for c := range at {
		at[c] = int32(c * n)
	}
	return arena, at
}

func gflops(b *testing.B, flops int) {
	b.ReportMetric(float64(flops)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
}

func perElement(b *testing.B, elements int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(elements), "ns/element")
}

// BenchmarkPeak measures what the processor can do at most, for shares of it.
func BenchmarkPeak(b *testing.B) { each(b, benchPeak[float32], benchPeak[float64]) }

func benchPeak[T Float](b *testing.B, s *Set[T]) {
	if s.Peak == nil {
		b.Skip("plain Go has no fused multiply-add to measure")
	}
	flops := 0
	for b.Loop() {
		flops = s.Peak(1000)
	}
	gflops(b, flops)
}

func BenchmarkMatMul(b *testing.B) { each(b, benchMatMul[float32], benchMatMul[float64]) }

func benchMatMul[T Float](b *testing.B, s *Set[T]) {
	for _, m := range []struct{ k, j, n int }{{2, 8, 128}, {8, 8, 128}, {8, 2, 128}, {64, 64, 128}, {128, 128, 64}, {430, 430, 64}} {
		b.Run(fmt.Sprintf("%dx%dx%d", m.n, m.k, m.j), func(b *testing.B) {
			arena, at := room[T](m.k+m.j, m.n)
			uniform, bias := make([]T, m.k*m.j+m.j), make([]int32, m.j)
			for i := range uniform {
				uniform[i] = T(i%13) / 13
			}
			for j := range bias {
				bias[j] = int32(m.k*m.j + j)
			}
			a := &MatMul{X: at[:m.k], WK: m.j, WJ: 1, Init: uniformsAt(bias...), Out: Product{D: at[m.k:]}}
			for b.Loop() {
				s.MatMul(a, arena, uniform, m.n)
			}
			gflops(b, 2*m.k*m.j*m.n)
		})
	}
}

func BenchmarkUnary(b *testing.B) { each(b, benchUnary[float32], benchUnary[float64]) }

func benchUnary[T Float](b *testing.B, s *Set[T]) {
	for _, op := range functions(1) {
		b.Run(op.String(), func(b *testing.B) {
			const c, n = 16, 128
			arena, at := room[T](2*c, n)
			for i := range arena {
				arena[i] += .95
			}
			a := &Unary{D: at[:c], X: at[c:], Fn: op}
			for b.Loop() {
				s.Unary(a, arena, n)
			}
			perElement(b, c*n)
		})
	}
}

func BenchmarkTanhWithSlope(b *testing.B) { each(b, benchSlope[float32], benchSlope[float64]) }

func benchSlope[T Float](b *testing.B, s *Set[T]) {
	const c, n = 8, 128
	arena, at := room[T](3*c, n)
	a := &Unary{D: at[:c], X: at[c : 2*c], Slope: at[2*c:], Fn: Tanh}
	for b.Loop() {
		s.Unary(a, arena, n)
	}
	perElement(b, c*n)
}

func BenchmarkAffine(b *testing.B) { each(b, benchAffine[float32], benchAffine[float64]) }

func benchAffine[T Float](b *testing.B, s *Set[T]) {
	const c, n = 8, 128
	arena, at := room[T](4*c, n)
	for _, x := range []struct {
		name string
		b, c Operand
	}{
		{"mul", columnsAt(at[2*c : 3*c]...), Operand{}},
		{"add", Operand{}, columnsAt(at[3*c:]...)},
		{"fma", columnsAt(at[2*c : 3*c]...), columnsAt(at[3*c:]...)},
		{"scale", Constant(2), Operand{}},
	} {
		b.Run(x.name, func(b *testing.B) {
			a := &Affine{D: at[:c], A: at[c : 2*c], B: x.b, C: x.c, Alpha: 1, Beta: 1}
			for b.Loop() {
				s.Affine(a, arena, nil, n)
			}
			perElement(b, c*n)
		})
	}
}

func BenchmarkBinary(b *testing.B) { each(b, benchBinary[float32], benchBinary[float64]) }

func benchBinary[T Float](b *testing.B, s *Set[T]) {
	const c, n = 8, 128
	arena, at := room[T](3*c, n)
	for _, op := range functions(2) {
		b.Run(op.String(), func(b *testing.B) {
			a := &Binary{D: at[:c], A: columnsAt(at[c : 2*c]...), B: columnsAt(at[2*c:]...), Fn: op}
			for b.Loop() {
				s.Binary(a, arena, nil, n)
			}
			perElement(b, c*n)
		})
	}
}

func BenchmarkOuter(b *testing.B) { each(b, benchOuter[float32], benchOuter[float64]) }

func benchOuter[T Float](b *testing.B, s *Set[T]) {
	for _, m := range []struct{ i, j, n int }{{2, 8, 128}, {8, 8, 128}, {2, 64, 128}, {64, 64, 128}, {430, 430, 64}} {
		b.Run(fmt.Sprintf("%dx%dx%d", m.n, m.i, m.j), func(b *testing.B) {
			arena, at := room[T](m.i+m.j, m.n)
			a := &Outer{A: at[:m.i], B: at[m.i:]}
			sums, scratch := make([]T, a.Size()), make([]T, a.Scratch(m.n))
			for b.Loop() {
				s.Outer(a, arena, sums, scratch, m.n)
			}
			gflops(b, 2*m.i*m.j*m.n)
		})
	}
}

func BenchmarkRowSum(b *testing.B) { each(b, benchRowSum[float32], benchRowSum[float64]) }

func benchRowSum[T Float](b *testing.B, s *Set[T]) {
	const c, n = 8, 128
	arena, at := room[T](c, n)
	a := &RowSum{X: at}
	sums := make([]T, a.Size())
	for b.Loop() {
		s.RowSum(a, arena, sums, n)
	}
	perElement(b, c*n)
}

func BenchmarkFold(b *testing.B) { each(b, benchFold[float32], benchFold[float64]) }

func benchFold[T Float](b *testing.B, s *Set[T]) {
	sums, dst := make([]T, 64*Lanes), make([]T, 64)
	for b.Loop() {
		s.Fold(dst, sums)
	}
	perElement(b, len(dst))
}
