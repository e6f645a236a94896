package flows_test

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// contextCalls are all public calls that take a context, on rows x and conditions c of a flow.
func contextCalls(f *flows.Flow, x, c *tensor.Dense) map[string]func(context.Context) error {
	rows, given := x.Shape()[0], f.Given(c)
	batch := x
	if c != nil {
		both, err := x.Hstack(c)
		if err != nil {
			panic(err)
		}
		batch = both
	}
	calls := map[string]func(context.Context) error{
		"LogProb":         func(ctx context.Context) error { _, err := given.LogProb(ctx, x); return err },
		"EstimateLogProb": func(ctx context.Context) error { _, err := given.EstimateLogProb(ctx, x); return err },
		"Prob":            func(ctx context.Context) error { _, err := given.Prob(ctx, x); return err },
		"Explain":         func(ctx context.Context) error { _, err := given.Explain(ctx, x); return err },
		"Forward":         func(ctx context.Context) error { _, _, err := given.Forward(ctx, x); return err },
		"Inverse":         func(ctx context.Context) error { _, _, err := given.Inverse(ctx, x); return err },
		"Sample":          func(ctx context.Context) error { _, err := given.Sample(ctx, rows, seeded(1)); return err },
		"SampleLogProb":   func(ctx context.Context) error { _, _, err := given.SampleLogProb(ctx, rows, seeded(1)); return err },
		"Entropy":         func(ctx context.Context) error { _, err := given.Entropy(ctx, rows, seeded(1)); return err },
		"KL":              func(ctx context.Context) error { _, err := given.KL(ctx, given.LogProb, rows, seeded(1)); return err },
		"Score":           func(ctx context.Context) error { _, err := given.Score(ctx, x); return err },
		"ForwardVJP":      func(ctx context.Context) error { _, _, err := given.ForwardVJP(ctx, x, x, nil); return err },
		"InverseVJP":      func(ctx context.Context) error { _, _, err := given.InverseVJP(ctx, x, x, nil); return err },
		"Trajectory":      func(ctx context.Context) error { _, err := given.Trajectory(ctx, x, 3); return err },
		"NLL":             func(ctx context.Context) error { _, err := f.NLL().Loss(ctx, batch); return err },
		"ReverseKL": func(ctx context.Context) error {
			_, err := f.ReverseKL(given.LogProb, given.Score).Loss(ctx, batch)
			return err
		},
	}
	if c != nil {
		calls["SampleEach"] = func(ctx context.Context) error { _, err := given.SampleEach(ctx, 3, seeded(1)); return err }
		calls["CondScore"] = func(ctx context.Context) error { _, err := given.CondScore(ctx, x); return err }
	}
	return calls
}

// stopsInTime checks that a call which would last for long ends within 100 ms of its context: of one that ends in its
// midst, and of one that had ended before. A busy machine may hold a call up a few times, and not ten in a row. Where a
// fast one is done before the context ends, that comes in half the time at the next try.
func stopsInTime(t *testing.T, name string, after time.Duration, call func(context.Context) error) {
	t.Helper()
	for _, wait := range []time.Duration{0, after} {
		var late time.Duration
		var err error
		for range 10 {
			ctx, cancel := context.WithTimeout(t.Context(), wait)
			end, _ := ctx.Deadline()
			err = call(ctx)
			late = time.Since(end)
			cancel()
			if err == nil {
				wait /= 2
			} else if late < 100*time.Millisecond {
				break
			}
		}
		require.ErrorIs(t, err, context.DeadlineExceeded, name)
		assert.Less(t, late, 100*time.Millisecond, "%s, after %v", name, wait)
	}
}

// gated is a field that can't be written before its gate opens.
type gated struct {
	nn.Layer
	gate *atomic.Pointer[chan struct{}]
}

func newGated(field nn.Layer) (g gated, shut, open func()) {
	g = gated{field, new(atomic.Pointer[chan struct{}])}
	var at chan struct{}
	return g, func() { at = make(chan struct{}); g.gate.Store(&at) }, func() { g.gate.Store(nil); close(at) }
}

