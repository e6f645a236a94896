package graph_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

// A machine gives what the same graph gives on a bare TapeMachine, for any number of rows and in any order of them.
func TestMachine(t *testing.T) {
	t.Run("float64", func(t *testing.T) { checkMachine[float64](t, 1e-13) })
	t.Run("float32", func(t *testing.T) { checkMachine[float32](t, 1e-5) })
}

func checkMachine[T graph.Float](t *testing.T, tol float64) {
	p, err := graph.Compile[T](buildNet)
	require.NoError(t, err)
	m, err := p.NewMachine(9)
	require.NoError(t, err)
	assert.Equal(t, 9, m.Lanes())
	for _, rows := range []int{1, 2, 3, 9, 5, 4, 7, 1, 3} { // more row counts than a machine keeps tapes for
		m.Reset()
		bindNet(t, m, rows)
		require.NoError(t, m.Run(rows))
		got := netResults(m, rows)
		want := plainNet(t, rows)
		for i := range want {
			for k := range want[i] {
				assert.InDelta(t, want[i][k], float64(got[i][k]), tol, "result %d, element %d, %d rows", i, k, rows)
			}
		}
	}
}

// plainNet evaluates buildNet on Gorgonia's machine and lists its results as netResults does.
func plainNet(t *testing.T, rows int) [][]float64 {
	g, err := graph.Build(tensor.Float64, rows, buildNet)
	require.NoError(t, err)
	var reads gorgonia.Nodes
	values := make([]gorgonia.Value, len(g.Outputs()))
	for i, o := range g.Outputs() {
		reads = append(reads, gorgonia.Read(o.Node, &values[i]))
	}
	var used gorgonia.Nodes
	for _, in := range g.Inputs() {
		used = append(used, in.Node)
		require.NoError(t, gorgonia.Let(in.Node, toValue(tensor.Float64, in.Node.Shape(), netValues(in.Name, rows))))
	}
	prog, where, err := gorgonia.CompileFunction(g.Expr(), used, reads)
	require.NoError(t, err)
	vm := gorgonia.NewTapeMachine(g.Expr(), gorgonia.WithPrecompiled(prog, where))
	defer vm.Close()
	require.NoError(t, vm.RunAll())
	var perRow, sums [][]float64
	for i, o := range g.Outputs() {
		x := toFloats(t, values[i])
		if o.Name[0] == 'd' && o.Name[1] != 'x' && o.Name[1] != 'i' {
			sums = append(sums, x)
			continue
		}
		cols := len(x) / rows
		for j := range cols {
			c := make([]float64, rows)
			for r := range c {
				c[r] = x[r*cols+j]
			}
			perRow = append(perRow, c)
		}
	}
	return append(perRow, sums...)
}

func TestMachineOutputs(t *testing.T) {
	p, err := graph.Compile[float64](func(g *graph.Graph) {
		x, u := g.Rows("x", 2), g.Uniform("u", 2, 3)
		g.Output("x", x)
		g.Output("u", u)
		y := graph.MatMul(x, u)
		g.Output("y", y)
		g.Output("y again", y)
		g.Output("transposed", graph.Transpose(u))
		g.Output("plainly transposed", gorgonia.Must(gorgonia.Transpose(u, 1, 0)))
		g.Output("plain total", gorgonia.Must(gorgonia.Sum(y)))
		g.Output("plain uniform total", gorgonia.Must(gorgonia.Sum(u)))
		g.Output("number", g.Expr().AddNode(gorgonia.NewConstant(2.5)))
		g.Output("total", graph.SumRows(y))
		g.Output("gradient", graph.Grad(graph.Add(x, graph.SliceCols(graph.SumRows(u), 0, 2)), u)[0])
		g.Output("ones", graph.Fill(x, 1))
		g.Rows("unused", 4)
		g.Uniform("unbound", 4, 4)
	})
	require.NoError(t, err)
	for name, want := range map[string]graph.RowKind{"x": graph.PerRow, "u": graph.Uniform, "total": graph.RowSum,
		"plain total": graph.RowSum, "number": graph.Uniform} {
		got, ok := p.OutputKind(name)
		assert.True(t, ok)
		assert.Equal(t, want, got, name)
	}
	_, ok := p.OutputKind("nothing")
	assert.False(t, ok)

	m, err := p.NewMachine(3)
	require.NoError(t, err)
	u := []float64{1, 2, 3, 4, 5, 6}
	require.NoError(t, m.Bind("u", u))
	copy(m.In("x")[0], []float64{1, 0, 2})
	copy(m.In("x")[1], []float64{0, 1, 1})
	for run := 1; run <= 2; run++ {
		for _, rows := range []int{1, 3} {
			m.Reset()
			for range run {
				require.NoError(t, m.Run(rows))
			}
			n := float64(run)
			assert.Equal(t, [][]float64{[]float64{1, 0, 2}[:rows], []float64{0, 1, 1}[:rows]}, firstRows(m.Out("x"), rows))
			y := [][]float64{[]float64{1, 4, 6}[:rows], []float64{2, 5, 9}[:rows], []float64{3, 6, 12}[:rows]}
			assert.Equal(t, y, firstRows(m.Out("y"), rows))
			assert.Equal(t, y, firstRows(m.Out("y again"), rows))
			assert.Equal(t, u, m.Sum("u"))
			assert.Equal(t, []float64{1, 4, 2, 5, 3, 6}, m.Sum("transposed"))
			assert.Equal(t, []float64{1, 4, 2, 5, 3, 6}, m.Sum("plainly transposed"))
			assert.Equal(t, []float64{21}, m.Sum("plain uniform total"))
			assert.Equal(t, []float64{2.5}, m.Sum("number"))
			totals := map[int][]float64{1: {1, 2, 3}, 3: {11, 16, 21}}[rows]
			assert.Equal(t, []float64{n * totals[0], n * totals[1], n * totals[2]}, m.Sum("total"), "%d runs of %d rows", run, rows)
			assert.Equal(t, []float64{n * (totals[0] + totals[1] + totals[2])}, m.Sum("plain total"))
			k := n * float64(rows)
			assert.Equal(t, []float64{k, k, 0, k, k, 0}, m.Sum("gradient"))
			assert.Equal(t, 1.0, m.Out("ones")[1][rows-1])
		}
	}
	u[0] = 10
	require.NoError(t, m.Bind("u", u))
	require.NoError(t, m.Run(1))
	assert.Equal(t, 10.0, m.Out("y")[0][0], "a change of the bound numbers is seen")
	require.NoError(t, m.Bind("u", []float64{7, 2, 3, 4, 5, 6}))
	require.NoError(t, m.Run(1))
	assert.Equal(t, 7.0, m.Out("y")[0][0], "another binding is seen")
}

