package nn_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/nn"
)

func names(p *nn.Params) (out []string) {
	for q := range p.All() {
		out = append(out, q.Name())
	}
	return out
}

func TestNamesOrderAndShapes(t *testing.T) {
	for _, c := range []struct {
		name  string
		layer nn.Layer
		want  []string
		count int
	}{
		{"linear", nn.Linear{Out: 3}, []string{"weight (2, 3)", "bias (1, 3)"}, 9},
		{"no bias", nn.Linear{Out: 3, NoBias: true}, []string{"weight (2, 3)"}, 6},
		{"activation", nn.Tanh, nil, 0},
		{"seq in seq", nn.Seq{nn.Tanh, nn.Seq{nn.Linear{Out: 1, NoBias: true}, nn.Linear{}}},
			[]string{"1.0.weight (2, 1)", "1.1.weight (1, 1)", "1.1.bias (1, 1)"}, 4},
		{"mlp concat", nn.MLP{Hidden: []int{8, 8}}, []string{
			"0.weight (3, 8)", "0.bias (1, 8)", "1.weight (9, 8)", "1.bias (1, 8)", "2.weight (9, 2)", "2.bias (1, 2)"}, 132},
		{"mlp tile", nn.MLP{Hidden: []int{8, 8}, Time: nn.Tile}, []string{
			"0.weight (4, 8)", "0.bias (1, 8)", "1.weight (8, 8)", "1.bias (1, 8)", "2.weight (8, 2)", "2.bias (1, 2)"}, 130},
		{"mlp ignore", nn.MLP{Hidden: []int{8}, Out: 1, Time: nn.Ignore}, []string{
			"0.weight (2, 8)", "0.bias (1, 8)", "1.weight (8, 1)", "1.bias (1, 1)"}, 33},
		{"mlp with an activation of parameters", nn.MLP{Hidden: []int{8}, Time: nn.Ignore, Act: asks("beta")}, []string{
			"0.weight (2, 8)", "0.bias (1, 8)", "act0.beta (1, 1)", "1.weight (8, 2)", "1.bias (1, 2)"}, 43},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newParams()
			build(t, c.layer, p, 2)
			var got []string
			for q := range p.All() {
				rows, cols := q.Shape()
				got = append(got, fmt.Sprintf("%s (%d, %d)", q.Name(), rows, cols))
				assert.Same(t, q, p.Get(q.Name()))
			}
			assert.Equal(t, c.want, got)
			assert.Equal(t, len(c.want), p.Len())
			assert.Equal(t, c.count, p.Count())
		})
	}
}

func TestInitsOfAModel(t *testing.T) {
	p := newParams()
	build(t, nn.Seq{
		nn.Linear{Out: 3, Init: nn.Constant(2), BiasInit: nn.Constant(-1)},
		nn.Linear{Out: 3},
		nn.MLP{Hidden: []int{3}, Init: nn.Zeros},
	}, p, 2)
	assert.Equal(t, []float64{2, 2, 2, 2, 2, 2}, values(p.Get("0.weight")))
	assert.Equal(t, []float64{-1, -1, -1}, values(p.Get("0.bias")))
	assert.NotContains(t, values(p.Get("1.weight")), 0., "drawn by GlorotUniform")
	assert.Equal(t, []float64{0, 0, 0}, values(p.Get("1.bias")), "zero unless told")
	assert.Equal(t, make([]float64, 12), values(p.Get("2.0.weight")))
}

func TestSeedFixesTheModel(t *testing.T) {
	draw := func(seed uint64) []float32 {
		p := nn.NewParams(rand.New(rand.NewPCG(seed, 0)))
		build(t, nn.MLP{Hidden: []int{4}}, p, 2)
		return p.Get("1.weight").Value().Data().([]float32)
	}
	assert.Equal(t, draw(1), draw(1))
	assert.NotEqual(t, draw(1), draw(2))
}

func TestParamIsAValueGrad(t *testing.T) {
	for _, dtype := range []tensor.Dtype{{}, tensor.Float32, tensor.Float64} {
		p := &nn.Params{Rand: rand.New(rand.NewPCG(1, 0)), Dtype: dtype}
		want := dtype
		if dtype.Type == nil {
			want = tensor.Float32
		}
		build(t, nn.Linear{Init: nn.Constant(1)}, p, 2)
		w := p.Get("weight")
		grad, err := w.Grad()
		require.NoError(t, err)
		assert.Equal(t, want, w.Value().Dtype())
		assert.Equal(t, want, grad.Dtype())
		assert.True(t, w.Value().Shape().Eq(grad.Shape()))

		require.NoError(t, grad.(*tensor.Dense).SetAt(oneOf(want), 1, 0))
		require.NoError(t, gorgonia.NewVanillaSolver(gorgonia.WithLearnRate(0.5)).Step([]gorgonia.ValueGrad{w}))
		moved, err := w.Value().(*tensor.Dense).At(1, 0)
		require.NoError(t, err)
		assert.EqualValues(t, 0.5, moved, "1 - 0.5·1, exact")
	}
}

func oneOf(dtype tensor.Dtype) any {
	if dtype == tensor.Float64 {
		return 1.
	}
	return float32(1)
}

func TestEmptyParams(t *testing.T) {
	var p nn.Params
	assert.Nil(t, p.Get("weight"))
	assert.Zero(t, p.Len())
	assert.Zero(t, p.Count())
	assert.Empty(t, names(&p))
}
