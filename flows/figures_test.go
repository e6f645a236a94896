package flows_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/internal/bench/peer"
	"github.com/go-ffjord/ffjord/internal/kernel"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
	"github.com/go-ffjord/ffjord/optim"
)

// BenchmarkFigures measures every row of the table in docs/performance.md. What a row compares runs alternately in one
// loop, and the medians are reported, in units that name what they are.
func BenchmarkFigures(b *testing.B) {
	b.Run("seed", func(b *testing.B) {
		tape, closeTape := tapeStep(b)
		defer closeTape()
		runs := []func(){trainingStep(b, seedFlow(tensor.Float32, eightSteps), 256), tape}
		m := medians(b, append(runs, inJAX(b, peer.Job{Dim: 2, Hidden: []int{8, 8}, Time: "tile", Trace: "exact",
			Blocks: 4, Rows: 256, Steps: 8})...)...)
		b.ReportMetric(1e3*m[0], "ms/step")
		b.ReportMetric(m[1]/m[0], "times-TapeMachine")
		reportJAX(b, m[0], m[2:])
	})
	b.Run("seed AVX2", func(b *testing.B) {
		b.Setenv(kernel.Env, "avx2")
		m := medians(b, trainingStep(b, seedFlow(tensor.Float32, eightSteps), 256))
		b.ReportMetric(1e3*m[0], "ms/step")
	})
	b.Run("seed float64", func(b *testing.B) {
		m := medians(b, trainingStep(b, seedFlow(tensor.Float64, eightSteps), 256),
			trainingStep(b, seedFlow(tensor.Float32, eightSteps), 256))
		b.ReportMetric(1e3*m[0], "ms/step")
		b.ReportMetric(m[0]/m[1], "times-float32")
	})
	b.Run("seed plain Go", func(b *testing.B) {
		b.Setenv(kernel.Env, "go")
		tape, closeTape := tapeStep(b)
		defer closeTape()
		m := medians(b, trainingStep(b, seedFlow(tensor.Float32, eightSteps), 256), tape)
		b.ReportMetric(1e3*m[0], "ms/step")
		b.ReportMetric(m[1]/m[0], "times-TapeMachine")
	})
	b.Run("seed unrolled", func(b *testing.B) {
		whole := eightSteps
		whole.Unrolled = true
		m := medians(b, trainingStep(b, seedFlow(tensor.Float32, eightSteps), 256),
			trainingStep(b, seedFlow(tensor.Float32, whole), 256))
		b.ReportMetric(1e3*m[0], "ms/step")
		b.ReportMetric(1e3*m[1], "ms/step-unrolled")
	})
	for _, w := range wide {
		b.Run(w.name, w.run)
	}
	for _, rows := range []int{1, 256, 8192} {
		b.Run(fmt.Sprintf("log p of %d", rows), func(b *testing.B) {
			m := medians(b, logProbOf(b, eightSteps, rows), logProbOf(b, ode.Solver{}, rows))
			b.ReportMetric(1e6*m[0], "µs")
			b.ReportMetric(1e6*m[1], "µs-by-tolerance")
		})
	}
	b.Run("samples", func(b *testing.B) {
		rng := seeded(1)
		sample := func(rows int) func() {
			f := seedFlow(tensor.Float32, eightSteps)
			return func() {
				_, err := f.Sample(b.Context(), rows, rng)
				must(b, err)
			}
		}
		m := medians(b, sample(1), sample(8192))
		b.ReportMetric(1e6*m[0], "µs/1")
		b.ReportMetric(1e3*m[1], "ms/8192")
	})
	b.Run("training step by tolerance", func(b *testing.B) {
		m := medians(b, trainingStep(b, seedFlow(tensor.Float32, ode.Solver{}), 256))
		b.ReportMetric(1e3*m[0], "ms/step")
	})
	b.Run("cores", func(b *testing.B) {
		if runtime.GOMAXPROCS(0) < 2 {
			b.Skip("compares one core with two, and there is but one")
		}
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
		for _, rows := range []int{256, 384, 512, 8192} {
			b.Run(fmt.Sprintf("%d rows", rows), func(b *testing.B) {
				grid := trainingStep(b, seedFlow(tensor.Float32, eightSteps), rows)
				tolerance := trainingStep(b, seedFlow(tensor.Float32, ode.Solver{}), rows)
				m := medians(b, onCores(1, grid), onCores(2, grid), onCores(1, tolerance), onCores(2, tolerance))
				b.ReportMetric(m[0]/m[1], "times-one-core")
				b.ReportMetric(m[2]/m[3], "times-one-core-by-tolerance")
			})
		}
	})
	b.Run("many cores", manyCores)
	b.Run("rows", func(b *testing.B) { rowsApart(b, 256, 4096, 65536, 1<<20) })
	b.Run("rows on one core", func(b *testing.B) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
		rowsApart(b, 256, 4096, 65536)
	})
	b.Run("compile", func(b *testing.B) {
		m := medians(b, func() { compileStep(b) })
		b.ReportMetric(1e3*m[0], "ms")
	})
	b.Run("demo", func(b *testing.B) {
		m := medians(b, func() { trainDemo(b) })
		b.ReportMetric(m[0], "s")
	})
}

