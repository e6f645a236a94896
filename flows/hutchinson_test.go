package flows_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// withTrace returns flows of equal parameters that differ in the trace alone.
func withTrace(dim int, field nn.Layer, trace flows.Trace) *flows.Flow {
	return newFlow(tensor.Float64, dim, flows.FFJORD{Field: field, Trace: trace, Solver: ode.Solver{Method: ode.Midpoint, Steps: 2}})
}

// repeated returns one row many times, so that one call draws the estimate many times.
func repeated(row []float64, times int) *tensor.Dense {
	var v []float64
	for range times {
		v = append(v, row...)
	}
	return tensor.New(tensor.WithShape(times, len(row)), tensor.WithBacking(v))
}

func TestHutchinsonIsUnbiased(t *testing.T) {
	field := timed(nn.Concat, nn.Softplus, 16)
	row := []float64{0.5, -1, 0.3}
	_, want := forward(t, withTrace(3, field, nil), matrix([][]float64{row}))
	const draws = 4096
	var variances []float64
	for _, c := range []struct {
		name  string
		trace flows.Hutchinson
	}{
		{"rademacher", flows.Hutchinson{Rand: seeded(1)}},
		{"gaussian", flows.Hutchinson{Noise: flows.Gaussian, Rand: seeded(2)}},
		{"four rademacher", flows.Hutchinson{Probes: 4, Rand: seeded(3)}},
		{"four gaussian", flows.Hutchinson{Noise: flows.Gaussian, Probes: 4, Rand: seeded(4)}},
	} {
		_, got := forward(t, withTrace(3, field, c.trace), repeated(row, draws))
		mean, std := stat.MeanStdDev(got, nil)
		assert.InDelta(t, want[0], mean, 4*std/math.Sqrt(draws), "%s: four standard errors", c.name)
		variances = append(variances, std*std)
	}
	// The estimate of a variance from 4096 draws errs by a few per cent.
	assert.InEpsilon(t, 4, variances[0]/variances[2], 0.2, "four probes have a quarter of the variance of one")
	assert.InEpsilon(t, 4, variances[1]/variances[3], 0.2)
	assert.Less(t, variances[0], variances[1], "Rademacher probes have the smaller variance")
}

// One draw serves the whole solve: halving the step changes the result by the error of the solver, where noise drawn
// for each step or stage would change it by the size of the noise.
func TestNoiseIsFixedOverASolve(t *testing.T) {
	field := timed(nn.Concat, nn.Tanh, 16)
	x := draw(seeded(1), 8, 4, 1)
	logDet := func(steps int) []float64 {
		f := newFlow(tensor.Float64, 4, flows.FFJORD{
			Field: field, Trace: flows.Hutchinson{Rand: seeded(5)}, Solver: ode.Solver{Method: ode.Dopri5, Steps: steps},
		})
		_, l := inverse(t, f, x)
		return l
	}
	assert.InDeltaSlice(t, logDet(40), logDet(20), 1e-7)
}

// recorder is a Noise that counts what it is asked for.
type recorder struct {
	calls, numbers *int
}

func (r recorder) Draw(rng *rand.Rand, dst []float64) {
	*r.calls++
	*r.numbers += len(dst)
	flows.Rademacher.Draw(rng, dst)
}

// Noise is drawn row by row, once for each call that needs the trace, and never for one that doesn't.
func TestNoiseIsDrawnOnce(t *testing.T) {
	var calls, count int
	f := withTrace(3, steepOf(3), flows.Hutchinson{Noise: recorder{&calls, &count}, Probes: 2, Rand: seeded(1)})
	logProb(t, f, draw(seeded(1), 7, 3, 1))
	assert.Equal(t, 7*2*3, count)
	_, err := f.Sample(t.Context(), 9, seeded(2))
	require.NoError(t, err)
	assert.Equal(t, 7*2*3, count, "sampling needs no trace")
	assert.Equal(t, 7, calls)
}

func steepOf(dim int) nn.Layer {
	return nn.Seq{nn.Linear{Out: 6, Init: normal(1)}, nn.Tanh, nn.Linear{Out: dim, Init: normal(1)}}
}

