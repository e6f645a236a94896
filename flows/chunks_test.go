package flows

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// The workers of a burst of calls are given back, but for as many as can be busy at once.
func TestBurstIsNotPaidForEverAfter(t *testing.T) {
	f, err := (&Flow{Dim: 2, Params: newParams()}).compile()
	require.NoError(t, err)
	c := f.run.(*compiled[float32])
	burst := make([]*worker[float32], 50)
	for i := range burst {
		burst[i] = c.acquire(16)
	}
	for i := range burst {
		c.release(burst[i : i+1])
	}
	assert.Len(t, c.free[16], runtime.GOMAXPROCS(0))
	kept := c.free[16][runtime.GOMAXPROCS(0)-1]
	assert.Same(t, kept, c.acquire(16), "what is kept serves the next call")
}

// A worker that has logged a long solve gives that memory back, and keeps a short one's.
func TestLongLogsAreGivenBack(t *testing.T) {
	const dim, rows = 64, 128
	still := nn.Func(func(z *graph.Node) *graph.Node { return graph.Scale(z, 1e-3) })
	for steps, keeps := range map[int]bool{20: true, 800: false} {
		block := FFJORD{Field: still, Trace: Hutchinson{Rand: rand.New(rand.NewPCG(1, 0))}, Solver: ode.Solver{Method: ode.Euler, Steps: steps}}
		f := &Flow{Dim: dim, Blocks: block, Params: newParams()}
		_, err := f.Score(t.Context(), matrix(make([]float32, rows*dim), dim))
		require.NoError(t, err)
		compilation, err := f.compilation(t.Context())
		require.NoError(t, err)
		held := 0
		for _, free := range compilation.run.(*compiled[float32]).free {
			for _, w := range free {
				held += w.carriers[0].(*ffjordCarrier[float32]).log.Floats()
			}
		}
		assert.Equal(t, keeps, held > 0, "%d steps", steps)
	}
}
