package nn_test

import (
	"bytes"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// stateful is a layer of one parameter and, before and behind it, one state.
type stateful struct{}

func (stateful) Apply(s *nn.Scope, x *graph.Node) *graph.Node {
	n := x.Shape()[1]
	x = graph.Sub(x, s.State("mean", nn.GlorotUniform, 1, n))
	x = graph.Mul(x, s.Param("scale", nn.Constant(2), 1, n))
	return graph.Add(x, s.State("shift", nil, 1, n))
}

// trained returns the names that training moves.
func trained(p *nn.Params) (out []string) {
	for q := range p.All() {
		if q.Trained() {
			out = append(out, q.Name())
		}
	}
	return out
}

func TestStateIsSavedAndNotTrained(t *testing.T) {
	p := newParams()
	l := nn.Seq{nn.Linear{NoBias: true}, stateful{}}
	build(t, l, p, 2)
	all := []string{"0.weight", "1.mean", "1.scale", "1.shift"}
	assert.Equal(t, all, names(p), "in the order of asking, like any parameter")
	assert.Equal(t, []string{"0.weight", "1.scale"}, trained(p))
	build(t, l, p, 2)
	assert.Equal(t, []string{"0.weight", "1.scale"}, trained(p), "a second graph changes nothing")

	other := newParams()
	build(t, l, other, 2)
	shuffleValues(other)
	_, err := other.Read(written(t, p))
	require.NoError(t, err)
	assert.Equal(t, bits(p), bits(other))
	assert.Equal(t, []string{"0.weight", "1.scale"}, trained(other))

	loaded, _, err := nn.ReadParams(written(t, p))
	require.NoError(t, err)
	assert.Len(t, trained(loaded), 4, "a file does not tell")
	build(t, l, loaded, 2)
	assert.Equal(t, all, names(loaded))
	assert.Equal(t, []string{"0.weight", "1.scale"}, trained(loaded), "the model does")
}

func TestStateUnderAnOwner(t *testing.T) {
	p := newParams()
	build(t, nn.Linear{}, p, 2)
	buildGraph(t, p, apply(stateful{}, p, "norm", 2))
	assert.Equal(t, []string{"weight", "bias", "norm.scale"}, trained(p))
}

func TestStateIsAskedForOnce(t *testing.T) {
	_, err := graph.Build(tensor.Float64, 4, func(g *graph.Graph) {
		s := nn.NewScope(g, newParams(), "", nil)
		s.State("a", nil, 1, 1)
		s.Param("a", nil, 1, 1)
	})
	assert.ErrorContains(t, err, `parameter "a" is asked for twice`)
}

func TestAtIsAnotherEvaluation(t *testing.T) {
	p := newParams()
	g, err := graph.Build(tensor.Float64, 4, func(g *graph.Graph) {
		c := g.Rows("c", 1)
		first := nn.NewScope(g, p, "owner", nil).WithCond(c).In("inner")
		second := first.At(g.Rows("t", 1))
		assert.Same(t, first.Param("a", nil, 1, 1), second.Param("a", nil, 1, 1), "the same numbers")
		assert.Same(t, c, second.Cond(), "the same condition")
		assert.Same(t, g.Rows("t", 1), second.Time())
		first.At(nil).Time()
	})
	assert.Nil(t, g)
	assert.ErrorContains(t, err, `layer "owner.inner" asks for the time, but the network has none`)
	assert.Equal(t, []string{"owner.inner.a"}, names(p))
}

func TestNumbersAndSet(t *testing.T) {
	for _, dtype := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
		t.Run(dtype.String(), func(t *testing.T) {
			p := pair(t, dtype)
			a := p.Get("a")
			storage := a.Value()
			got := a.Numbers()
			assert.Equal(t, []float64{1, 2}, got)
			got[0] = 100
			assert.Equal(t, []float64{1, 2}, a.Numbers(), "a copy")

			require.NoError(t, a.Set([]float64{0.1, -3}))
			want := 0.1
			if dtype == tensor.Float32 {
				want = float64(float32(0.1))
			}
			assert.Equal(t, []float64{want, -3}, a.Numbers())
			assert.Same(t, storage, a.Value(), "in the storage that the parameter has")

			for _, c := range []struct {
				name   string
				values []float64
				want   string
			}{
				{"too few", []float64{1}, `nn: parameter "a": set 1 numbers, want 2`},
				{"too many", []float64{1, 2, 3}, `nn: parameter "a": set 3 numbers, want 2`},
				{"NaN", []float64{1, math.NaN()}, `nn: set parameter "a": element (0, 1) is NaN, want a finite number`},
				{"Inf", []float64{math.Inf(-1), 1}, `element (0, 0) is -Inf`},
			} {
				assert.ErrorContains(t, a.Set(c.values), c.want, c.name)
				assert.Equal(t, []float64{want, -3}, a.Numbers(), "nothing changed: %s", c.name)
			}
		})
	}
	narrow := pair(t, tensor.Float32).Get("b")
	assert.ErrorContains(t, narrow.Set([]float64{0, 1e300}), `element (1, 0) is +Inf`, "too large for float32")
	assert.NoError(t, pair(t, tensor.Float64).Get("b").Set([]float64{0, 1e300}))
}

func TestStateInABrokenFile(t *testing.T) {
	p := newParams()
	build(t, stateful{}, p, 1)
	b := bytes.Replace(written(t, p).Bytes(), []byte("ffjord-go checksum"), []byte("no checksum at all"), 1)
	copy(b[len(b)-8:], f64(math.NaN()))
	_, err := p.Read(bytes.NewReader(b))
	assert.ErrorContains(t, err, `parameter "shift": element (0, 0) is NaN`)
}
