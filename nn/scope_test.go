package nn_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// layerFunc is a layer that sees its scope.
type layerFunc func(s *nn.Scope, x *graph.Node) *graph.Node

func (f layerFunc) Apply(s *nn.Scope, x *graph.Node) *graph.Node { return f(s, x) }

// asks is a layer that asks for one (1, 1) parameter.
func asks(name string) nn.Layer {
	return layerFunc(func(s *nn.Scope, x *graph.Node) *graph.Node { return graph.Mul(x, s.Param(name, nil, 1, 1)) })
}

func TestMistakesAreErrors(t *testing.T) {
	withRand := func() *nn.Params { return nn.NewParams(rand.New(rand.NewPCG(1, 1))) }
	for _, c := range []struct {
		name   string
		params *nn.Params
		layer  nn.Layer
		want   string
	}{
		{"no random numbers", &nn.Params{}, nn.Linear{}, `parameter "weight" wants an initial value, and Params.Rand is nil`},
		{"no parameters", nil, nn.Linear{}, `parameter "weight" has no place: the scope's Params are nil`},
		{"element type", &nn.Params{Rand: rand.New(rand.NewPCG(1, 1)), Dtype: tensor.Int}, nn.Linear{}, "parameters of element type int: want float32 or float64"},
		{"asked for twice", withRand(), nn.Seq{nn.Identity, layerFunc(func(s *nn.Scope, x *graph.Node) *graph.Node {
			return graph.Add(s.Param("a", nil, 1, 1), s.Param("a", nil, 1, 1))
		})}, `parameter "1.a" is asked for twice`},
		{"asked for twice by another path", withRand(), layerFunc(func(s *nn.Scope, x *graph.Node) *graph.Node {
			return graph.Add(s.In("a").Param("b", nil, 1, 1), s.Param("a.b", nil, 1, 1))
		}), `parameter "a.b" is asked for twice`},
		{"no name", withRand(), nn.Seq{asks("")}, `layer "0" asks for a parameter without a name`},
		{"empty shape", withRand(), nn.Linear{Out: -1}, `parameter "weight" of shape (2, -1): want at least (1, 1)`},
		{"initial value", withRand(), nn.Linear{Init: nn.Constant(1e300)}, `initial value of parameter "weight": element (0, 0) is +Inf`},
		{"activation", withRand(), nn.MLP{Hidden: []int{3}, Act: nn.Activation("gelu")}, `activation "gelu" is unknown; want one of identity, tanh`},
		{"time kind", withRand(), nn.MLP{Time: nn.TimeColumns("late")}, `time columns "late" are unknown; want ignore, concat, concat last or tile`},
		{"hidden width", withRand(), nn.MLP{Hidden: []int{4, 0}}, "hidden layer 1 has width 0, want at least 1"},
		{"nil layer", withRand(), nn.Seq{nn.Tanh, nil}, `layer "1" is nil`},
		{"nil layer deeper", withRand(), nn.Seq{nn.Tanh, nn.Seq{nil}}, `layer "1.0" is nil`},
		{"nil func", withRand(), nn.Func(nil), "an nn.Func is nil"},
		{"no condition", withRand(), nn.Seq{nn.Linear{Cond: true}}, `layer "0" asks for a condition, but the network has none`},
		{"steps of the power method", withRand(), nn.Linear{Spectral: -1}, "Linear: -1 steps of spectral normalisation, want at least 0"},
		{"frequencies", withRand(), nn.Fourier{Freqs: -1}, "Fourier: -1 frequencies, want at least 1"},
		{"hyper width", withRand(), nn.Hyper{Hidden: -2}, "Hyper: hidden width -2, want at least 1"},
		{"hyper and spectral", withRand(), nn.MLP{Time: nn.Hyper{}, Spectral: 4}, "Hyper: Spectral is 4, want 0"},
		{"empty mixture", withRand(), nn.Mixture{}, "Mixture: no fields, want at least 1"},
		{"widths of a mixture", withRand(), nn.Mixture{nn.Linear{}, nn.Linear{Out: 3}}, "Mixture: field 1 has width 3, and field 0 has 2"},
		{"field of a mixture", withRand(), nn.Mixture{nil}, `layer "0" is nil`},
		{"residual of nothing", withRand(), nn.Residual{}, "Residual: Body is nil"},
		{"residual of another width", withRand(), nn.Residual{Body: nn.Linear{Out: 1}}, "Residual: Body maps width 2 to width 1, want 2"},
		{"nil input", withRand(), nn.Seq{nn.Func(func(*graph.Node) *graph.Node { return nil }), nn.Linear{}}, "input is nil, want a matrix"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, err := graph.Build(tensor.Float32, 4, apply(c.layer, c.params, "", 2))
			require.Error(t, err)
			assert.Nil(t, g)
			assert.ErrorContains(t, err, "graph: ")
			assert.ErrorContains(t, err, c.want)
			assert.Regexp(t, `\(at nn/\w+_test\.go:\d+\)$`, err.Error())
		})
	}
}

