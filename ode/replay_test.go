package ode

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// The order of rows on their way back is part of the last digits of sums over rows: most steps first, then by number.
func TestLongestFirst(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	w := &Worker[float32]{}
	for _, n := range []int{1, 7, 128, 40} {
		log := &Record[float32]{}
		var want []int32
		for row := range n {
			steps := int32(rng.IntN(6))
			head := steps - 1 // of a row without any -1, as noRecord
			if row%9 == 5 {
				head = rowFailed
			}
			log.head, log.steps = append(log.head, head), append(log.steps, steps)
			if head >= 0 {
				want = append(want, int32(row))
			}
		}
		slices.SortStableFunc(want, func(a, b int32) int { return cmp.Compare(log.steps[b], log.steps[a]) })
		w.longestFirst(log)
		require.True(t, slices.Equal(want, w.going.order), "%v, want %v", w.going.order, want)
	}
}
