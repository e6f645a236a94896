package kernel

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBinarySpecialValues(t *testing.T) {
	t.Run("float32", testBinarySpecialValues[float32])
	t.Run("float64", testBinarySpecialValues[float64])
}

// testBinarySpecialValues wants the bits of Go's operators for every pair of numbers of no ordinary size, on either
// side.
func testBinarySpecialValues[T Float](t *testing.T) {
	inf := math.Inf(1)
	values := []T{0, T(math.Copysign(0, -1)), 1, -1, T(inf), T(-inf), T(math.NaN()), 1e-40, -1e-40, 3e38, 2}
	for _, op := range functions(2) {
		for _, x := range values {
			for _, y := range values {
				d := []T{0}
				binaryLanes(op, d, []T{x}, []T{y})
				for _, s := range sets[T](t) {
					for _, a := range []*Binary{
						{D: []int32{2 * Lanes}, A: columnsAt(0), B: columnsAt(Lanes), Fn: op},
						{D: []int32{2 * Lanes}, A: columnsAt(0), B: Constant(float64(y)), Fn: op},
						{D: []int32{2 * Lanes}, A: uniformsAt(0), B: columnsAt(Lanes), Fn: op},
					} {
						arena := make([]T, 3*Lanes)
						for i := range Lanes {
							arena[i], arena[Lanes+i] = x, y
						}
						s.Binary(a, arena, []T{x}, Lanes)
						require.Equal(t, bitsOf(d[0]), bitsOf(arena[3*Lanes-1]), "%v %v(%v, %v) = %v, want %v", s.ISA, op, x, y, arena[3*Lanes-1], d[0])
					}
				}
			}
		}
	}
}

func TestReduceKeepsNaN(t *testing.T) {
	for op := range reduceOps {
		for c := range 3 {
			for _, s := range sets[float32](t) {
				arena, at := room[float32](4, Lanes)
				arena[c*Lanes+5] = float32(math.NaN())
				s.Reduce(&Reduce{X: at[:3], D: at[3], Op: op}, arena, Lanes)
				for i, y := range arena[3*Lanes:] {
					require.Equal(t, i == 5, y != y, "%v %v, NaN in column %d", s.ISA, op, c)
				}
			}
		}
	}
}

func TestChooseTakesNaNForTrue(t *testing.T) {
	for _, s := range sets[float64](t) {
		arena := make([]float64, 2*Lanes)
		arena[0], arena[1] = math.NaN(), math.Copysign(0, -1)
		s.Choose(&Choose{D: []int32{Lanes}, If: columnsAt(0), A: Constant(7), B: Constant(math.NaN())}, arena, nil, Lanes)
		require.Equal(t, 7., arena[Lanes])
		require.True(t, math.IsNaN(arena[Lanes+1]))
	}
}
