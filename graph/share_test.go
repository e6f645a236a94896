package graph

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Equal graphs of one budget share a program; what differs anywhere, and graphs without a budget of their own, do not.
func TestEqualGraphsShareAProgram(t *testing.T) {
	write := func(c float64, cols int, name string, transposed bool) func(g *Graph) {
		return func(g *Graph) {
			x, w := g.Rows("x", cols), g.Uniform("w", 3, 3)
			if transposed {
				w = Transpose(w)
			}
			y := Scale(MatMul(SliceCols(x, cols-3, cols), w), c)
			g.Output(name, Add(y, Fill(y, c)))
		}
	}
	var b Budget
	compile := func(b *Budget, f func(g *Graph)) *Program[float32] {
		p, err := Compile[float32](func(g *Graph) {
			if b != nil {
				g.SetBudget(b)
			}
			f(g)
		})
		require.NoError(t, err)
		return p
	}
	p, again := compile(&b, write(2, 3, "y", false)), compile(&b, write(2, 3, "y", false))
	assert.Same(t, p.native, again.native)
	assert.NotSame(t, p.Graph(), again.Graph(), "each has its graph")
	assert.Len(t, again.nodes, len(p.nodes))
	others := map[string]*Program[float32]{
		"a number":    compile(&b, write(3, 3, "y", false)),
		"a width":     compile(&b, write(2, 4, "y", false)),
		"a name":      compile(&b, write(2, 3, "z", false)),
		"an operator": compile(&b, write(2, 3, "y", true)),
		"a budget":    compile(&Budget{}, write(2, 3, "y", false)),
		"no budget":   compile(nil, write(2, 3, "y", false)),
		"an output": compile(&b, func(g *Graph) {
			write(2, 3, "y", false)(g)
			g.Output("more", g.Rows("x", 3))
		}),
	}
	seen := map[any]string{p.native: "the first"}
	for name, o := range others {
		assert.Empty(t, seen[o.native], name)
		seen[o.native] = name
	}
	double, err := Compile[float64](func(g *Graph) {
		g.SetBudget(&b)
		write(2, 3, "y", false)(g)
	})
	require.NoError(t, err)
	assert.NotSame(t, p.native, double.native, "an element type")
}
