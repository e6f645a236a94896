package extending_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/integrate/quad"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/examples/extending"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// types are the names that files have for the types of this package.
var types = flows.Types{"reaction": extending.Reaction{}, "separable": extending.Separable{}, "laplace": extending.Laplace{}, "leaky": extending.Leaky{}}

// newFlow is made of all the parts of this package, in float64.
func newFlow(dim int, engine graph.Engine, trace flows.Trace) *flows.Flow {
	params := &nn.Params{Dtype: tensor.Float64, Rand: rand.New(rand.NewPCG(1, 2))}
	return &flows.Flow{
		Dim:  dim,
		Base: extending.Laplace{},
		Blocks: flows.Chain{
			extending.Leaky{Slope: 0.5},
			flows.FFJORD{Field: extending.Reaction{Start: 0.7}, Trace: trace, Solver: ode.Solver{Method: extending.Ralston3, Steps: 16}},
		},
		Params: params,
		Engine: engine,
	}
}

func logProb(t *testing.T, f *flows.Flow, values ...float64) []float64 {
	t.Helper()
	got, err := f.LogProb(t.Context(), data.Rows(f.Dim, values...))
	require.NoError(t, err)
	return got
}

// The engines agree, and so do the trace and the exact one.
func TestDensity(t *testing.T) {
	at := []float64{-2, 0.3, 0.1, -0.4, 1.5, 2.5}
	got := logProb(t, newFlow(2, graph.Native, extending.Separable{}), at...)
	assert.InDeltaSlice(t, logProb(t, newFlow(2, graph.Tape, extending.Separable{}), at...), got, 1e-12, "Gorgonia's TapeMachine")
	assert.InDeltaSlice(t, logProb(t, newFlow(2, graph.Native, flows.Exact{}), at...), got, 1e-12, "a product for each dimension")

	one := newFlow(1, graph.Native, extending.Separable{})
	density := func(x float64) float64 { return math.Exp(logProb(t, one, x)[0]) }
	// From the kinks on, where z = 0, the density is smooth; beyond 40 there is less than 1e-7 of it.
	total := quad.Fixed(density, -40, 0, 400, nil, 0) + quad.Fixed(density, 0, 40, 400, nil, 0)
	assert.InDelta(t, 1, total, 1e-5, "the errors of 16 steps of order 3 do not cancel")
}

// Gradients are right with respect to the data and to every parameter, those of the base and the layer.
func TestGradients(t *testing.T) {
	f := newFlow(2, graph.Native, extending.Separable{})
	x := []float64{-1.2, 0.7}
	score, err := f.Score(t.Context(), data.Rows(2, x...))
	require.NoError(t, err)
	settings := &fd.Settings{Formula: fd.Central}
	want := fd.Gradient(nil, func(x []float64) float64 { return logProb(t, f, x...)[0] }, x, settings)
	assert.InDeltaSlice(t, want, score.Data(), 1e-8, "∇ log p")

	loss := f.NLL()
	_, err = loss.Loss(t.Context(), data.Rows(2, x...))
	require.NoError(t, err)
	trained := 0
	for p := range f.Params.All() {
		values, got := p.Value().Data().([]float64), p.GradientNumbers()
		for i := range values {
			at := values[i]
			slope := fd.Derivative(func(v float64) float64 {
				values[i] = v
				return -logProb(t, f, x...)[0]
			}, at, settings)
			values[i] = at
			assert.InDelta(t, slope, got[i], 1e-8, "%s[%d]", p.Name(), i)
			trained++
		}
	}
	assert.Equal(t, 6, trained, "two numbers each of weight, damping and log_scale")
}

// Half the step divides the error by 2³.
func TestOrder(t *testing.T) {
	solve := func(steps int) float64 { // dy/dt = -y·t, y(0) = 1, so that y(2) = e⁻²
		g, err := graph.Compile[float64](func(g *graph.Graph) {
			y0 := g.Rows("y", 1)
			field := func(t *graph.Node, y ode.State) ode.State { return ode.State{graph.Neg(graph.Mul(t, y[0]))} }
			y := extending.Ralston3.Unroll(g, field, graph.Fill(y0, 0), graph.Fill(y0, 2), ode.State{y0}, steps)
			g.Output("end", y[0])
		})
		require.NoError(t, err)
		m, err := g.NewMachine(1)
		require.NoError(t, err)
		m.In("y")[0][0] = 1
		require.NoError(t, m.Run(1))
		return math.Abs(m.Out("end")[0][0] - math.Exp(-2))
	}
	assert.InDelta(t, 3, math.Log2(solve(32)/solve(64)), 0.1)
}

// Samples are of the density: the mean of |z| is the scale.
func TestSamples(t *testing.T) {
	f := newFlow(1, graph.Native, extending.Separable{})
	const n = 20_000
	x, err := f.Sample(t.Context(), n, rand.New(rand.NewPCG(3, 4)))
	require.NoError(t, err)
	z, _, err := f.Inverse(t.Context(), x)
	require.NoError(t, err)
	mean := 0.0
	for _, v := range z.Data().([]float64) {
		mean += math.Abs(v) / n
	}
	assert.InDelta(t, 1, mean, 4/math.Sqrt(n), "four standard errors")
}

// The cost of a graph counts what is in it, whoever wrote it.
func TestCost(t *testing.T) {
	_, err := graph.Build(tensor.Float64, graph.SymbolicRows, func(g *graph.Graph) {
		assert.Equal(t, graph.Work{Simple: 5, Transcendental: 10}, g.Work(extending.Mish(g.Rows("x", 5))))
	})
	require.NoError(t, err)
	f := newFlow(3, graph.Native, flows.Auto{Rand: rand.New(rand.NewPCG(1, 1))})
	summary, err := f.Summary()
	require.NoError(t, err)
	assert.Contains(t, fmt.Sprint(summary), "exact: ", "Auto weighs the field of this package: it is cheap")
}

// A drawing has the layer's parameters and its operators, in the groups of the block.
func TestDrawing(t *testing.T) {
	f := newFlow(2, graph.Native, extending.Separable{})
	step, err := f.StepGraph(1, false)
	require.NoError(t, err)
	var dot bytes.Buffer
	require.NoError(t, graph.DOT(&dot, step, graph.DOTOptions{}))
	for _, want := range []string{"weight", "damping", "softplus", "tanh", `label="stage 3"`, `label="trace"`} {
		assert.Contains(t, dot.String(), want)
	}
}

// A file keeps all of it, and the loaded flow has the same bits.
func TestSaveAndLoad(t *testing.T) {
	f := newFlow(2, graph.Native, extending.Separable{})
	path := filepath.Join(t.TempDir(), "flow.safetensors")
	require.ErrorContains(t, f.Save(path, nil), "extending.", "types of one's own have names")
	require.NoError(t, f.Save(path, types))
	loaded, err := flows.Load(t.Context(), path, nil, types)
	require.NoError(t, err)
	assert.Equal(t, f.Blocks, loaded.Blocks)
	at := []float64{-2, 0.3, 0.1, -0.4}
	assert.Equal(t, logProb(t, f, at...), logProb(t, loaded, at...))
}

// A mistake in a part is told with the line of the code that uses it.
func TestMistakes(t *testing.T) {
	f := newFlow(2, graph.Native, extending.Separable{})
	f.Blocks = extending.Leaky{}
	err := f.Compile()
	assert.ErrorContains(t, err, "Leaky: Slope is 0, want a positive number (at extending/block.go:")
}
