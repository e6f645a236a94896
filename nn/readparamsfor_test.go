package nn_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/nn"
)

func TestReadParamsForAModel(t *testing.T) {
	p, err := nn.ReadParamsFor(written(t, pair(t, tensor.Float32)), func(p *nn.Params, metadata map[string]string) error {
		assert.Equal(t, map[string]string{"by": "test"}, metadata)
		assert.Equal(t, []string{"a", "b"}, p.Unused())
		assert.Nil(t, p.Get("a").Matrix(), "no numbers yet")
		ask(t, p, want{"b", 2, 1, nil}, want{"a", 1, 2, nil})
		return nil
	})
	require.NoError(t, err)
	assert.Equal(t, []string{"b", "a"}, names(p), "in the model's order")
	assert.Equal(t, []float64{3, 4}, p.Get("b").Numbers())
	assert.Equal(t, tensor.Float32, p.DtypeOrDefault())
}

func TestModelEndsTheReading(t *testing.T) {
	refused := errors.New("not this one")
	_, err := nn.ReadParamsFor(written(t, pair(t, tensor.Float32)), func(*nn.Params, map[string]string) error { return refused })
	assert.Same(t, refused, err)
	_, err = nn.ReadParamsFor(written(t, pair(t, tensor.Float32)), func(p *nn.Params, _ map[string]string) error {
		ask(t, p, want{"b", 2, 1, nil})
		return nil
	})
	assert.ErrorIs(t, err, nn.ErrForeign)
	assert.ErrorContains(t, err, `nn: read parameters: tensor "a" is not of this model`)
}

// A model may have no parameters; one that is not built yet has none by mistake.
func TestModelWithoutParameters(t *testing.T) {
	p := newParams()
	assert.ErrorContains(t, p.Write(&bytes.Buffer{}, nil), "there are no parameters yet")
	build(t, nn.Tanh, p, 2)
	var b bytes.Buffer
	require.NoError(t, p.Write(&b, map[string]string{"k": "v"}))
	file := b.Bytes()
	metadata, err := p.Read(bytes.NewReader(file))
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"k": "v"}, metadata)
	_, err = nn.ReadParamsFor(bytes.NewReader(file), func(*nn.Params, map[string]string) error { return nil })
	assert.NoError(t, err)
	_, _, err = nn.ReadParams(bytes.NewReader(file))
	assert.ErrorContains(t, err, "there are no tensors", "of which model?")
	_, err = pair(t, tensor.Float32).Read(bytes.NewReader(file))
	assert.ErrorIs(t, err, nn.ErrMissing)
}

func TestMatrixAndGradient(t *testing.T) {
	q := pair(t, tensor.Float32).Get("a")
	grad, err := q.Grad()
	require.NoError(t, err)
	assert.Same(t, grad, q.Gradient())
	assert.Same(t, q.Value(), q.Matrix())
	q.Gradient().Data().([]float32)[1] = 5
	assert.Equal(t, []float64{0, 5}, q.GradientNumbers())
}
