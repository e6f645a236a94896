package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMatMul(t *testing.T) {
	t.Run("float32", testMatMul[float32])
	t.Run("float64", testMatMul[float64])
}

// testMatMul compares with the definition, summed with two float64 a number, within the bound the comment at MatMul
// states.
func testMatMul[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for _, d := range []struct {
		k, j, n    int
		transposed bool
		packed     bool
	}{
		{k: 1, j: 1, n: 1}, {k: 2, j: 8, n: 48}, {k: 8, j: 2, n: 128}, {k: 13, j: 17, n: 33}, {k: 128, j: 64, n: 64},
		{k: 43, j: 33, n: 100, transposed: true}, {k: 70, j: 65, n: 112, packed: true}, {k: 1, j: 7, n: 16, packed: true},
	} {
		arena, at := room[T](d.k+d.j, d.n)
		weights := make([]T, d.k*d.j+d.j)
		for _, x := range [][]T{arena, weights} {
			for i := range x {
				x[i] = T(rng.NormFloat64())
			}
		}
		a := &MatMul{X: at[:d.k], W: d.j, WK: d.j, WJ: 1, Packed: d.packed, Init: Operand{Kind: Uniform}, Out: Product{D: at[d.k:]}}
		if d.transposed {
			a.WK, a.WJ = 1, d.k
		}
		weight := func(k, j int) int { return a.W + k*a.WK + j*a.WJ }
		if d.packed {
			weight = func(k, j int) int { return a.W + PackedAt(k, j, d.k, d.j) }
		}
		for j := range d.j {
			a.Init.At = append(a.Init.At, int32(j))
		}
		require.NoError(t, a.Check(Room{Arena: len(arena), Uniform: len(weights), Lanes: d.n}))
		for _, s := range sets[T](t) {
			s.MatMul(a, arena, weights, d.n)
			for j := range d.j {
				for l := range d.n {
					sum, low, size := float64(weights[j]), 0.0, math.Abs(float64(weights[j]))
					for k := range d.k {
						x, w := float64(arena[int(at[k])+l]), float64(weights[weight(k, j)])
						p := x * w
						size += math.Abs(p)
						next := sum + p
						low += math.FMA(x, w, -p) + (p - (next - sum)) + (sum - (next - (next - sum)))
						sum = next
					}
					got := float64(arena[int(at[d.k+j])+l])
					require.LessOrEqual(t, math.Abs(got-sum-low), float64(d.k+2)*unit[T]()*size, "%v %+v [%d,%d]: %v, want %v", s.ISA, d, l, j, got, sum)
				}
			}
		}
	}
}

// A sum starts at 0, to which -0 adds nothing: so it is 0, and stays that when -0 is added as a step of its own.
func TestMatMulOfNegativeZeros(t *testing.T) {
	t.Run("float32", testMatMulOfNegativeZeros[float32])
	t.Run("float64", testMatMulOfNegativeZeros[float64])
}

func testMatMulOfNegativeZeros[T Float](t *testing.T) {
	zero := math.Copysign(0, -1)
	for _, k := range []int{0, 1, 2, 3, 4, 7, 8, 9, 17} {
		arena, at := room[T](k+2, Lanes)
		for i := range arena {
			arena[i] = T(zero)
		}
		uniform := []T{1, T(zero)}
		for _, init := range []Operand{{}, Constant(zero), uniformsAt(1), columnsAt(at[k])} {
			a := &MatMul{X: at[:k], Init: init, Out: Product{D: at[k+1:]}}
			require.NoError(t, a.Check(Room{Arena: len(arena), Uniform: len(uniform), Lanes: 1}))
			for _, s := range sets[T](t) {
				s.MatMul(a, arena, uniform, 1)
				require.Zero(t, bitsOf(arena[at[k+1]]), "%v: %d terms and %+v", s.ISA, k, init)
			}
		}
	}
}

// TestMatMulByNumbers compares operands that are numbers with columns of the same number: results have the same bits.
func TestMatMulByNumbers(t *testing.T) {
	t.Run("float32", testMatMulByNumbers[float32])
	t.Run("float64", testMatMulByNumbers[float64])
}

func testMatMulByNumbers[T Float](t *testing.T) {
	for _, j := range []int{1, 2, 3, 6, 8, 17} {
		for _, n := range []int{1, 16, 40, 128} {
			for _, c := range []struct {
				e, c   Kind
				second bool
				packed bool
			}{
				{e: Uniform}, {c: Uniform}, {e: Uniform, c: Uniform}, {e: Uniform, c: Column},
				{e: Uniform, c: Uniform, second: true}, {e: Uniform, second: true, packed: true},
			} {
				w := newWorld[T](uint64(j), n)
				p := Product{D: w.columns(j), E: w.operand(c.e, j), C: w.operand(c.c, j)}
				a := &MatMul{X: w.columns(5), W: 1, WK: j, WJ: 1, Packed: c.packed, Init: w.operand(Uniform, j), Out: p}
				if c.second {
					a.Out, a.Second = Product{D: w.columns(j)}, p
				}
				require.NoError(t, a.Check(Room{Arena: len(w.arena), Uniform: len(w.uniform), Lanes: n}))
				spread := func(o Operand) Operand {
					if o.Kind != Uniform {
						return o
					}
					at := w.columns(j)
					for i, from := range o.At {
						for l := range Pad(n) {
							w.arena[int(at[i])+l] = w.uniform[from]
						}
					}
					return columnsAt(at...)
				}
				byColumns := *a
				last := &byColumns.Out
				if c.second {
					last = &byColumns.Second
				}
				last.E, last.C = spread(p.E), spread(p.C)
				for _, s := range sets[T](t) {
					numbers, columns := w.clone(), w.clone()
					s.MatMul(a, numbers.arena, numbers.uniform, n)
					s.MatMul(&byColumns, columns.arena, columns.uniform, n)
					require.Equal(t, columns.arena, numbers.arena, "%v, %d columns of %d rows, %+v", s.ISA, j, n, c)
				}
			}
		}
	}
}