// rowsApart reports by how much the time of a row's log p differs between calls of so many rows.
func rowsApart(b *testing.B, counts ...int) {
	if testing.Short() {
		counts = counts[:2]
	}
	runs := make([]func(), len(counts))
	for i, rows := range counts {
		runs[i] = logProbOf(b, eightSteps, rows)
	}
	m := medians(b, runs...)
	for i, rows := range counts {
		m[i] /= float64(rows)
		b.ReportMetric(1e9*m[i], fmt.Sprintf("ns/row-of-%d", rows))
	}
	b.ReportMetric(100*(slices.Max(m)/slices.Min(m)-1), "%-spread")
}

// onCores runs a function on so many cores, eight times, since to change their number takes a while.
func onCores(cores int, run func()) func() {
	return func() {
		runtime.GOMAXPROCS(cores)
		for range 8 {
			run()
		}
	}
}

// medians runs the functions alternately, at least five times each for at least 5 ms, and returns the median of the
// seconds that one call takes. What one leaves for the garbage collector is not the next one's cost. With -short they
// run once, to see that they run.
func medians(b *testing.B, runs ...func()) []float64 {
	b.Helper()
	rounds := 5
	if testing.Short() {
		rounds = 1
	} else {
		for _, run := range runs {
			run()
		}
	}
	all := make([][]float64, len(runs))
	for b.Loop() {
		for round := range rounds * len(runs) {
			i := round % len(runs)
			runtime.GC()
			start, calls := time.Now(), 0
			for calls == 0 || time.Since(start) < 5*time.Millisecond {
				runs[i]()
				calls++
			}
			all[i] = append(all[i], time.Since(start).Seconds()/float64(calls))
		}
	}
	b.ReportMetric(0, "ns/op")
	out := make([]float64, len(runs))
	for i, times := range all {
		slices.Sort(times)
		out[i] = times[len(times)/2]
	}
	return out
}

// eightSteps are those of the reference job.
var eightSteps = ode.Solver{Method: ode.RK4, Steps: 8}

// seedFlow is the reference job's flow: four blocks with nets 4-8-8-2 that see the time as two columns.
func seedFlow(dtype tensor.Dtype, s ode.Solver) *flows.Flow { return solvedBy(demo(dtype, nil), s) }

// solvedBy sets the solver of all blocks.
func solvedBy(f *flows.Flow, s ode.Solver) *flows.Flow {
	chain := f.Blocks.(flows.Chain)
	for i := range chain {
		block := chain[i].(flows.FFJORD)
		block.Solver = s
		chain[i] = block
	}
	return f
}

// trainingStep is loss, gradient and a step of Adam of a flow in the plane.
func trainingStep(b *testing.B, f *flows.Flow, rows int) func() {
	b.Helper()
	return trainingStepOn(b, f, draw(seeded(1), rows, 2, 1))
}

// trainingStepOn is trainingStep on given rows, in the flow's own element type.
func trainingStepOn(b *testing.B, f *flows.Flow, x *tensor.Dense) func() {
	if f.Params.DtypeOrDefault() == tensor.Float32 {
		x = toFloat32(x)
	}
	nll, adam := f.NLL(), &optim.Adam{LR: 1e-4}
	return func() {
		_, err := nll.Loss(b.Context(), x)
		must(b, err)
		must(b, adam.Step(nll.Model()))
	}
}

func toFloat32(x *tensor.Dense) *tensor.Dense {
	from := numbers(x)
	to := make([]float32, len(from))
	for i, v := range from {
		to[i] = float32(v)
	}
	return tensor.New(tensor.WithShape(x.Shape()...), tensor.WithBacking(to))
}

func logProbOf(b *testing.B, s ode.Solver, rows int) func() {
	f, x := seedFlow(tensor.Float32, s), drawFloat32(rows)
	return func() {
		_, err := f.LogProb(b.Context(), x)
		must(b, err)
	}
}

// tapeStep is the reference job as one graph of the whole integration on Gorgonia's TapeMachine.
func tapeStep(b *testing.B) (step func(), done func()) {
	f := seedFlow(tensor.Float32, eightSteps)
	must(b, f.Compile())
	u, err := unroll(f, drawFloat32(256), 8)
	must(b, err)
	adam := &optim.Adam{LR: 1e-4}
	return func() {
		must(b, u.run())
		var model []gorgonia.ValueGrad
		for p := range f.Params.All() {
			model = append(model, valueGrad{p.Value(), *u.grads[p.Name()]})
		}
		must(b, adam.Step(model))
	}, func() { must(b, u.vm.Close()) }
}

