package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSums(t *testing.T) {
	t.Run("float32", testSums[float32])
	t.Run("float64", testSums[float64])
}

// testSums compares sums over rows, called twice to see that they add up, with sums in float64; NaN in the lanes
// beyond the rows must not show.
func testSums[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for _, d := range []struct{ i, j, n int }{
		{1, 1, 1}, {3, 5, 7}, {8, 8, 16}, {4, 9, 33}, {16, 3, 20}, {16, 11, 20}, {5, 30, 65}, {9, 30, 65}, {40, 40, 100}, {2, 64, 128}, {7, 7, 0},
	} {
		arena, at := room[T](d.i+d.j, max(d.n, 1))
		pad := Pad(max(d.n, 1))
		for i := range arena {
			arena[i] = T(rng.NormFloat64())
			if i%pad >= d.n {
				arena[i] = T(math.NaN())
			}
		}
		o := &Outer{A: at[:d.i], B: at[d.i:], S: 3}
		r := &RowSum{X: at, S: 1}
		// Sums of 2n products: each addition and product rounds.
		tol := unit[T]() * float64(4*d.n+8) * float64(max(d.n, 1))
		for _, s := range sets[T](t) {
			sums, scratch := make([]T, o.S+o.Size()), make([]T, o.Scratch(d.n))
			rows := make([]T, r.S+r.Size())
			for range 2 {
				s.Outer(o, arena, sums, scratch, d.n)
				s.RowSum(r, arena, rows, d.n)
			}
			got := make([]T, d.i*d.j)
			s.FoldOuter(o, got, sums)
			for i := range d.i {
				for j := range d.j {
					want := 0.0
					for l := range d.n {
						want += 2 * float64(arena[int(o.A[i])+l]) * float64(arena[int(o.B[j])+l])
					}
					require.InDelta(t, want, float64(got[i*d.j+j]), tol, "%v %+v S[%d,%d]", s.ISA, d, i, j)
				}
			}
			columns := make([]T, len(at))
			s.Fold(columns, rows[r.S:])
			for j, c := range at {
				want := 0.0
				for l := range d.n {
					want += 2 * float64(arena[int(c)+l])
				}
				require.InDelta(t, want, float64(columns[j]), tol, "%v %+v column %d", s.ISA, d, j)
			}
		}
	}
}

func TestFold(t *testing.T) {
	sums := make([]float64, 2*Lanes)
	for i := range sums {
		sums[i] = float64(i)
	}
	for _, s := range sets[float64](t) {
		dst := make([]float64, 2)
		s.Fold(dst, sums)
		assert.Equal(t, []float64{120, 376}, dst)
		s.Fold(nil, nil)
	}
}
