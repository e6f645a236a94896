package ode_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/ode"
)

// One integrator serves many goroutines, what it compiles when first needed included.
func TestIntegratorIsShared(t *testing.T) {
	for name, s := range solvers(1e-4, 1e-6) {
		it, err := ode.NewIntegrator[float64](riccati, s)
		require.NoError(t, err)
		var all sync.WaitGroup
		got := make([][2]float64, 4)
		for i := range got {
			all.Go(func() {
				w, err := it.NewWorker(1)
				if !assert.NoError(t, err) {
					return
				}
				w.State(0)[0][0] = 0.5
				var log ode.Record[float64]
				assert.NoError(t, w.Solve(t.Context(), 1, 0, 1, &log))
				g, err := w.Cotangent(0)
				if !assert.NoError(t, err) {
					return
				}
				g[0][0] = 1
				assert.NoError(t, w.Back(t.Context(), &log))
				got[i] = [2]float64{w.State(0)[0][0], g[0][0]}
			})
		}
		all.Wait()
		for _, g := range got {
			assert.Equal(t, got[0], g, name)
		}
	}
}