func TestMistakesNameTheLine(t *testing.T) {
	var line int
	_, err := graph.Build(tensor.Float32, 4, func(g *graph.Graph) {
		s := nn.NewScope(g, nn.NewParams(rand.New(rand.NewPCG(1, 1))), "", nil)
		_, _, line, _ = runtime.Caller(0)
		nn.MLP{Hidden: []int{8}}.Apply(s, g.Rows("x", 2))
	})
	assert.ErrorContains(t, err, `layer "0" asks for the time, but the network has none`)
	assert.ErrorContains(t, err, fmt.Sprintf("(at nn/scope_test.go:%d)", line+1))

	_, err = graph.Build(tensor.Float32, 4, func(g *graph.Graph) {
		nn.Concat.Apply(nn.NewScope(g, nil, "", nil), g.Rows("x", 2))
	})
	assert.ErrorContains(t, err, "the network asks for the time, but the network has none")
}

func TestShapeConflict(t *testing.T) {
	p := newParams()
	build(t, nn.Linear{Out: 3}, p, 2)
	_, err := graph.Build(tensor.Float64, 4, apply(nn.Linear{Out: 5}, p, "", 2))
	assert.ErrorContains(t, err, `parameter "weight" has shape (2, 3), and a layer asks for (2, 5)`)
	_, err = graph.Build(tensor.Float64, 4, apply(nn.Linear{Out: 3}, p, "", 4))
	assert.ErrorContains(t, err, `parameter "weight" has shape (2, 3), and a layer asks for (4, 3)`)
}

func TestOwnersShareTheGraphAndNotTheNumbers(t *testing.T) {
	p, l := newParams(), nn.MLP{Hidden: []int{4}}
	a := evaluate(t, l, p, "0.field", someRows, someTimes)
	b := evaluate(t, l, p, "1.field", someRows, someTimes)
	assert.NotEqual(t, a, b)
	assert.Equal(t, []string{
		"0.field.0.weight", "0.field.0.bias", "0.field.1.weight", "0.field.1.bias",
		"1.field.0.weight", "1.field.0.bias", "1.field.1.weight", "1.field.1.bias",
	}, names(p))

	inputs := func(owner string) (out []string) {
		g, err := graph.Build(tensor.Float64, 4, apply(l, p, owner, 2))
		require.NoError(t, err)
		for _, in := range g.Inputs() {
			out = append(out, in.String())
		}
		return out
	}
	assert.Equal(t, inputs("0.field"), inputs("1.field"), "the graphs of both are equal")
	assert.Contains(t, inputs("0.field"), "1.weight uniform (5, 2)")
}

func TestOneScopeForEachEvaluation(t *testing.T) {
	p, l := newParams(), nn.Linear{}
	g, err := graph.Build(tensor.Float64, 4, func(g *graph.Graph) {
		x := g.Rows("x", 2)
		for range 3 {
			x = l.Apply(nn.NewScope(g, p, "", nil), x)
		}
		g.Output("y", x)
	})
	require.NoError(t, err)
	assert.Len(t, g.Inputs(), 3, "x, weight and bias, once each")
	assert.Equal(t, 2, p.Len())
}
