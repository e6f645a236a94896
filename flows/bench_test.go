package flows_test

import (
	"fmt"
	"testing"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/optim"
)

// drawFloat32 returns rows in the demo's own element type, so that nothing is converted.
func drawFloat32(rows int) *tensor.Dense {
	v := make([]float32, 2*rows)
	rng := seeded(1)
	for i := range v {
		v[i] = float32(rng.NormFloat64())
	}
	return tensor.New(tensor.WithShape(rows, 2), tensor.WithBacking(v))
}

// perRow reports rows and field evaluations per second.
func perRow(b *testing.B, rows, evaluations int) {
	done := float64(rows) * float64(b.N) / b.Elapsed().Seconds()
	b.ReportMetric(done, "rows/s")
	b.ReportMetric(done*float64(evaluations), "fields/s")
}

func must(b *testing.B, err error) {
	if err != nil {
		b.Helper()
		b.Fatal(err)
	}
}

// The reference job: four FFJORD blocks, each an MLP 4-8-8-2 with tiled time, 256 rows, float32, exact trace, eight
// steps of RK4; loss, gradient and a step of Adam.
func BenchmarkSeedStep(b *testing.B) {
	f := seedFlow(tensor.Float32, eightSteps)
	x, nll, adam := drawFloat32(256), f.NLL(), &optim.Adam{LR: 1e-2}
	step := func() {
		_, err := nll.Loss(b.Context(), x)
		must(b, err)
		must(b, adam.Step(nll.Model()))
	}
	step()
	b.ReportAllocs()
	for b.Loop() {
		step()
	}
	perRow(b, 256, 128)
}

// The same job as one graph of the whole integration on Gorgonia's TapeMachine, to be read beside BenchmarkSeedStep.
func BenchmarkSeedStepUnrolled(b *testing.B) {
	f := seedFlow(tensor.Float32, eightSteps)
	must(b, f.Compile())
	u, err := unroll(f, drawFloat32(256), 8)
	must(b, err)
	defer u.vm.Close()
	adam := &optim.Adam{LR: 1e-2}
	step := func() {
		must(b, u.run())
		var model []gorgonia.ValueGrad
		for p := range f.Params.All() {
			model = append(model, valueGrad{p.Value(), *u.grads[p.Name()]})
		}
		must(b, adam.Step(model))
	}
	step()
	b.ReportAllocs()
	for b.Loop() {
		step()
	}
	perRow(b, 256, 128)
	b.ReportMetric(float64(u.nodes), "nodes")
}

type valueGrad struct{ value, grad gorgonia.Value }

func (v valueGrad) Value() gorgonia.Value         { return v.value }
func (v valueGrad) Grad() (gorgonia.Value, error) { return v.grad, nil }

func BenchmarkLogProb(b *testing.B) {
	for _, rows := range []int{1, 256, 8192} {
		b.Run(fmt.Sprintf("rows=%d", rows), func(b *testing.B) {
			f, x := seedFlow(tensor.Float32, eightSteps), drawFloat32(rows)
			_, err := f.LogProb(b.Context(), x)
			must(b, err)
			b.ReportAllocs()
			for b.Loop() {
				_, err := f.LogProb(b.Context(), x)
				must(b, err)
			}
			perRow(b, rows, 128)
		})
	}
}

func BenchmarkLogProbHutchinson(b *testing.B) {
	f, x := solvedBy(demo(tensor.Float32, flows.Hutchinson{Rand: seeded(1)}), eightSteps), drawFloat32(8192)
	_, err := f.LogProb(b.Context(), x)
	must(b, err)
	for b.Loop() {
		_, err := f.LogProb(b.Context(), x)
		must(b, err)
	}
	perRow(b, 8192, 128)
}

func BenchmarkSample(b *testing.B) {
	for _, rows := range []int{1, 8192} {
		b.Run(fmt.Sprintf("rows=%d", rows), func(b *testing.B) {
			f, rng := seedFlow(tensor.Float32, eightSteps), seeded(1)
			_, err := f.Sample(b.Context(), rows, rng)
			must(b, err)
			b.ReportAllocs()
			for b.Loop() {
				_, err := f.Sample(b.Context(), rows, rng)
				must(b, err)
			}
			perRow(b, rows, 128)
		})
	}
}

// Compile builds and compiles all steps of four blocks with their vector-Jacobian products; the first loss makes the
// machines that run them.
func BenchmarkCompile(b *testing.B) {
	b.Run("flow", func(b *testing.B) {
		for b.Loop() {
			must(b, seedFlow(tensor.Float32, eightSteps).Compile())
		}
	})
	b.Run("flow and first loss", func(b *testing.B) {
		x := drawFloat32(256)
		for b.Loop() {
			_, err := seedFlow(tensor.Float32, eightSteps).NLL().Loss(b.Context(), x)
			must(b, err)
		}
	})
	b.Run("unrolled", func(b *testing.B) {
		x := drawFloat32(256)
		for b.Loop() {
			f := seedFlow(tensor.Float32, eightSteps)
			must(b, f.Compile())
			u, err := unroll(f, x, 8)
			must(b, err)
			must(b, u.vm.Close())
		}
	})
}
