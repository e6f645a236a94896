package engine

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/internal/kernel"
)

// What is made of the bound numbers before the rows follows every change of their bits: elements and slices, and the
// sign of a zero, which no comparison of numbers sees.
func TestPreparedFollowsWhatIsBound(t *testing.T) {
	p := finished(t, func(b *Builder) {
		w := b.Uniform("w", 1, 1)
		b.Output("y", b.Apply(kernel.Mul, b.Rows("x", 1), b.Apply(kernel.Div, b.Number(1), w)))
	})
	require.NotEmpty(t, p.prologue)
	m := machine(t, p, 1)
	m.Rows("x")[0][0] = 1
	of := func() float64 {
		require.NoError(t, m.Run(1))
		return m.Columns("y")[0][0]
	}
	w := []float64{4}
	m.Bind("w", w)
	require.Equal(t, 0.25, of())
	w[0] = 0
	require.Equal(t, 0.25, of(), "not bound again")
	m.Rebind()
	require.Equal(t, math.Inf(1), of())
	w[0] = math.Copysign(0, -1)
	m.Rebind()
	require.Equal(t, math.Inf(-1), of())
	m.Rebind()
	require.Equal(t, math.Inf(-1), of())
	m.Bind("w", []float64{2})
	require.Equal(t, 0.5, of())
}