func TestSameSeedSameNoise(t *testing.T) {
	x := draw(seeded(1), 5, 3, 1)
	of := func(seed uint64) []float64 {
		return logProb(t, withTrace(3, steepOf(3), flows.Hutchinson{Rand: seeded(seed)}), x)
	}
	assert.Equal(t, of(1), of(1))
	assert.NotEqual(t, of(1), of(2))
}

func TestProbeMoments(t *testing.T) {
	for _, noise := range []flows.ProbeNoise{flows.Rademacher, flows.Gaussian} {
		v := make([]float64, 1<<16)
		noise.Draw(seeded(9), v)
		mean, variance := stat.MeanVariance(v, nil)
		assert.InDelta(t, 0, mean, 4./256, "%s: four standard errors", noise)
		assert.InDelta(t, 1, variance, 4*math.Sqrt2/256, "%s: four standard errors", noise)
		if noise == flows.Rademacher {
			for _, x := range v {
				assert.Equal(t, 1., math.Abs(x))
			}
		}
	}
}

// A field that does not depend on z has no trace, however many probes ask.
// embedding is a field that is not the network it embeds, whose ApplyTraced it has all the same.
type embedding struct{ nn.MLP }

func (l embedding) Apply(s *nn.Scope, z *graph.Node) *graph.Node {
	return graph.Add(graph.Scale(graph.Cube(z), 0.1), l.MLP.Apply(s, z))
}

func TestClosedTraceOfAnEmbeddedLayerIsNotTaken(t *testing.T) {
	plain := nn.MLP{Hidden: []int{5}}
	x := draw(seeded(3), 4, 2, 0.5)
	flow := func(field nn.Layer) *flows.Flow {
		return newFlow(tensor.Float64, 2, flows.FFJORD{Field: field, Solver: fine})
	}
	checkBijector(t, flow(plain), x, 1e-6, 2e-6)
	checkBijector(t, flow(embedding{plain}), x, 1e-6, 2e-6)
}

func TestHutchinsonOfAConstant(t *testing.T) {
	push := function(func(z, t *graph.Node) *graph.Node { return graph.Add(graph.Fill(z, 1), t) })
	f := withTrace(2, push, flows.Hutchinson{Probes: 3, Rand: seeded(1)})
	_, logDet := forward(t, f, draw(seeded(1), 4, 2, 1))
	assert.Equal(t, make([]float64, 4), logDet)
}

// counting gives the numbers 1, 2, 3, ... for noise.
type counting struct{ drawn *[]float64 }

func (c counting) Draw(_ *rand.Rand, dst []float64) {
	for i := range dst {
		*c.drawn = append(*c.drawn, float64(len(*c.drawn)+1))
		dst[i] = (*c.drawn)[len(*c.drawn)-1]
	}
}

// Noise of one's own needs no source, and comes block by block, row by row, probe by probe: with dz/dt = (a z₁, b z₂)
// the estimate is a mean over probes of a ε₁² + b ε₂², which tells them apart.
func TestNoiseIsDrawnInOrder(t *testing.T) {
	const a, b = 0.5, 0.25
	field := function(func(z, _ *graph.Node) *graph.Node {
		return graph.Concat(graph.Scale(graph.SliceCols(z, 0, 1), a), graph.Scale(graph.SliceCols(z, 1, 2), b))
	})
	var drawn []float64
	block := flows.FFJORD{Field: field, Trace: flows.Hutchinson{Noise: counting{&drawn}, Probes: 2}, Solver: ode.Solver{Method: ode.Euler, Steps: 1}}
	f := newFlow(tensor.Float64, 2, block, block)
	require.NoError(t, f.Compile())
	_, logDet, err := f.Forward(t.Context(), draw(seeded(1), 3, 2, 1))
	require.NoError(t, err)
	for row, got := range logDet {
		want := 0.
		for k := range 2 { // the block
			first := float64(12*k + 4*row) // numbers before the row's
			for probe := range 2 {
				e1, e2 := first+float64(2*probe)+1, first+float64(2*probe)+2
				want += (a*e1*e1 + b*e2*e2) / 2
			}
		}
		assert.InDelta(t, want, got, 1e-12, "row %d", row)
	}
}
