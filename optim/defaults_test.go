package optim_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/optim"
)

// Whatever the table, Defaults train, in about as many steps, and say what they still want.
func TestDefaultsOfAnyTable(t *testing.T) {
	for _, rows := range []int{0, 1, 10, 178, 6166, 1 << 20, 1 << 40} {
		for _, columns := range []int{1, 13, 500} {
			fit := optim.Defaults(rows, columns)
			assert.GreaterOrEqual(t, fit.Epochs, 1)
			assert.InDelta(t, 80, fit.Batch, 48)
			if rows < 1<<17 { // beyond, the Limit ends an epoch
				assert.LessOrEqual(t, fit.Epochs*(rows/fit.Batch), 3000)
			}
			decay := fit.Optimizer.(*optim.Adam).Decay
			assert.True(t, decay >= 0.1 && decay <= 3, decay)
			assert.Equal(t, time.Minute, fit.Limit)
		}
	}
	assert.Greater(t, optim.Defaults(100, 20).Optimizer.(*optim.Adam).Decay, optim.Defaults(10000, 20).Optimizer.(*optim.Adam).Decay)

	c, fit := newCentre(0), optim.Defaults(50, 1)
	assert.ErrorContains(t, fit.Run(t.Context(), c, numbers(50)), "Validation: no Loss")
	fit.Validation.Loss = func(context.Context) (float64, error) { return (c.at()[0] - 24.5) * (c.at()[0] - 24.5), nil }
	require.NoError(t, fit.Run(t.Context(), c, numbers(50)))
	assert.Greater(t, c.at()[0], 1.0)
}