func firstRows(cols [][]float64, rows int) [][]float64 {
	out := make([][]float64, len(cols))
	for j := range cols {
		out[j] = cols[j][:rows]
	}
	return out
}

func TestMachineErrors(t *testing.T) {
	p, err := graph.Compile[float64](func(g *graph.Graph) {
		g.Output("y", graph.MatMul(g.Rows("x", 2), g.Uniform("u", 2, 3)))
	})
	require.NoError(t, err)
	_, err = p.NewMachine(0)
	assert.EqualError(t, err, "graph: machine for 0 rows: want at least 1")
	m, err := p.NewMachine(2)
	require.NoError(t, err)
	assert.EqualError(t, m.Run(1), `graph: uniform input "u" has no value`)
	assert.EqualError(t, m.Run(3), "graph: run 3 rows on a machine of 2")
	assert.EqualError(t, m.Run(0), "graph: run 0 rows on a machine of 2")
	assert.EqualError(t, m.Bind("u", make([]float64, 5)), `graph: uniform input "u" takes (2, 3), got 5 numbers`)
	assert.EqualError(t, m.Bind("x", nil), `graph: the program has no uniform input "x"`)
	assert.PanicsWithValue(t, "graph: the program has no per-row input u", func() { m.In("u") })
	assert.PanicsWithValue(t, "graph: the program has no per-row output x", func() { m.Out("x") })
	assert.PanicsWithValue(t, "graph: the program has no sum y", func() { m.Sum("y") })

	_, err = graph.Compile[float64](func(*graph.Graph) {})
	assert.EqualError(t, err, "graph: compile: the graph names no outputs")
	_, err = graph.Compile[float64](func(g *graph.Graph) { g.Output("v", gorgonia.Must(gorgonia.Sum(g.Rows("x", 2), 1))) })
	assert.EqualError(t, err, `graph: compile: output "v" has shape (rows), want a matrix`)
	_, err = graph.Compile[float64](func(g *graph.Graph) { g.Output("v", graph.Transpose(g.Rows("x", 2))) })
	assert.ErrorContains(t, err, "rows would mix")
	_, err = graph.Compile[float64](func(g *graph.Graph) {
		g.Output("x", g.Rows("x", 1))
		g.Output("c", g.Expr().AddNode(gorgonia.NewConstant(2.5)))
	})
	assert.EqualError(t, err, "graph: compile: the outputs depend on no input; make their constants inputs")
}

// Machines of one program share nothing that changes, and sums of chunks don't depend on who ran them.
func TestMachinesTogether(t *testing.T) {
	p, err := graph.Compile[float32](buildNet)
	require.NoError(t, err)
	results := make([][][]float32, 4)
	var wg sync.WaitGroup
	first, err := p.NewMachine(8)
	require.NoError(t, err)
	shared := bindNet(t, first, 8)
	for i := range results {
		m, err := p.NewMachine(8)
		require.NoError(t, err)
		bindNet(t, m, 8)
		for name, values := range shared {
			require.NoError(t, m.Bind(name, values))
		}
		wg.Go(func() {
			for range 20 {
				m.Reset()
				assert.NoError(t, m.Run(8))
			}
			results[i] = netResults(m, 8)
		})
	}
	wg.Wait()
	for i := range results {
		assert.Equal(t, results[0], results[i], "machine %d", i)
	}
}

func ExampleCompile() {
	p, err := graph.Compile[float64](func(g *graph.Graph) {
		x, w := g.Rows("x", 2), g.Uniform("w", 2, 1)
		y := graph.MatMul(x, w)
		g.Output("y", y)
		g.Output("gradient", graph.Grad(graph.Square(y), w)[0])
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	m, _ := p.NewMachine(3)
	_ = m.Bind("w", []float64{1, -1})
	copy(m.In("x")[0], []float64{1, 2, 3})
	copy(m.In("x")[1], []float64{0, 1, 5})
	if err := m.Run(3); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(m.Out("y")[0])
	fmt.Println(m.Sum("gradient"))
	// Output:
	// [1 1 -2]
	// [-6 -18]
}

func ExampleForChunks() {
	sums := make([]int, graph.Chunks(600))
	err := graph.ForChunks(context.Background(), 600, func(worker, chunk, from, to int) error {
		sums[chunk] = to - from
		return nil
	})
	fmt.Println(sums, err)
	// Output:
	// [112 112 112 112 112 40] <nil>
}
