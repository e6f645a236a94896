package flows_test

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// conditioned is the golden case with a condition.
func conditioned(t *testing.T) (golden, *flows.Flow, *tensor.Dense) {
	t.Helper()
	text, err := os.ReadFile("testdata/concat_cond.json")
	require.NoError(t, err)
	var c struct {
		golden
		Cond  int
		C     [][]float64
		GradC [][]float64 `json:"grad_c"`
	}
	require.NoError(t, json.Unmarshal(text, &c))
	block := flows.FFJORD{
		Field:  nn.MLP{Hidden: c.Dims[1 : len(c.Dims)-1], Time: nn.Concat, Act: c.Activation},
		Solver: ode.Solver{Method: ode.Dopri5, RTol: 1e-12, ATol: 1e-12, Adjoint: &ode.Adjoint{}},
	}
	f := &flows.Flow{
		Dim: len(c.X[0]), Cond: c.Cond, Blocks: flows.Chain{block, block},
		Params: &nn.Params{Rand: seeded(1), Dtype: tensor.Float64},
	}
	require.NoError(t, f.Compile())
	for _, p := range c.Params {
		value := f.Params.Get(fmt.Sprintf("block%d.%d.%s", p.Block, p.Layer, p.Name)).Value().Data().([]float64)
		require.Equal(t, len(value), copy(value, p.Value))
	}
	c.golden.Noise = [][][]float64{c.C, c.GradC}
	return c.golden, f, matrix(c.C)
}

func TestGoldenWithCondition(t *testing.T) {
	c, f, cond := conditioned(t)
	x, given := matrix(c.X), f.Given(cond)
	logp, err := given.LogProb(t.Context(), x)
	require.NoError(t, err)
	close1(t, "log_prob", c.LogProb, logp)
	z, logDet, err := given.Inverse(t.Context(), x)
	require.NoError(t, err)
	close1(t, "log_det", c.LogDet, logDet)
	close1(t, "z", flat(c.Z), z.Float64s())
	back, forward, err := given.Forward(t.Context(), z)
	require.NoError(t, err)
	close1(t, "x", flat(c.X), back.Float64s())
	for i := range forward {
		assert.InDelta(t, 0, forward[i]+logDet[i], 1e-7)
	}

	rows := len(c.X)
	score, err := given.Score(t.Context(), x)
	require.NoError(t, err)
	condScore, err := given.CondScore(t.Context(), x)
	require.NoError(t, err)
	closeAtKinks(t, "grad_x", times(flat(c.GradX), -float64(rows)), score.Float64s())
	closeAtKinks(t, "grad_c", times(flat(c.Noise[1]), -float64(rows)), condScore.Float64s())

	var joint [][]float64
	for i := range c.X {
		joint = append(joint, append(append([]float64(nil), c.X[i]...), c.Noise[0][i]...))
	}
	loss, err := f.NLL().Loss(t.Context(), matrix(joint))
	require.NoError(t, err)
	assert.InEpsilon(t, c.NLL, loss, goldenTolerance)
	for _, p := range c.Params {
		grad, err := f.Params.Get(fmt.Sprintf("block%d.%d.%s", p.Block, p.Layer, p.Name)).Grad()
		require.NoError(t, err)
		closeAtKinks(t, p.Name, p.Grad, grad.Data().([]float64))
	}
}

// closeAtKinks compares gradients of nets with ELU, whose second derivative jumps at 0, and with it the gradient of the
// trace. A step across a jump is of first order for a gradient that goes back through the steps of a solve, as the
// golden gradients were made: they are right to 1e-6 of the largest. Ours are by the adjoint equation, which finds the
// jumps (TestAdjointAtKinks).
func closeAtKinks(t *testing.T, what string, want, got []float64) {
	t.Helper()
	scale := 1.0
	for _, v := range want {
		scale = max(scale, v, -v)
	}
	assert.InDeltaSlice(t, want, got, 2e-6*scale, what)
}

// The adjoint equation finds the jumps, for the error of its state is the gradient's: central differences of log p with
// a step of 1e-4 agree with it to 1e-7, and set the golden value apart from both by 7e-7.
func TestAdjointAtKinks(t *testing.T) {
	c, f, cond := conditioned(t)
	field := f.Blocks.(flows.Chain)[0].(flows.FFJORD).Field
	by := func(tol float64, a *ode.Adjoint) *flows.Flow {
		block := flows.FFJORD{Field: field, Solver: ode.Solver{RTol: tol, ATol: tol, Adjoint: a}}
		return &flows.Flow{Dim: f.Dim, Cond: f.Cond, Blocks: flows.Chain{block, block}, Params: f.Params}
	}
	score, err := by(1e-11, &ode.Adjoint{}).Given(cond).Score(t.Context(), matrix(c.X))
	require.NoError(t, err)
	exact := by(1e-13, nil)
	const h = 1e-4
	logp := func(by float64) float64 {
		x := matrix(c.X)
		x.Float64s()[1] += by
		values, err := exact.Given(cond).LogProb(t.Context(), x)
		require.NoError(t, err)
		return values[0]
	}
	assert.InEpsilon(t, (logp(h)-logp(-h))/(2*h), score.Float64s()[1], 1e-7)
}

