package graph_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

// fieldNet is a net 4-8-8-2 with its exact trace by two JVPs and the gradients of all parameters: one evaluation of a
// flow's field and its way back.
func fieldNet(g *graph.Graph) {
	x, seed, traceSeed := g.Rows("x", 2), g.Rows("seed", 2), g.Rows("trace seed", 1)
	h := graph.Concat(x, g.Rows("t", 1), g.Rows("t", 1))
	var params []*graph.Node
	for i, width := range []int{8, 8, 2} {
		w := g.Uniform(fmt.Sprint("w", i), h.Shape()[1], width)
		b := g.Uniform(fmt.Sprint("b", i), 1, width)
		params = append(params, w, b)
		if h = graph.Add(graph.MatMul(h, w), b); i < 2 {
			h = graph.Tanh(h)
		}
	}
	var trace *graph.Node
	for j := range 2 {
		unit := graph.PadCols(graph.FillCols(x, 1, 1), j, 2)
		d := graph.SliceCols(graph.JVP([]*graph.Node{h}, []*graph.Node{x}, []*graph.Node{unit})[0], j, j+1)
		if trace == nil {
			trace = d
		} else {
			trace = graph.Add(trace, d)
		}
	}
	g.Output("f", h)
	g.Output("trace", trace)
	for i, d := range graph.VJP([]*graph.Node{h, trace}, []*graph.Node{seed, traceSeed}, append(params, x)) {
		if d != nil {
			g.Output(fmt.Sprint("d", i), d)
		}
	}
}

func BenchmarkBuild(b *testing.B) {
	for b.Loop() {
		g, err := graph.Build(tensor.Float32, graph.SymbolicRows, fieldNet)
		require.NoError(b, err)
		b.ReportMetric(float64(len(g.Expr().AllNodes())), "nodes")
	}
}

func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		_, err := graph.Compile[float32](fieldNet)
		require.NoError(b, err)
	}
}

// BenchmarkFirstRun includes the TapeMachine's own compilation for a row count.
func BenchmarkFirstRun(b *testing.B) {
	p, err := graph.Compile[float32](fieldNet)
	require.NoError(b, err)
	for b.Loop() {
		require.NoError(b, fieldMachine(b, p, 256).Run(256))
	}
}

func BenchmarkMachineRun(b *testing.B) {
	p, err := graph.Compile[float32](fieldNet)
	require.NoError(b, err)
	for _, rows := range []int{1, 128, 512} {
		b.Run(fmt.Sprint("rows=", rows), func(b *testing.B) {
			m := fieldMachine(b, p, rows)
			require.NoError(b, m.Run(rows))
			for b.Loop() {
				require.NoError(b, m.Run(rows))
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

func fieldMachine(b *testing.B, p *graph.Program[float32], rows int) *graph.Machine[float32] {
	m, err := p.NewMachine(rows)
	require.NoError(b, err)
	for _, in := range p.Graph().Inputs() {
		if !in.PerRow {
			values := make([]float32, in.Rows*in.Cols)
			for i, v := range draw(seeded(in.Name), len(values), -1, 1) {
				values[i] = float32(v)
			}
			require.NoError(b, m.Bind(in.Name, values))
		}
	}
	return m
}
