package flows_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// estimated is a flow of two blocks whose traces are estimated, and exact the same flow with exact ones.
func estimated(trace flows.Trace) (estimated, exact *flows.Flow) {
	flow := func(trace flows.Trace) *flows.Flow {
		block := flows.FFJORD{Field: timed(nn.Concat, nn.Tanh, 12), Trace: trace, Solver: ode.Solver{Method: ode.Tsit5, Steps: 3}}
		return newFlow(tensor.Float64, 6, block, cubic{}, block)
	}
	return flow(trace), flow(flows.Exact{})
}

// Over 200 draws of the noise, log p with the exact trace lies within two standard errors of the estimate in nine of
// ten cases or more: for Student's t with 9 degrees of freedom or more, and the sum of two, |t| ≤ 2 has probability
// 0.92 to 0.95. The mean over draws has no bias, and the standard errors are the deviations that the draws have.
func TestEstimateCoversTheTruth(t *testing.T) {
	const draws, rows = 200, 16
	for name, trace := range map[string]flows.Trace{
		"rademacher": flows.Hutchinson{Probes: 10, Rand: seeded(1)},
		"gaussian":   flows.Hutchinson{Probes: 10, Noise: flows.Gaussian, Rand: seeded(2)},
	} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && name == "gaussian" {
				t.Skip("solves 3200 rows by ten probes, as the case that runs in -short does: too long to do twice")
			}
			f, exact := estimated(trace)
			x := draw(seeded(5), rows, 6, 1)
			truth := logProb(t, exact, x)
			within := 0
			means, squares := make([][]float64, rows), make([]float64, rows)
			for range draws {
				got, err := f.EstimateLogProb(t.Context(), x)
				require.NoError(t, err)
				for i, e := range got {
					if math.Abs(e.Mean-truth[i]) <= 2*e.StdErr {
						within++
					}
					means[i] = append(means[i], e.Mean)
					squares[i] += e.StdErr * e.StdErr / draws
				}
			}
			assert.GreaterOrEqual(t, float64(within)/(draws*rows), 0.9)
			for i := range rows {
				m, s := stat.MeanStdDev(means[i], nil)
				assert.InDelta(t, truth[i], m, 4*s/math.Sqrt(draws), "bias in row %d", i)
				assert.InEpsilon(t, s, math.Sqrt(squares[i]), 0.2, "four deviations of a deviation of 200 draws are 0.2 of it")
			}
		})
	}
}

// As many orthogonal probes as dimensions are exact, and know it; an exact trace knows it too.
func TestEstimateWithoutError(t *testing.T) {
	x := draw(seeded(5), 40, 6, 1)
	for _, trace := range []flows.Trace{flows.Exact{}, flows.Hutchinson{Probes: 6, Orthogonal: true, Rand: seeded(3)}} {
		f, exact := estimated(trace)
		got, err := f.EstimateLogProb(t.Context(), x)
		require.NoError(t, err)
		for i, p := range logProb(t, exact, x) {
			assert.InDelta(t, p, got[i].Mean, 1e-12)
			assert.Zero(t, got[i].StdErr)
		}
	}
}

func TestEstimateOfOneProbe(t *testing.T) {
	f, _ := estimated(flows.Hutchinson{Rand: seeded(3)})
	got, err := f.EstimateLogProb(t.Context(), draw(seeded(5), 2, 6, 1))
	require.NoError(t, err)
	assert.True(t, math.IsInf(got[0].StdErr, 1), "one probe tells nothing about its error")
}

// The estimates of each probe ride along: they do not change the steps or log p.
func TestEstimateIsLogProb(t *testing.T) {
	trace := func() flows.Trace {
		return flows.Hutchinson{Noise: newCycle(seeded(8), 40*6*3), Probes: 3, Rand: seeded(1)}
	}
	block := func() flows.FFJORD { return flows.FFJORD{Field: timed(nn.Concat, nn.Tanh, 12), Trace: trace()} }
	x := draw(seeded(5), 40, 6, 1)
	logp := logProb(t, newFlow(tensor.Float64, 6, block()), x)
	got, err := newFlow(tensor.Float64, 6, block()).EstimateLogProb(t.Context(), x)
	require.NoError(t, err)
	for i := range logp {
		assert.InDelta(t, logp[i], got[i].Mean, 1e-12)
	}
}

func TestEstimateIsWrittenToTheDigitsOfItsError(t *testing.T) {
	for want, e := range map[string]flows.Estimate{
		"4.1235 ± 0.0017": {Mean: 4.12345, StdErr: 0.00171},
		"1235000 ± 21":    {Mean: 1235000.4, StdErr: 21},
		"1.235 ± 0":       {Mean: 1.2349},
		"1.235 ± +Inf":    {Mean: 1.2349, StdErr: math.Inf(1)},
	} {
		assert.Equal(t, want, e.String())
	}
}

// deaf is a noisy trace that knows nothing of its error.
type deaf struct{ flows.Noisy }

func TestEstimateNeedsSampled(t *testing.T) {
	f, _ := estimated(deaf{flows.Hutchinson{Rand: seeded(3)}})
	_, err := f.EstimateLogProb(t.Context(), draw(seeded(5), 2, 6, 1))
	assert.EqualError(t, err, "flows: block 0: a flows_test.deaf can't tell the error of its mean; it has not the methods of a Sampled")
}

func ExampleFlow_EstimateLogProb() {
	block := flows.FFJORD{
		Field: nn.MLP{Hidden: []int{32}},
		Trace: flows.Hutchinson{Probes: 16, Rand: seeded(2)},
	}
	flow := &flows.Flow{Dim: 20, Blocks: block, Params: nn.NewParams(seeded(1))}
	logp, err := flow.EstimateLogProb(context.Background(), draw(seeded(3), 1, 20, 1))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(logp[0].StdErr > 0)
	// Output: true
}
