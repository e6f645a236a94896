package flows_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/ode"
	"github.com/go-ffjord/ffjord/optim"
)

// BenchmarkControl compares rows that choose their own steps with a step shared by 256 rows, on the trained two moons
// and on the same flow with the weights of its hidden layers doubled, in float64. For each tolerance it reports
// evaluations a row and the error of log p against a solve at rtol 1e-11, its root mean square and its largest, and
// what share of the shared step's evaluations rows of their own need for the same root mean square. With -short one
// batch has to do.
func BenchmarkControl(b *testing.B) {
	rows := 2048
	if testing.Short() {
		rows = 256
	}
	trained := trainedDemo(b)
	x := toy.Draw(toy.Moons{Noise: 0.06}, rows, seeded(3))
	for _, weights := range []float64{1, 2} {
		exact := solveWith(b, trained, weights, ode.Solver{RTol: 1e-11, ATol: 1e-12}, x)
		measure := func(rtol float64, shared bool) accuracy {
			return solveWith(b, trained, weights, ode.Solver{RTol: rtol, ATol: rtol / 100, Shared: shared}, x).against(exact)
		}
		var own []accuracy
		for rtol := 0.3; rtol > 2e-7; rtol /= math.Sqrt(10) {
			own = append(own, measure(rtol, false))
		}
		for _, rtol := range []float64{1e-3, 1e-4, 1e-5, 1e-6} {
			b.Run(fmt.Sprintf("hidden weights x%v/rtol %v", weights, rtol), func(b *testing.B) {
				var row, shared accuracy
				for b.Loop() {
					row, shared = measure(rtol, false), measure(rtol, true)
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(row.evaluations, "evals-row")
				b.ReportMetric(row.rms, "rms-row")
				b.ReportMetric(row.most, "max-row")
				b.ReportMetric(shared.evaluations, "evals-shared")
				b.ReportMetric(shared.rms, "rms-shared")
				b.ReportMetric(shared.most, "max-shared")
				b.ReportMetric(evaluationsAt(own, shared.rms)/shared.evaluations, "share-at-equal-rms")
			})
		}
	}
}

// accuracy is what a solve has cost and how good it is.
type accuracy struct {
	logp        []float64
	evaluations float64 // a row
	rms, most   float64 // errors of log p in nats
}

func (a accuracy) against(exact accuracy) accuracy {
	a.rms = rms(a.logp, exact.logp)
	a.most = floats.Distance(a.logp, exact.logp, math.Inf(1))
	return a
}

// evaluationsAt interpolates the evaluations for an error, on logarithmic scales, between measurements of ever smaller
// tolerance.
func evaluationsAt(measured []accuracy, rms float64) float64 {
	for i := 1; i < len(measured); i++ {
		a, b := measured[i-1], measured[i]
		if a.rms >= rms && b.rms < rms {
			share := math.Log(a.rms/rms) / math.Log(a.rms/b.rms)
			return a.evaluations * math.Pow(b.evaluations/a.evaluations, share)
		}
	}
	return math.NaN()
}

// trainedDemo is the demo's flow after its 40 epochs.
func trainedDemo(b *testing.B) *flows.Flow {
	f := demo(tensor.Float32, nil)
	trainer := optim.Trainer{Rate: optim.Cosine(1e-2, 0), Epochs: 40, Rand: seeded(2)}
	must(b, trainer.Run(b.Context(), f.NLL(), toy.Draw(toy.Moons{Noise: 0.06}, 8192, seeded(1))))
	return f
}

// solveWith computes log p under the parameters of a trained demo, those of the hidden layers scaled, in batches of
// 256.
func solveWith(b *testing.B, trained *flows.Flow, weights float64, s ode.Solver, x *tensor.Dense) accuracy {
	const batch = 256
	f := seedFlow(tensor.Float64, s)
	must(b, f.Compile())
	for p := range trained.Params.All() {
		dst, scale := f.Params.Get(p.Name()).Value().Data().([]float64), 1.0
		if strings.HasSuffix(p.Name(), ".weight") && !strings.HasSuffix(p.Name(), ".2.weight") {
			scale = weights
		}
		for i, v := range p.Value().Data().([]float32) {
			dst[i] = scale * float64(v)
		}
	}
	var a accuracy
	rows := x.Shape()[0]
	for from := 0; from < rows; from += batch {
		part := tensor.New(tensor.WithShape(batch, 2), tensor.WithBacking(numbers(x)[2*from:2*(from+batch)]))
		e, err := f.Explain(b.Context(), part)
		must(b, err)
		a.logp = append(a.logp, e.LogProb...)
		for _, c := range e.Cost {
			a.evaluations += float64(c.Evaluations) / float64(rows)
		}
	}
	return a
}
