package flows_test

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"

	"github.com/go-ffjord/ffjord/ode"
)

// Losses, one after the other, use the memory of the first few again.
func TestMemoryDoesNotGrow(t *testing.T) {
	for _, c := range []struct {
		name string
		ode.Solver
	}{
		{"replay", ode.Solver{}},
		{"adjoint", ode.Solver{Adjoint: &ode.Adjoint{}}},
		{"shared", ode.Solver{Shared: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, x := curved(tensor.Float32, c.Solver), drawFloat32(300)
			nll := f.NLL()
			losses := func(n int) (live uint64) {
				for range n {
					_, err := nll.Loss(t.Context(), x)
					require.NoError(t, err)
				}
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				return m.HeapAlloc
			}
			first := losses(20)
			assert.Less(t, float64(losses(briefly(80, 200))), 1.02*float64(first)+1<<15, "bytes that are alive")
		})
	}
}

// A loss in the steady state allocates what its calls and goroutines need, and nothing for a row or a step.
func TestLossAllocatesLittle(t *testing.T) {
	for _, rows := range []int{128, briefly(1024, 4096)} {
		f, x := demo(tensor.Float32, nil), drawFloat32(rows)
		nll := f.NLL()
		allocations := testing.AllocsPerRun(10, func() {
			_, err := nll.Loss(t.Context(), x)
			require.NoError(t, err)
		})
		chunks := (rows + graph.ChunkRows(rows) - 1) / graph.ChunkRows(rows)
		assert.Less(t, allocations, float64(60+60*chunks), "%d rows", rows)
	}
}