// compileStep builds and compiles a step of the reference job and its vector-Jacobian product.
func compileStep(b *testing.B) {
	params := &nn.Params{Rand: seeded(1), Dtype: tensor.Float32}
	it, err := ode.NewIntegrator[float32](ode.Problem{
		Widths: []int{2, 1},
		Field:  func(g *graph.Graph) ode.Field { return unrolledField(g, params, 0) },
	}, eightSteps)
	must(b, err)
	_, err = it.BackGraph()
	must(b, err)
}

// trainDemo is the whole training of the two moons: 40 epochs of 8192 rows in batches of 256, steps by tolerance.
func trainDemo(b *testing.B) {
	x, err := toy.Moons{Noise: 0.06}.Sample(8192, seeded(1))
	must(b, err)
	trainer := optim.Trainer{Optimizer: &optim.Adam{LR: 1e-2}, Epochs: 40, Batch: 256, Rand: seeded(2)}
	must(b, trainer.Run(context.Background(), seedFlow(tensor.Float32, ode.Solver{}).NLL(), toFloat32(x)))
}

// wideFlow is one block with a net whose products are the work.
type wideFlow struct {
	name   string
	dim    int
	field  nn.MLP
	trace  flows.Trace
	steps  int
	perRow int // multiply-adds of the products in an evaluation of field and trace, for one row
}

// The products of an exact trace are those of a tangent for each dimension, but for the first layer's, which are rows
// of its matrix, and all but one column of the last layer's.
var wide = []wideFlow{
	{"MLP 64-64-64", 2, nn.MLP{Hidden: []int{64, 64, 64}, Time: nn.Tile}, flows.Exact{}, 8,
		4*64 + 2*64*64 + 64*2 + 2*(2*64*64+64)},
	{"ConcatSquash 64-64-64", 2, nn.MLP{Hidden: []int{64, 64, 64}, Time: nn.ConcatSquash{}}, flows.Exact{}, 8,
		2*64 + 2*64*64 + 64*2 + 2*(2*64*64+64)},
	{"MLP 860-860", 43, nn.MLP{Hidden: []int{860, 860}, Time: nn.Concat}, nil, 2,
		(44*860 + 861*860 + 861*43) + (43*860 + 860*860 + 860*43)},
}

// run reports which share of what the cores can do at most, measured beside, a training step on 1000 rows does in
// products alone. A training step does the products of the forward pass once, again on the way back, and there two more
// for each: one for the gradient of either operand.
func (w wideFlow) run(b *testing.B) {
	const rows = 1000
	trace := w.trace
	if trace == nil {
		trace = flows.Hutchinson{Rand: seeded(3)}
	}
	f := newFlow(tensor.Float32, w.dim,
		flows.FFJORD{Field: w.field, Trace: trace, Solver: ode.Solver{Method: ode.RK4, Steps: w.steps}})
	step := trainingStepOn(b, f, draw(seeded(1), rows, w.dim, 1))
	isa, err := kernel.FromEnv()
	require.NoError(b, err)
	k, err := kernel.New[float32](isa)
	require.NoError(b, err)
	if k.Peak == nil {
		b.Skip("plain Go has no fused multiply-add to measure")
	}
	var turn int
	runs := []func(){step, func() { turn = k.Peak(10000) }}
	m := medians(b, append(runs, inJAX(b, w.job(rows))...)...)
	peak := float64(turn) / m[1] * float64(runtime.GOMAXPROCS(0))
	done := 2 * float64(rows*w.steps*4*4*w.perRow) / m[0]
	b.ReportMetric(1e3*m[0], "ms/step")
	b.ReportMetric(done/1e9, "GFLOP/s")
	b.ReportMetric(peak/1e9, "GFLOP/s-peak")
	b.ReportMetric(100*done/peak, "%-of-peak")
	reportJAX(b, m[0], m[2:])
}

// job is what run measures, for other software.
func (w wideFlow) job(rows int) peer.Job {
	j := peer.Job{Dim: w.dim, Hidden: w.field.Hidden, Trace: "hutchinson", Blocks: 1, Rows: rows, Steps: w.steps}
	switch w.field.Time {
	case nn.Tile:
		j.Time = "tile"
	case nn.Concat:
		j.Time = "concat"
	default:
		j.Time = "squash"
	}
	if w.trace == (flows.Exact{}) {
		j.Trace = "exact"
	}
	return j
}

// inJAX returns a job in JAX as a function to measure, none where there is no JAX to compare with.
func inJAX(b *testing.B, j peer.Job) []func() {
	p, err := peer.Start(j)
	must(b, err)
	if p == nil {
		return nil
	}
	b.Cleanup(func() { must(b, p.Close()) })
	return []func(){func() { must(b, p.Do()) }}
}

// reportJAX compares seconds of ours with those of a job that inJAX returned.
func reportJAX(b *testing.B, ours float64, theirs []float64) {
	for _, s := range theirs {
		b.ReportMetric(1e3*s, "ms/step-JAX")
		b.ReportMetric(ours/s, "of-JAX's-time")
	}
}
