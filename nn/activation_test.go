package nn_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

func sigmoid(x float64) float64 {
	if x < 0 {
		return math.Exp(x) / (1 + math.Exp(x))
	}
	return 1 / (1 + math.Exp(-x))
}

// activation is one with its value and derivative in closed form.
type activation struct {
	act      nn.Activation
	f, slope func(x float64) float64
}

var activations = []activation{
	{nn.Identity, func(x float64) float64 { return x }, func(float64) float64 { return 1 }},
	{nn.Tanh, math.Tanh, func(x float64) float64 { return 1 - math.Tanh(x)*math.Tanh(x) }},
	{nn.Sigmoid, sigmoid, func(x float64) float64 { return sigmoid(x) * sigmoid(-x) }},
	{nn.Softplus, func(x float64) float64 { return math.Max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }, sigmoid},
	{nn.ReLU, func(x float64) float64 { return math.Max(x, 0) }, func(x float64) float64 { return step(x, 0) }},
	{
		nn.ELU,
		func(x float64) float64 { return math.Max(x, 0) + math.Expm1(math.Min(x, 0)) },
		func(x float64) float64 { return step(x, math.Exp(x)) },
	},
	{
		nn.SiLU,
		func(x float64) float64 { return x * sigmoid(x) },
		func(x float64) float64 { return sigmoid(x) * (1 + x*sigmoid(-x)) },
	},
	{nn.Sin, math.Sin, math.Cos},
	{nn.Square, func(x float64) float64 { return x * x }, func(x float64) float64 { return 2 * x }},
}

// step returns 1 where x > 0 and below elsewhere.
func step(x, below float64) float64 {
	if x > 0 {
		return 1
	}
	return below
}

// points lie on both sides of 0, at it, near it and where a careless formula overflows.
var points = []float64{-1e30, -1000, -40, -3, -1, -1e-9, 0, 1e-9, 0.5, 1, 3, 40, 1000, 1e30}

// Every activation of the source can be applied and has a line in activations, and the error of a name that is none
// lists it.
func TestEveryActivationIsChecked(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "activation.go", nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	var named []nn.Activation
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && fmt.Sprint(spec.Type) == "Activation" {
			name, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			named = append(named, nn.Activation(name))
		}
		return true
	})
	var checked []nn.Activation
	for _, c := range activations {
		checked = append(checked, c.act)
	}
	assert.Equal(t, named, nn.Activations(), "functions of activation.go has a line for each")
	assert.ElementsMatch(t, named, checked, "activations of activation_test.go has a line for each")
	_, unknown := graph.Compile[float64](apply(nn.Activation("none"), nil, "", 1))
	assert.ErrorContains(t, unknown, strings.Trim(strings.ReplaceAll(fmt.Sprint(named), " ", ", "), "[]"))
}

func TestActivationValues(t *testing.T) {
	for _, c := range activations {
		t.Run(string(c.act), func(t *testing.T) {
			got := evaluate(t, c.act, newParams(), "", column(points), make([]float64, len(points)))
			for i, x := range points {
				want := c.f(x)
				assert.InDelta(t, want, got[i][0], 4e-15*(1+math.Abs(want)), "at %g: a few roundings", x)
			}
			nan := evaluate(t, c.act, newParams(), "", [][]float64{{math.NaN()}, {1}}, []float64{0, 0})
			assert.True(t, math.IsNaN(nan[0][0]), "NaN stays NaN")
			assert.InDelta(t, c.f(1), nan[1][0], 4e-15, "and in its own row")
		})
	}
}

func TestActivationDerivatives(t *testing.T) {
	for _, c := range activations {
		t.Run(string(c.act), func(t *testing.T) {
			got := run(t, func(g *graph.Graph) {
				x := g.Rows("x", 1)
				y := c.act.Apply(nn.NewScope(g, nil, "", nil), x)
				g.Output("y", graph.VJP([]*graph.Node{y}, []*graph.Node{graph.Fill(y, 1)}, []*graph.Node{x})[0])
			}, nil, "", map[string][][]float64{"x": column(points)})
			for i, x := range points {
				want := c.slope(x)
				assert.InDelta(t, want, got[i][0], 1e-14*(1+math.Abs(want)), "at %g: 1 - tanh² cancels", x)
			}
		})
	}
}

func TestActivationInFloat32(t *testing.T) {
	for _, c := range activations {
		t.Run(string(c.act), func(t *testing.T) {
			xs := points[1 : len(points)-1] // 1e30² is no float32
			tolerance := 5e-7               // four units in the last place
			if c.act == nn.Sin {
				tolerance = 1e-5 // Gorgonia takes the multiples of 2π from 1000 in float32
			}
			prog, err := graph.Compile[float32](apply(c.act, nil, "", 1))
			require.NoError(t, err)
			m, err := prog.NewMachine(len(xs))
			require.NoError(t, err)
			for i, x := range xs {
				m.In("x")[0][i] = float32(x)
			}
			require.NoError(t, m.Run(len(xs)))
			for i, x := range xs {
				want := c.f(float64(float32(x)))
				assert.InDelta(t, want, float64(m.Out("y")[0][i]), tolerance*(1+math.Abs(want)), "at %g", x)
			}
		})
	}
}