func (g gated) Apply(s *nn.Scope, z *graph.Node) *graph.Node {
	if at := g.gate.Load(); at != nil {
		<-*at
	}
	return g.Layer.Apply(s, z)
}

// Nobody waits for the building of graphs longer than their context lasts, and the next call has the use of it.
func TestBuildingEndsWithTheContext(t *testing.T) {
	newGatedFlow := func() (f *flows.Flow, shut, open func()) {
		field, shut, open := newGated(nn.Seq{nn.Linear{Out: 4, Cond: true}, nn.Tanh, nn.Linear{Out: 2}})
		f = newFlow(tensor.Float64, 2, flows.FFJORD{Field: field, Trace: flows.Hutchinson{Probes: 2, Rand: seeded(1)}}, cubic{})
		f.Cond = 1
		return f, shut, open
	}
	x, c := draw(seeded(1), 3, 2, 0.5), draw(seeded(2), 3, 1, 1)

	f, shut, open := newGatedFlow()
	shut()
	for name, call := range contextCalls(f, x, c) {
		stopsInTime(t, name, 5*time.Millisecond, call)
	}
	open()
	require.NoError(t, f.Compile())

	shut() // what is built when first needed
	for _, name := range []string{"EstimateLogProb", "Score", "CondScore", "ForwardVJP", "InverseVJP", "Trajectory", "NLL", "ReverseKL"} {
		stopsInTime(t, name, 5*time.Millisecond, contextCalls(f, x, c)[name])
	}
	open()
	for name, call := range contextCalls(f, x, c) {
		assert.NoError(t, call(t.Context()), name)
	}
}

// A solve ends with its context, wherever it is.
func TestSolvingEndsWithTheContext(t *testing.T) {
	endless := ode.Solver{Method: ode.Bosh3, RTol: 1e-13, ATol: 1e-14, MaxSteps: 1 << 30}
	f := newFlow(tensor.Float64, 2, flows.FFJORD{Field: nn.MLP{Hidden: []int{16}, Init: normal(2)}, Solver: endless})
	x := draw(seeded(1), 2000, 2, 1)
	require.NoError(t, f.Compile())
	for name, call := range contextCalls(f, x, nil) {
		stopsInTime(t, name, 20*time.Millisecond, call)
	}
}

// Noise of millions of numbers ends with the context, and so does waiting for another call's.
func TestDrawingNoiseEndsWithTheContext(t *testing.T) {
	const dim = 64
	zero := nn.Func(func(z *graph.Node) *graph.Node { return graph.Fill(z, 0) })
	trace := flows.Hutchinson{Probes: dim, Orthogonal: true, Rand: seeded(1)}
	f := newFlow(tensor.Float32, dim, flows.FFJORD{Field: zero, Trace: trace, Solver: ode.Solver{Method: ode.Euler, Steps: 1}})
	x := draw(seeded(2), 5_000, dim, 1)
	require.NoError(t, f.Compile())
	other, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { _, err := f.LogProb(other, x); done <- err }()
	for name, call := range contextCalls(f, x, nil) {
		if name != "Sample" { // which draws no noise
			stopsInTime(t, name, 10*time.Millisecond, call)
		}
	}
	stop()
	require.ErrorIs(t, <-done, context.Canceled)
	for name, call := range contextCalls(f, x, nil) {
		if name == "LogProb" || name == "NLL" {
			stopsInTime(t, name, 10*time.Millisecond, call)
		}
	}
}

