package kernel

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// A row by itself gets the bits that it gets as a lane of MatMul, on every kernel set.
func TestRowMatMul(t *testing.T) {
	t.Run("float32", testRowMatMul[float32])
	t.Run("float64", testRowMatMul[float64])
}

func testRowMatMul[T Float](t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	kinds := []Kind{None, Column, Uniform, Const}
	for trial := range 60 {
		k, j := rng.IntN(40), 1+rng.IntN(20)
		if trial%5 == 0 {
			j = 1 + rng.IntN(150)
		}
		lane, row := rowCase[T](rng, k, j, kinds[trial%4], trial)
		for _, s := range sets[T](t) {
			lane, row := lane.clone(), row.clone()
			require.NoError(t, lane.lane.Check(Room{Arena: len(lane.arena), Uniform: len(lane.uniform), Lanes: 1}))
			require.NoError(t, row.row.Check(Room{Arena: len(row.arena), Uniform: len(row.uniform), Lanes: 1}))
			s.MatMul(lane.lane, lane.arena, lane.uniform, 1)
			s.RowMatMul(row.row, row.arena, row.uniform)
			for i := range j {
				require.Equal(t, bitsOf(lane.arena[lane.lane.Out.D[i]]), bitsOf(row.arena[row.row.Out.D+i]), "%v, k %d, j %d of %d", s.ISA, k, i, j)
				if lane.lane.Second.D != nil {
					require.Equal(t, bitsOf(lane.arena[lane.lane.Second.D[i]]), bitsOf(row.arena[row.row.Second.D+i]), "%v, second %d of %d", s.ISA, i, j)
				}
			}
		}
	}
}

// product is one of a row as a lane, or by itself, and its numbers.
type product[T Float] struct {
	lane           *MatMul
	row            *RowMatMul
	arena, uniform []T
}

func (p product[T]) clone() product[T] {
	p.arena, p.uniform = append([]T(nil), p.arena...), append([]T(nil), p.uniform...)
	return p
}

// rowCase makes the same product of k terms and j columns for both kernels, with E, C and a second result by the bits of
// parts.
func rowCase[T Float](rng *rand.Rand, k, j int, init Kind, parts int) (lane, row product[T]) {
	wide := Pad(j)
	lane.lane, row.row = &MatMul{W: 3, WK: j + 2, WJ: 1}, &RowMatMul{W: 3, WK: j + 2, J: j}
	for range 3 + (k+1)*(j+2) + wide {
		lane.uniform = append(lane.uniform, T(rng.NormFloat64()))
	}
	row.uniform = lane.uniform
	// columns makes n numbers, as lane 0 of n columns and one after the other.
	columns := func(n int) (at []int32, place int) {
		place = len(row.arena)
		row.arena = append(row.arena, make([]T, n+Lanes)...)
		for i := range n {
			at = append(at, int32(len(lane.arena)))
			lane.arena = append(lane.arena, make([]T, Lanes)...)
			v := T(rng.NormFloat64())
			lane.arena[at[i]], row.arena[place+i] = v, v
		}
		return at, place
	}
	operand := func(wanted bool) (Operand, int) {
		if !wanted {
			return Operand{}, Nowhere
		}
		at, place := columns(j)
		return columnsAt(at...), place
	}
	var x int
	lane.lane.X, x = columns(k)
	for i := range k {
		row.row.X = append(row.row.X, int32(x+i))
	}
	lane.lane.Init, row.row.Init = Operand{Kind: init, Value: 0.3}, Operand{Kind: init, Value: 0.3}
	switch init {
	case Column:
		at, place := columns(j)
		lane.lane.Init.At, row.row.Init.At = at, []int32{int32(place)}
	case Uniform:
		for i := range j {
			lane.lane.Init.At = append(lane.lane.Init.At, int32(1+i))
		}
		row.row.Init.At = []int32{1}
	}
	lane.lane.Out.D, row.row.Out.D = columns(j)
	lane.lane.Out.E, row.row.Out.E = operand(parts&1 != 0)
	lane.lane.Out.C, row.row.Out.C = operand(parts&2 != 0)
	row.row.Second.D = Nowhere
	if parts&4 != 0 {
		lane.lane.Second.D, row.row.Second.D = columns(j)
	}
	lane.lane.Second.E, row.row.Second.E = operand(parts&8 != 0)
	lane.lane.Second.C, row.row.Second.C = operand(parts&16 != 0)
	return lane, row
}
