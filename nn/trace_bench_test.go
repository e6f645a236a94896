package nn_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// BenchmarkTrace evaluates a field of one hidden layer of 64 and its trace, in closed form and by one product for each
// dimension.
func BenchmarkTrace(b *testing.B) {
	const rows = 1024
	for _, kind := range []struct {
		name  string
		timed nn.Timed
	}{{"concat", nn.Concat}, {"concatsquash", nn.ConcatSquash{}}} {
		for _, dim := range []int{2, 8, 32} {
			for _, short := range []bool{true, false} {
				name := fmt.Sprintf("%s/dim=%d/products", kind.name, dim)
				if short {
					name = fmt.Sprintf("%s/dim=%d/closed", kind.name, dim)
				}
				b.Run(name, func(b *testing.B) {
					p := &nn.Params{Rand: rand.New(rand.NewPCG(1, 2)), Dtype: tensor.Float32}
					l := nn.MLP{Hidden: []int{64}, Time: kind.timed}
					prog, err := graph.Compile[float32](func(g *graph.Graph) {
						x := g.Rows("x", dim)
						y, trace := l.ApplyTraced(nn.NewScope(g, p, "", g.Rows("t", 1)), x)
						if !short {
							trace = jacobianTrace(x, y)
						}
						g.Output("y", y)
						g.Output("trace", trace)
					})
					require.NoError(b, err)
					m, err := prog.NewMachine(rows)
					require.NoError(b, err)
					for q := range p.All() {
						require.NoError(b, m.Bind(q.Name(), narrowed[float32](q.Numbers())))
					}
					for b.Loop() {
						require.NoError(b, m.Run(rows))
					}
					b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
				})
			}
		}
	}
}