// Millions of rows end with the context before and while they are drawn and carried.
func TestManyRowsEndWithTheContext(t *testing.T) {
	f := newFlow(tensor.Float32, 2, flows.Affine{Learn: true})
	const n = 4_000_000
	for name, call := range map[string]func(ctx context.Context) error{
		"Sample":        func(ctx context.Context) error { _, err := f.Sample(ctx, n, seeded(1)); return err },
		"SampleLogProb": func(ctx context.Context) error { _, _, err := f.SampleLogProb(ctx, n, seeded(1)); return err },
		"Entropy":       func(ctx context.Context) error { _, err := f.Entropy(ctx, n, seeded(1)); return err },
	} {
		stopsInTime(t, name, 20*time.Millisecond, call)
	}
	runtime.GC()
	x := tensor.New(tensor.WithShape(n/2, 2), tensor.Of(tensor.Float64)) // to be converted
	for name, call := range contextCalls(f, x, nil) {
		switch name {
		case "LogProb", "Inverse", "Score", "NLL", "Trajectory":
			stopsInTime(t, name, 20*time.Millisecond, call)
			runtime.GC()
		}
	}
}

// A layer that ends its goroutine while a graph is built fails its flow with one clear error, at every call.
func TestGoexitWhileBuilding(t *testing.T) {
	exit := nn.Func(func(z *graph.Node) *graph.Node { runtime.Goexit(); return z })
	f := newFlow(tensor.Float64, 2, flows.FFJORD{Field: exit})
	first := f.Compile()
	var p *flows.PanicError
	require.ErrorAs(t, first, &p)
	assert.ErrorContains(t, first, "runtime.Goexit")
	for name, call := range contextCalls(f, draw(seeded(1), 3, 2, 1), nil) {
		assert.Equal(t, first, call(t.Context()), name)
	}

	var wild atomic.Bool // so does one that ends it only when its gradient is asked for
	late := nn.Func(func(z *graph.Node) *graph.Node {
		if wild.Load() {
			runtime.Goexit()
		}
		return graph.Tanh(z)
	})
	f = newFlow(tensor.Float64, 2, flows.FFJORD{Field: late})
	require.NoError(t, f.Compile())
	wild.Store(true)
	x := draw(seeded(1), 300, 2, 1)
	for range 2 {
		_, err := f.Score(t.Context(), x)
		require.ErrorAs(t, err, &p)
		_, err = f.LogProb(t.Context(), x)
		require.NoError(t, err)
	}
}

// choosy is a Chooser of one's own.
type choosy struct {
	flows.Exact
	choose func() (flows.Trace, string, error)
}

func (c choosy) Choose(flows.Costs) (flows.Trace, string, error) { return c.choose() }

// What panics or ends its goroutine while a flow is compiled is named.
func TestPanicsWhileCompiling(t *testing.T) {
	field := nn.MLP{Hidden: []int{3}}
	for name, act := range map[string]func(){"panic": func() { panic("no luck") }, "exit": runtime.Goexit} {
		choose := func() (flows.Trace, string, error) { act(); return flows.Exact{}, "", nil }
		wild := nn.Func(func(z *graph.Node) *graph.Node { act(); return z })
		for _, block := range []flows.Block{
			flows.FFJORD{Field: field, Trace: choosy{choose: choose}},
			flows.FFJORD{Field: wild},
			flows.FFJORD{Field: field, Penalties: []flows.Penalty{{Weight: 1, Of: penal(act)}}},
			flows.FFJORD{Field: field, Trace: tracer(act)},
			mapping(act),
		} {
			err := newFlow(tensor.Float64, 2, block).Compile()
			var p *flows.PanicError
			require.ErrorAs(t, err, &p, "%T: %v", block, err)
			if name == "panic" {
				assert.NotContains(t, p.Callback, "Compile", "the function is named")
			}
			assert.True(t, errors.Is(err, p))
		}
	}
}

type penal func()

func (p penal) Rate(d flows.Dynamics) *graph.Node { p(); return d.T }

type tracer func()

func (p tracer) Trace(_ *graph.Graph, z, _ *graph.Node) *graph.Node { p(); return z }

type mapping func()

func (p mapping) Forward(_ *nn.Scope, z *graph.Node) (x, logDet *graph.Node) { p(); return z, nil }
func (p mapping) Inverse(_ *nn.Scope, x *graph.Node) (z, logDet *graph.Node) { p(); return x, nil }
