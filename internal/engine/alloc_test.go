package engine

import (
	"github.com/go-ffjord/ffjord/internal/kernel"

	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Slots taken are taken once, and all that is given back becomes one gap again.
func TestSlotSpace(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var s slotSpace
		owner := map[int]int{} // of a slot
		var taken [][2]int     // first slot and length
		for i := range rapid.IntRange(1, 60).Draw(rt, "steps") {
			if len(taken) > 0 && rapid.Bool().Draw(rt, "free") {
				k := rapid.IntRange(0, len(taken)-1).Draw(rt, "which")
				r := taken[k]
				taken = append(taken[:k], taken[k+1:]...)
				s.free(r[0], r[1])
				for j := range r[1] {
					delete(owner, r[0]+j)
				}
				continue
			}
			n := rapid.IntRange(1, 9).Draw(rt, "length")
			from := s.take(n)
			taken = append(taken, [2]int{from, n})
			for j := range n {
				require.NotContains(rt, owner, from+j)
				require.Less(rt, from+j, s.size)
				owner[from+j] = i
			}
		}
		for _, r := range taken {
			s.free(r[0], r[1])
		}
		if s.size > 0 {
			require.Equal(rt, s.size, s.length(0), "one gap")
		}
	})
}

// Buffers that are alive together never share a slot: each operation finds its operands as they were written.
func TestSlotsKeepLiveValues(t *testing.T) {
	p := finished(t, func(b *Builder) {
		x, w := b.Rows("x", 3), b.Uniform("w", 3, 3)
		values := []Value{x}
		for i := range 30 {
			v := b.Apply(kernel.Tanh, b.MatMul(values[i*7%len(values)], w))
			values = append(values, b.Apply(kernel.Sub, b.Apply(kernel.Mul, v, values[i*5%len(values)]), values[i*3%len(values)]))
		}
		b.Output("out", values[30])
		b.Output("middle", values[15])
	})
	require.NoError(t, verifySlots(p))
	require.Less(t, p.slotCount, len(p.ops)*3/2)
}
