package ode_test

import (
	"context"
	"math"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// waves has the solution sin t + c, without end.
var waves = scalar(1, func(t, y *graph.Node) *graph.Node { return graph.Add(graph.Cos(t), graph.Scale(y, 0)) })

// A record of more bytes than allowed is refused before equal steps are taken, and stops a solve by tolerance; nothing
// near the bound is allocated beyond it.
func TestRecordIsBounded(t *testing.T) {
	tiny := ode.Control{MaxStep: 1e-9}
	for name, s := range map[string]ode.Solver{
		"equal steps":       {Steps: 1 << 40},
		"short steps":       {MaxSteps: 1 << 50, Control: tiny, MaxRecord: 1 << 20},
		"short shared":      {MaxSteps: 1 << 50, Control: tiny, MaxRecord: 1 << 20, Shared: true},
		"equal steps of 10": {Steps: 10, MaxRecord: 10*3*8 - 1},
	} {
		w := worker[float64](t, waves, s, []float64{0}, []float64{1}, []float64{2})
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var record ode.Record[float64]
		err := w.Solve(t.Context(), 3, 0, 1, &record)
		runtime.ReadMemStats(&after)
		var limit *ode.LimitError
		require.ErrorAs(t, err, &limit, name)
		assert.Equal(t, "ode.Solver.MaxRecord", limit.Raise)
		assert.Greater(t, limit.Need, limit.Limit)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(8<<20), name)
		assert.ErrorContains(t, w.Back(t.Context(), &record), "not one of a whole solve", name)
	}
	w := worker[float64](t, waves, ode.Solver{Steps: 10, MaxRecord: 10 * 8}, []float64{0})
	assert.NoError(t, w.Solve(t.Context(), 1, 0, 1, new(ode.Record[float64])), "as many as allowed")
	_, err := ode.Solver{MaxRecord: -1}.WithDefaults()
	assert.ErrorContains(t, err, "MaxRecord is -1 bytes: want at least 1, or 0 for 256 MiB")
}

// A solve without end stops within a tenth of a second of its context's end, whatever its steps are. A busy machine may
// hold it up a few times, and not ten in a row.
func TestContextEndsEverySolve(t *testing.T) {
	long := longMethod(60)
	tiny := ode.Control{MaxStep: 1e-9}
	for name, s := range map[string]ode.Solver{
		"equal":     {Steps: 1 << 40},
		"chosen":    {MaxSteps: 1 << 50, Control: tiny},
		"shared":    {MaxSteps: 1 << 50, Control: tiny, Shared: true},
		"60 stages": {Method: long, Steps: 1 << 40},
	} {
		rows := make([][]float64, 256)
		for i := range rows {
			rows[i] = []float64{float64(i)}
		}
		w := worker[float64](t, waves, s, rows...)
		late := time.Hour
		for try := 0; try < 10 && late > 100*time.Millisecond; try++ {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
			end, _ := ctx.Deadline()
			err := w.Solve(ctx, len(rows), 0, 1, nil)
			late = time.Since(end)
			cancel()
			require.ErrorIs(t, err, context.DeadlineExceeded, name)
		}
		assert.Less(t, late, 100*time.Millisecond, name)
	}
}

// longMethod is Euler's method in so many small steps.
func longMethod(stages int) *ode.Tableau {
	m := &ode.Tableau{Name: "many Euler steps", Order: 1}
	for i := range stages {
		h := 1 / float64(stages)
		var a []float64
		for range i {
			a = append(a, h)
		}
		m.A, m.B, m.C = append(m.A, a), append(m.B, h), append(m.C, float64(i)*h)
	}
	return m
}

// What the caller's function does wrong ends the solve, and the worker goes on.
func TestPanicOfOnStep(t *testing.T) {
	for _, shared := range []bool{false, true} {
		w := worker[float64](t, waves, ode.Solver{Shared: shared}, []float64{0})
		w.OnStep(func(ode.StepEvent) { panic("no luck") })
		err := w.Solve(t.Context(), 1, 0, 1, nil)
		var p *ode.PanicError
		require.ErrorAs(t, err, &p)
		assert.Equal(t, "OnStep", p.Callback)
		w.OnStep(nil)
		start(w.State(0), []float64{0})
		require.NoError(t, w.Solve(t.Context(), 1, 0, 1, nil))
		assert.InDelta(t, math.Sin(1), w.State(0)[0][0], 1e-3)
	}
}

// A field that panics is an error of NewIntegrator that names it.
func TestPanicOfField(t *testing.T) {
	for name, p := range map[string]ode.Problem{
		"field": scalar(1, func(_, y *graph.Node) *graph.Node { panic("no luck") }),
		"maker": {Widths: []int{1}, Field: func(*graph.Graph) ode.Field { panic("no luck") }},
	} {
		_, err := ode.NewIntegrator[float32](p, ode.Solver{})
		var panicked *ode.PanicError
		require.ErrorAs(t, err, &panicked, name)
		assert.ErrorContains(t, err, "no luck")
	}
}

// A tolerance that the element type can't hold is refused at once, or named where a state grows beyond it.
func TestToleranceBelowTheType(t *testing.T) {
	fine := ode.Solver{RTol: 1e-12, ATol: 1e-12}
	_, err := ode.NewIntegrator[float32](waves, fine)
	assert.EqualError(t, err, "ode: component 0 of the state: RTol 1e-12 and ATol 1e-12 are less than float32 can tell apart at 1: want their sum at least 2.4e-07, or float64")
	_, err = ode.NewIntegrator[float64](waves, fine)
	assert.NoError(t, err)
	_, err = ode.NewIntegrator[float32](waves, ode.Solver{RTol: 1e-12, Components: []ode.Tolerance{{Free: false, RTol: 1e-3}}})
	assert.NoError(t, err)

	growth := scalar(1, func(_, y *graph.Node) *graph.Node { return graph.Scale(y, 3) })
	w := worker[float32](t, growth, ode.Solver{RTol: 1e-12, ATol: 1e-6, MaxSteps: 500}, []float64{1000})
	err = w.Solve(t.Context(), 1, 0, 5, nil)
	require.Error(t, err)
	assert.ErrorContains(t, err, "the tolerance is less than float32 can tell apart in a state of this size: raise RTol and ATol, or use float64")
}
