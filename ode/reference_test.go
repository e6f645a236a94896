package ode_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/ode"
)

// plainStep is one step of y' = sin(y) + t y for one number, as the formula says.
func plainStep(m *ode.Tableau, t, h, y float64) (y1, e float64) {
	k := make([]float64, len(m.B))
	y1 = y
	for i := range k {
		yi := y
		for j, a := range m.A[i] {
			yi += h * a * k[j]
		}
		k[i] = math.Sin(yi) + (t+m.C[i]*h)*yi
		y1 += h * m.B[i] * k[i]
		if m.E != nil {
			e += h * m.E[i] * k[i]
		}
	}
	return y1, e
}

// Any explicit tableau does what its formula says: zeros and ones among the weights, shorter rows, no error estimate.
func TestAnyTableau(t *testing.T) {
	weight := rapid.OneOf(rapid.SampledFrom([]float64{0, 1}), rapid.Float64Range(-1, 1))
	rapid.Check(t, func(r *rapid.T) {
		s := rapid.IntRange(1, 4).Draw(r, "stages")
		list := func(n int, what string) []float64 { return rapid.SliceOfN(weight, n, n).Draw(r, what) }
		m := &ode.Tableau{Name: "any", C: list(s, "c"), B: list(s, "b")}
		for i := range s {
			m.A = append(m.A, list(rapid.IntRange(0, i).Draw(r, "length"), fmt.Sprintf("a%d", i)))
		}
		if rapid.Bool().Draw(r, "estimates") {
			m.E = list(s, "e")
		}
		in := map[string][][]float64{}
		rows := rapid.IntRange(1, 3).Draw(r, "rows")
		for range rows {
			for _, name := range []string{"t", "h", "y"} {
				in[name] = append(in[name], []float64{rapid.Float64Range(-1, 1).Draw(r, name)})
			}
		}
		got := evaluate(t, func(g *graph.Graph) {
			f := func(t *graph.Node, y ode.State) ode.State {
				return ode.State{graph.Add(graph.Sin(y[0]), graph.Mul(t, y[0]))}
			}
			y1, e := m.Step(g, f, g.Rows("t", 1), g.Rows("h", 1), ode.State{g.Rows("y", 1)})
			g.Output("y1", y1[0])
			if e != nil {
				g.Output("e", e[0])
			}
		}, in, nil)
		for i := range rows {
			y1, e := plainStep(m, in["t"][i][0], in["h"][i][0], in["y"][i][0])
			assert.InDelta(r, y1, got["y1"][i][0], 1e-13, "y₁ of row %d", i)
			if m.E != nil {
				assert.InDelta(r, e, got["e"][i][0], 1e-13, "e of row %d", i)
			}
		}
	})
}
