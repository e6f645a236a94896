package nn_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// newParams returns float64 parameters of a fixed seed.
func newParams() *nn.Params {
	return &nn.Params{Rand: rand.New(rand.NewPCG(1, 2)), Dtype: tensor.Float64}
}

// apply builds a layer on x (rows, width) at time t (rows, 1), with its result as output "y".
func apply(l nn.Layer, p *nn.Params, owner string, width int) func(*graph.Graph) {
	return func(g *graph.Graph) {
		x := g.Rows("x", width)
		g.Output("y", l.Apply(nn.NewScope(g, p, owner, g.Rows("t", 1)), x))
	}
}

// conditioned builds a layer on the inputs by name: "x", "t" and, where there is one, the condition "c".
func conditioned(l nn.Layer, p *nn.Params, in map[string][][]float64) func(*graph.Graph) {
	return func(g *graph.Graph) {
		x := g.Rows("x", len(in["x"][0]))
		s := nn.NewScope(g, p, "", g.Rows("t", 1))
		if c := in["c"]; c != nil {
			s = s.WithCond(g.Rows("c", len(c[0])))
		}
		g.Output("y", l.Apply(s, x))
	}
}

// build makes the parameters of a layer by building it once.
func build(t *testing.T, l nn.Layer, p *nn.Params, width int) {
	t.Helper()
	buildGraph(t, p, apply(l, p, "", width))
}

// buildGraph makes the parameters that f asks for.
func buildGraph(t *testing.T, p *nn.Params, f func(*graph.Graph)) {
	t.Helper()
	_, err := graph.Build(p.DtypeOrDefault(), graph.SymbolicRows, f)
	require.NoError(t, err)
}

// evaluate returns the layer's value for every row of x at the row's time, run by Gorgonia.
func evaluate(t *testing.T, l nn.Layer, p *nn.Params, owner string, x [][]float64, times []float64) [][]float64 {
	t.Helper()
	return run(t, apply(l, p, owner, len(x[0])), p, owner, map[string][][]float64{"x": x, "t": column(times)})
}

// run evaluates output "y" of a program with per-row inputs given by rows and uniform inputs from the parameters.
func run(t *testing.T, f func(*graph.Graph), p *nn.Params, owner string, in map[string][][]float64) [][]float64 {
	t.Helper()
	prog, err := graph.Compile[float64](f)
	require.NoError(t, err)
	rows := len(in["x"])
	m, err := prog.NewMachine(rows)
	require.NoError(t, err)
	bind(t, m, prog, p, owner, in)
	require.NoError(t, m.Run(rows))
	out := make([][]float64, rows)
	for i := range out {
		for _, c := range m.Out("y") {
			out[i] = append(out[i], c[i])
		}
	}
	return out
}

// bind gives a machine the rows of its inputs per row and the parameters of its uniform ones.
func bind(t *testing.T, m *graph.Machine[float64], prog *graph.Program[float64], p *nn.Params, owner string, in map[string][][]float64) {
	t.Helper()
	for _, input := range prog.Graph().Inputs() {
		if !input.PerRow {
			name := input.Name
			if owner != "" {
				name = owner + "." + name
			}
			require.NotNil(t, p.Get(name), "parameter %s", name)
			require.NoError(t, m.Bind(input.Name, values(p.Get(name))))
			continue
		}
		for i, row := range in[input.Name] {
			for j, v := range row {
				m.In(input.Name)[j][i] = v
			}
		}
	}
}

// values returns the storage of a float64 parameter.
func values(p *nn.Param) []float64 { return p.Value().Data().([]float64) }

func column(v []float64) [][]float64 {
	out := make([][]float64, len(v))
	for i := range v {
		out[i] = []float64{v[i]}
	}
	return out
}

// shuffleValues gives every parameter fresh normal values, so that no zero bias hides a mistake.
func shuffleValues(p *nn.Params) {
	rng := rand.New(rand.NewPCG(3, 4))
	for q := range p.All() {
		for i := range values(q) {
			values(q)[i] = rng.NormFloat64()
		}
	}
}

// The hand-written side of the comparisons: one row at a time, no graph.

// affine returns x·W + b for W (len(x), len(b)) row-major.
func affine(x, w, b []float64) []float64 {
	y := make([]float64, len(b))
	for j := range y {
		y[j] = b[j]
		for i := range x {
			y[j] += x[i] * w[i*len(b)+j]
		}
	}
	return y
}

func each(f func(float64) float64, x []float64) []float64 {
	y := make([]float64, len(x))
	for i := range x {
		y[i] = f(x[i])
	}
	return y
}
