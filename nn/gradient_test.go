package nn_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/diff/fd"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// TestGradients compares the derivatives of small networks, as a trained flow takes them, with finite differences: the
// derivative along a direction, whose sum is a trace, and the gradient of a loss of values and such derivatives.
func TestGradients(t *testing.T) {
	layers := map[string]nn.Layer{
		"swish":    nn.MLP{Hidden: []int{3}, Act: nn.Swish{}},
		"residual": nn.Seq{nn.Residual{Body: nn.MLP{Hidden: []int{3}}}, nn.Residual{Body: nn.Tanh}},
		"mixture":  nn.Mixture{nn.MLP{Hidden: []int{3}}, nn.Linear{}, nn.MLP{Time: nn.Squash{}, Act: nn.ELU}},
		"spectral": nn.MLP{Hidden: []int{3}, Spectral: 3},
	}
	for _, c := range kinds {
		layers[c.name] = nn.MLP{Hidden: []int{3}, Time: c.timed}
	}
	for name, l := range layers {
		t.Run(name, func(t *testing.T) { checkGradients(t, l) })
	}
}

func checkGradients(t *testing.T, l nn.Layer) {
	p := newParams()
	in := map[string][][]float64{
		"x": someRows, "t": column(someTimes), "c": someConds,
		"v": {{1, 0}, {-0.3, 0.7}, {0.4, -2}},
	}
	var wrt []string
	prog, err := graph.Compile[float64](func(g *graph.Graph) {
		conditioned(l, p, in)(g)
		x, y, v := g.Rows("x", 2), g.Outputs()[0].Node, g.Rows("v", 2)
		jvp := graph.JVP([]*graph.Node{y}, []*graph.Node{x}, []*graph.Node{v})[0]
		g.Output("jvp", jvp)
		loss := graph.Add(graph.Square(y), graph.Square(jvp))
		g.Output("loss", graph.SumRows(graph.SumCols(loss)))

		var nodes []*graph.Node
		wrt = nil
		for _, input := range g.Inputs() {
			nodes, wrt = append(nodes, input.Node), append(wrt, input.Name)
		}
		for i, d := range graph.Grad(loss, nodes...) {
			if d == nil {
				d = graph.Fill(nodes[i], 0)
			}
			g.Output("d "+wrt[i], d)
		}
	})
	require.NoError(t, err)
	shuffleValues(p)
	m, err := prog.NewMachine(len(someRows))
	require.NoError(t, err)
	bind(t, m, prog, p, "", in)
	losses := func(of []float64) func([]float64) float64 {
		return func(changed []float64) float64 {
			kept := append([]float64(nil), of...)
			copy(of, changed)
			rebind(t, m, prog)
			m.Reset()
			require.NoError(t, m.Run(len(someRows)))
			copy(of, kept)
			return m.Sum("loss")[0]
		}
	}
	check := func(name string, of []float64, gradient []float64) {
		want := fd.Gradient(nil, losses(of), of, &fd.Settings{Formula: fd.Central})
		for i := range want {
			assert.InDelta(t, want[i], gradient[i], 1e-6*(1+largest(want)), "%s element %d: central differences with h 6e-6", name, i)
		}
	}

	m.Reset()
	require.NoError(t, m.Run(len(someRows)))
	sums, columns := map[string][]float64{}, map[string][][]float64{}
	for _, name := range wrt {
		if q := p.Get(name); q != nil {
			sums[name] = append([]float64(nil), m.Sum("d "+name)...)
			continue
		}
		columns[name] = deepCopy(m.Out("d " + name))
	}
	directional := deepCopy(m.Out("jvp"))
	for name, sum := range sums {
		check(name, values(p.Get(name)), sum)
	}
	for name, column := range columns {
		for j := range column {
			check(name, m.In(name)[j], column[j])
		}
	}

	along := func(h float64) [][]float64 {
		for i, row := range someRows {
			for j := range row {
				m.In("x")[j][i] = row[j] + h*in["v"][i][j]
			}
		}
		require.NoError(t, m.Run(len(someRows)))
		return deepCopy(m.Out("y"))
	}
	const h = 1e-5
	above, below := along(h), along(-h)
	for j := range directional {
		for i := range directional[j] {
			want := (above[j][i] - below[j][i]) / (2 * h)
			assert.InDelta(t, want, directional[j][i], 1e-7*(1+largest(directional[j])), "row %d column %d: h² is 1e-10", i, j)
		}
	}
}

func deepCopy(columns [][]float64) [][]float64 {
	out := make([][]float64, len(columns))
	for j := range columns {
		out[j] = append([]float64(nil), columns[j]...)
	}
	return out
}

// largest returns the largest magnitude.
func largest(v []float64) (m float64) {
	for _, x := range v {
		m = max(m, x, -x)
	}
	return m
}

// rebind tells the machine that the numbers it is bound to have changed.
func rebind(t *testing.T, m *graph.Machine[float64], prog *graph.Program[float64]) {
	t.Helper()
	for _, in := range prog.Graph().Inputs() {
		if !in.PerRow {
			require.NoError(t, m.Bind(in.Name, m.Bound(in.Name)))
		}
	}
}
