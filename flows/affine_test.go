package flows_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
)

// stateOf returns the numbers of an owner by name.
func stateOf(p *nn.Params, owner string) func(string) *nn.Param {
	return func(name string) *nn.Param { return p.Get(owner + name) }
}

func TestAffineByHand(t *testing.T) {
	for _, learn := range []bool{false, true} {
		p := newNumbers(tensor.Float64)
		b := flows.Affine{Loc: []float64{1, -2}, Scale: []float64{0.5, 8}, Learn: learn}
		x, logDet := throughBlock(t, p, b, []float64{3, 0.25, -1, 1}, 2, false)
		assert.InDeltaSlice(t, []float64{2.5, 0, 0.5, 6}, x, 1e-14)
		assert.InDeltaSlice(t, []float64{math.Log(4), math.Log(4)}, logDet, 1e-15)
		z, _ := throughBlock(t, p, b, []float64{2.5, 0}, 2, true)
		assert.InDeltaSlice(t, []float64{3, 0.25}, z, 1e-15)
		for q := range p.All() {
			assert.Equal(t, learn, q.Trained(), q.Name())
		}
	}
}

// What is not given takes no room in a model.
func TestBlocksKeepWhatIsGiven(t *testing.T) {
	for _, c := range []struct {
		name  string
		block flows.Block
		want  map[string][]float64
	}{
		{"affine", flows.Affine{}, map[string][]float64{}},
		{"loc", flows.Affine{Loc: []float64{1, 2}}, map[string][]float64{"loc": {1, 2}}},
		{"scale", flows.Affine{Scale: []float64{1, 2}}, map[string][]float64{"scale": {1, 2}}},
		{"learnt", flows.Affine{Learn: true}, map[string][]float64{"loc": {0, 0}, "log_scale": {0, 0}}},
		{"standardize", flows.Standardize{Mean: []float64{1, 2}, Std: []float64{3, 4}}, map[string][]float64{"mean": {1, 2}, "std": {3, 4}}},
		{"std", flows.Standardize{Std: []float64{3, 4}}, map[string][]float64{"std": {3, 4}}},
		{"logit", flows.Logit{}, map[string][]float64{}},
		{"permute", flows.Permute{}, map[string][]float64{}},
		{"moving batch norm", flows.MovingBatchNorm{}, map[string][]float64{
			"weight": {0, 0}, "bias": {0, 0}, "mean": {0, 0}, "variance": {1, 1},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newNumbers(tensor.Float32)
			throughBlock(t, p, c.block, []float64{0.5, 0.5}, 2, true)
			got := map[string][]float64{}
			for q := range p.All() {
				got[q.Name()] = q.Numbers()
			}
			want := map[string][]float64{}
			for name, v := range c.want {
				want["block0."+name] = v
			}
			assert.Equal(t, want, got)
		})
	}
}

// A block made of a fit does to rows what the fit does, bit for bit.
func TestStandardizeIsTheDataset(t *testing.T) {
	x := draw(seeded(2), 300, 3, 40)
	fit, err := data.FitStandardize(x)
	require.NoError(t, err)
	want, err := fit.Apply(x)
	require.NoError(t, err)
	f := newFlow(tensor.Float64, 3, flows.Standardize(fit))
	z, logDet := inverse(t, f, x)
	assert.Equal(t, numbers(want), numbers(z))
	assert.InDelta(t, fit.LogDet(), logDet[299], 1e-13)
	want, err = fit.Invert(z)
	require.NoError(t, err)
	back, _ := forward(t, f, z)
	assert.Equal(t, numbers(want), numbers(back))
}

func TestPermuteByHand(t *testing.T) {
	for _, c := range []struct {
		name  string
		order []int
		want  []float64
	}{
		{"reverse", nil, []float64{13, 12, 11, 10}},
		{"order", []int{2, 0, 1, 3}, []float64{12, 10, 11, 13}},
		{"rotation", []int{1, 2, 3, 0}, []float64{11, 12, 13, 10}},
		{"identity", []int{0, 1, 2, 3}, []float64{10, 11, 12, 13}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, z := newNumbers(tensor.Float64), []float64{10, 11, 12, 13}
			x, logDet := throughBlock(t, p, flows.Permute{Order: c.order}, z, 4, false)
			assert.Equal(t, c.want, x)
			assert.Equal(t, []float64{0}, logDet)
			back, _ := throughBlock(t, p, flows.Permute{Order: c.order}, x, 4, true)
			assert.Equal(t, z, back)
		})
	}
}
