package flows_test

import (
	"bytes"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// composed is a flow for data between 0 and 1 of all blocks.
func composed(dtype tensor.Dtype, base flows.Base) *flows.Flow {
	solver := ode.Solver{Method: ode.Tsit5, Steps: 6}
	f := newFlow(dtype, 3,
		flows.Permute{Order: []int{1, 2, 0}},
		flows.MovingBatchNorm{},
		flows.FFJORD{Field: timed(nn.Concat, nn.Tanh, 4), Solver: solver},
		flows.Chain{flows.MovingBatchNorm{}, flows.Affine{Loc: []float64{1, 0, 0}, Scale: []float64{1, 2, 0.5}, Learn: true}},
		flows.Standardize{Mean: []float64{0.1, -0.2, 0}, Std: []float64{1.5, 1, 0.7}},
		flows.Logit{Alpha: 0.05},
	)
	f.Base = base
	return f
}

func fractions(n int) *tensor.Dense {
	rng := seeded(9)
	v := make([]float64, 3*n)
	for i := range v {
		v[i] = rng.Float64()
	}
	return tensor.New(tensor.WithShape(n, 3), tensor.WithBacking(v))
}

func TestComposedIsABijector(t *testing.T) {
	f := composed(tensor.Float64, nil)
	lossOf(t, f.NLL(), fractions(50))() // statistics that are not their initial values
	// Six steps of order five 1e-7, central differences 1e-9 over the slope of the inverse logit.
	checkBijector(t, f, draw(seeded(2), 4, 3, 1), 1e-6, 2e-6)
}

func TestComposedGradient(t *testing.T) {
	means := [][]float64{{0, 1, 2}, {1, -1, 0.5}}
	for name, base := range map[string]flows.Base{
		"normal":   flows.Normal{Loc: []float64{0.1, 0.2, 0.3}, Learn: true},
		"student":  flows.StudentT{DF: 5, Scale: []float64{1, 2, 3}},
		"mixture":  flows.GaussianMixture{Means: means, Weights: []float64{1, 3}, Learn: true},
		"mixture2": flows.GaussianMixture{Means: means},
	} {
		t.Run(name, func(t *testing.T) {
			f, x := composed(tensor.Float64, base), fractions(5)
			require.NoError(t, f.Compile())
			still := map[string][]float64{}
			for q := range f.Params.All() {
				if !q.Trained() {
					still[q.Name()] = q.Numbers()
				}
			}
			loss := lossOf(t, f.NLL(), x)
			checkGradient(t, f.Params, func() float64 {
				for name, v := range still { // the loss of one and the same flow
					require.NoError(t, f.Params.Get(name).Set(v))
				}
				return loss()
			})
		})
	}
}

// Standardised data, running statistics and learnt numbers are all in the file: a loaded flow has the same densities,
// bit for bit, and the same samples.
func TestComposedIsSaved(t *testing.T) {
	for _, dtype := range dtypes {
		mixture := flows.GaussianMixture{Components: 4, Learn: true}
		f, x := composed(dtype, mixture), fractions(20)
		lossOf(t, f.NLL(), x)()
		var file bytes.Buffer
		require.NoError(t, f.Params.Write(&file, nil))

		other := composed(dtype, mixture)
		other.Params.Rand = seeded(77)
		require.NoError(t, other.Compile())
		assert.NotEqual(t, logProb(t, f, x), logProb(t, other, x))
		_, err := other.Params.Read(&file)
		require.NoError(t, err)
		assert.Equal(t, logProb(t, f, x), logProb(t, other, x))
		want, err := f.Sample(t.Context(), 5, seeded(1))
		require.NoError(t, err)
		got, err := other.Sample(t.Context(), 5, seeded(1))
		require.NoError(t, err)
		assert.Equal(t, numbers(want), numbers(got))
	}
}

// A box that is stretched and turned is a box: the density is one over its volume inside and zero outside.
func TestBoxStaysABox(t *testing.T) {
	f := newFlow(tensor.Float32, 2, flows.Affine{Loc: []float64{1, 2}, Scale: []float64{3, 0.1}}, flows.Permute{})
	f.Base = flows.Uniform{Low: []float64{-1, -1}}
	x, logp, err := f.SampleLogProb(t.Context(), 200, seeded(1))
	require.NoError(t, err)
	for i, p := range logp {
		assert.InDelta(t, -math.Log(6*0.2), p, 1e-6)
		assert.InDelta(t, 2, numbers(x)[2*i], 0.1+1e-6)
		assert.InDelta(t, 1, numbers(x)[2*i+1], 3+1e-6)
	}
	rows := tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float64{2.05, 3.9, 2.05, 4.1}))
	got := logProb(t, f, rows)
	assert.InDelta(t, -math.Log(6*0.2), got[0], 1e-6)
	assert.Equal(t, math.Inf(-1), got[1])
}
