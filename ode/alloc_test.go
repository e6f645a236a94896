package ode

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/graph"
)

// In the steady state a solve and the way back allocate what the machines underneath do, and nothing else.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	decay := Problem{Widths: []int{1}, Field: func(*graph.Graph) Field {
		return func(_ *graph.Node, y State) State { return State{graph.Neg(y[0])} }
	}}
	for name, s := range map[string]Solver{
		"adaptive": {}, "shared": {Shared: true}, "grid": {Steps: 10}, "pi": {Control: Control{P: 0.4, I: 0.3}},
	} {
		t.Run(name, func(t *testing.T) {
			it, err := NewIntegrator[float32](decay, s)
			require.NoError(t, err)
			w, err := it.NewWorker(1)
			require.NoError(t, err)
			_, err = w.Cotangent(0)
			require.NoError(t, err)
			var log Record[float32]
			ctx := context.Background()
			solve := func() {
				w.state[0][0], w.cot[0][0] = 1, 1
				if err := w.Solve(ctx, 1, 0, 2, &log); err != nil {
					t.Error(err)
				}
				if err := w.Back(ctx, &log); err != nil {
					t.Error(err)
				}
			}
			run := func(m *machine[float32]) float64 {
				return testing.AllocsPerRun(20, func() {
					if err := m.Run(1); err != nil {
						t.Error(err)
					}
				})
			}
			got := testing.AllocsPerRun(20, solve)
			st := w.stats[0]
			want := float64(st.Accepted) * run(w.back)
			if w.step != nil {
				want += float64(st.Accepted) * run(w.step)
			} else {
				want += run(w.field) + float64(st.Accepted+st.Rejected)*run(w.trial)
			}
			assert.InDelta(t, want, got, float64(st.Accepted)/2, "less than one a step, which is the machines' own spread")
		})
	}
}