// One condition for all rows is that condition for each of them, in samples too.
func TestSharedCondition(t *testing.T) {
	c, f, _ := conditioned(t)
	one := matrix([][]float64{{0.5, -1, 2}})
	var each [][]float64
	for range c.X {
		each = append(each, []float64{0.5, -1, 2})
	}
	want, err := f.Given(matrix(each)).LogProb(t.Context(), matrix(c.X))
	require.NoError(t, err)
	got, err := f.Given(one).LogProb(t.Context(), matrix(c.X))
	require.NoError(t, err)
	assert.Equal(t, want, got)

	x, logp, err := f.Given(one).SampleLogProb(t.Context(), 200, seeded(4))
	require.NoError(t, err)
	again, err := f.Given(one).LogProb(t.Context(), x)
	require.NoError(t, err)
	assert.InDeltaSlice(t, again, logp, 1e-6, "two solves at a tolerance of 1e-11")
	alone, err := f.Given(one).Sample(t.Context(), 200, seeded(4))
	require.NoError(t, err)
	assert.InDeltaSlice(t, x.Float64s(), alone.Float64s(), 1e-6, "the trace steers one of them")
}

func TestConditionErrors(t *testing.T) {
	c, f, cond := conditioned(t)
	x := matrix(c.X)
	_, err := f.LogProb(t.Context(), x)
	assert.ErrorContains(t, err, "flows: the flow takes a condition of width 3; call Given first")
	_, err = f.Given(matrix([][]float64{{1, 2}})).LogProb(t.Context(), x)
	assert.ErrorContains(t, err, "flows: conditions of shape (1, 2): want (rows, 3)")
	_, err = f.Given(matrix([][]float64{{1, 2, 3}, {1, 2, 3}})).LogProb(t.Context(), x)
	assert.ErrorContains(t, err, "flows: 2 conditions for 10 rows: want one for each, or one for all")
	_, err = f.NLL().Loss(t.Context(), x)
	assert.ErrorContains(t, err, "flows: data with their conditions of shape (10, 2): want (rows, 5)")
	plain := newFlow(tensor.Float64, 2, flows.FFJORD{Field: nn.MLP{}})
	_, err = plain.Given(cond).LogProb(t.Context(), x)
	assert.ErrorContains(t, err, "flows: a condition is given to a flow that takes none; set Cond to its width")
	_, err = plain.Given(cond).CondScore(t.Context(), x)
	assert.ErrorContains(t, err, "set Cond to its width")
	unseen := &flows.Flow{Dim: 2, Cond: 1, Blocks: flows.FFJORD{Field: nn.Linear{}}, Params: nn.NewParams(seeded(1))}
	_, err = unseen.Given(matrix([][]float64{{1}})).LogProb(t.Context(), x)
	assert.NoError(t, err, "a condition that no layer looks at changes nothing")
}

func times(values []float64, by float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = by * v
	}
	return out
}

// A training step computes no gradient by the condition, which nobody asks for there; CondScore has it all the same.
func TestTrainingHasNoGradientByTheCondition(t *testing.T) {
	f := condFlow(tensor.Float64)
	for block := range 2 {
		g, err := f.StepGraph(block, true)
		require.NoError(t, err)
		for _, out := range g.Outputs() {
			assert.NotContains(t, out.Name, "cond", "block %d", block)
		}
	}
	s, err := f.Given(matrix([][]float64{{0.5}})).CondScore(t.Context(), draw(seeded(1), 3, 2, 0.5))
	require.NoError(t, err)
	assert.NotEqual(t, make([]float64, 3), numbers(s))
}

// SampleEach is Sample with every condition several times in a row.
func TestSampleEach(t *testing.T) {
	for _, dtype := range dtypes {
		f := condFlow(dtype)
		each, err := f.Given(matrix([][]float64{{0.5}, {-1}})).SampleEach(t.Context(), 3, seeded(7))
		require.NoError(t, err)
		all, err := f.Given(matrix([][]float64{{0.5}, {0.5}, {0.5}, {-1}, {-1}, {-1}})).Sample(t.Context(), 6, seeded(7))
		require.NoError(t, err)
		assert.Equal(t, tensor.Shape{6, 2}, each.Shape())
		assert.Equal(t, numbers(all), numbers(each))
	}
	f := condFlow(tensor.Float64)
	var input *flows.InputError
	_, err := f.Given(nil).SampleEach(t.Context(), 3, seeded(1))
	assert.ErrorAs(t, err, &input)
	_, err = f.Given(matrix([][]float64{{1}})).SampleEach(t.Context(), 0, seeded(1))
	assert.ErrorAs(t, err, &input)
	_, err = newFlow(tensor.Float64, 2).Given(nil).SampleEach(t.Context(), 3, seeded(1))
	assert.ErrorAs(t, err, &input)
	var limit *flows.LimitError
	_, err = f.Given(matrix([][]float64{{1}, {2}})).SampleEach(t.Context(), 1<<60, seeded(1))
	assert.ErrorAs(t, err, &limit)
}
