package ode

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/graph"
)

// A log holds the state before each step and nothing else, and keeps its memory for the next solve.
func TestLogMemory(t *testing.T) {
	const steps, rows, width = 6, 5, 3
	p := Problem{Widths: []int{2, 1}, Field: func(*graph.Graph) Field {
		return func(_ *graph.Node, y State) State { return State{graph.Neg(y[0]), graph.SumCols(y[0])} }
	}}
	it, err := NewIntegrator[float32](p, Solver{Steps: steps})
	require.NoError(t, err)
	w, err := it.NewWorker(rows)
	require.NoError(t, err)
	var log Log[float32]
	require.NoError(t, w.Solve(t.Context(), rows, 0, 1, &log))
	assert.Len(t, log.states, steps*rows*width)
	first := &log.states[0]
	require.NoError(t, w.Solve(t.Context(), rows-1, 0, 1, &log))
	assert.Len(t, log.states, steps*(rows-1)*width)
	assert.Same(t, first, &log.states[0])
	require.NoError(t, w.Solve(t.Context(), rows, 1, 1, &log))
	assert.Empty(t, log.states)
}
