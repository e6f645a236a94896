package flows

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
