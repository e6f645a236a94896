package flows_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// Column-major numbers would be read in the wrong order.
func TestColumnMajorDataAreRefused(t *testing.T) {
	f := newFlow(tensor.Float64, 2, flows.FFJORD{Field: nn.MLP{}})
	x := tensor.New(tensor.WithShape(3, 2), tensor.AsFortran([]float64{1, 2, 3, 4, 5, 6}))
	_, err := f.LogProb(t.Context(), x)
	assert.ErrorContains(t, err, "flows: the data are a view or column-major")
}

// labelled asks for a label of every row that no one gives it.
type labelled struct{}

func (labelled) Apply(s *nn.Scope, x *graph.Node) *graph.Node {
	return graph.Mul(x, s.Graph().Rows("label", 1))
}

func (labelled) Trace(g *graph.Graph, z, _ *graph.Node) *graph.Node { return g.Rows("eps", 1) }

func TestInputThatNothingFeeds(t *testing.T) {
	for name, block := range map[string]flows.FFJORD{"label": {Field: labelled{}}, "eps": {Field: nn.MLP{}, Trace: labelled{}}} {
		err := newFlow(tensor.Float64, 2, block).Compile()
		assert.ErrorContains(t, err, `flows: block 0: nothing feeds the input per row "`+name+`"`)
	}
}

// With a coarse solver for training and a fine one for the rest, the score is the gradient of the fine log-density.
func TestScoreBelongsToLogProb(t *testing.T) {
	block := flows.FFJORD{
		Field:  nn.MLP{Hidden: []int{6}},
		Solver: ode.Solver{Method: ode.Euler, Steps: 2},
		Eval:   &ode.Solver{RTol: 1e-10, ATol: 1e-10},
	}
	f := newFlow(tensor.Float64, 2, block)
	score, err := f.Score(t.Context(), matrix([][]float64{{0.3, -0.7}}))
	require.NoError(t, err)
	const h = 1e-5
	up := logProb(t, f, matrix([][]float64{{0.3 + h, -0.7}}))[0]
	down := logProb(t, f, matrix([][]float64{{0.3 - h, -0.7}}))[0]
	assert.InDelta(t, (up-down)/(2*h), numbers(score)[0], 1e-6, "solves at 1e-10 differ by 1e-10, divided by h")
}

// A flow that trains by Hutchinson's estimate can have exact log-densities: the same at every call, and those of a flow
// with the exact trace.
func TestEvalTrace(t *testing.T) {
	field := nn.MLP{Hidden: []int{6}}
	noisy := newFlow(tensor.Float64, 3, flows.FFJORD{Field: field, Trace: flows.Hutchinson{Rand: seeded(1)}, EvalTrace: flows.Exact{}})
	exact := newFlow(tensor.Float64, 3, flows.FFJORD{Field: field})
	x := draw(seeded(2), 20, 3, 1)
	assert.Equal(t, logProb(t, exact, x), logProb(t, noisy, x))
	a, err := noisy.NLL().Loss(t.Context(), x)
	require.NoError(t, err)
	b, err := noisy.NLL().Loss(t.Context(), x)
	require.NoError(t, err)
	assert.NotEqual(t, a, b, "training draws its noise anew")
	assert.False(t, math.IsNaN(a+b))
}
