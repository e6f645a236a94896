package graph_test

import (
	"encoding"
	"flag"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"

	"github.com/go-ffjord/ffjord/graph"
)

var (
	_ encoding.TextMarshaler   = graph.Native
	_ encoding.TextUnmarshaler = (*graph.Engine)(nil)
)

func TestEngineIsAFlag(t *testing.T) {
	var e graph.Engine
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	flags.TextVar(&e, "engine", graph.Native, "")
	require.NoError(t, flags.Parse([]string{"-engine=tape"}))
	require.Equal(t, graph.Tape, e)
	require.EqualError(t, e.UnmarshalText([]byte("gpu")), `graph: unknown engine "gpu", want native or tape`)
	require.Equal(t, "native", graph.Native.String())
	require.Equal(t, "Engine(9)", graph.Engine(9).String())
	_, err := graph.CompileFor[float32](graph.Engine(9), func(g *graph.Graph) { g.Output("x", g.Rows("x", 1)) })
	require.EqualError(t, err, "graph: compile: unknown engine Engine(9)")
}

func TestNativeRefusesWhatItDoesNotKnow(t *testing.T) {
	write := func(g *graph.Graph) {
		u := gorgonia.Must(gorgonia.Slice(g.Uniform("u", 1, 3), gorgonia.S(0)))
		g.Output("outer", gorgonia.Must(gorgonia.OuterProd(u, u)))
	}
	_, err := graph.Compile[float64](write)
	require.ErrorIs(t, err, graph.ErrNotNative)
	require.ErrorContains(t, err, "a ⊗ b")
	_, err = graph.CompileFor[float64](graph.Tape, write)
	require.NoError(t, err)
}

func TestNativeRefusesUnknownKernels(t *testing.T) {
	t.Setenv("FFJORD_KERNELS", "abacus")
	p, err := graph.Compile[float64](func(g *graph.Graph) { g.Output("x", graph.Tanh(g.Rows("x", 1))) })
	require.NoError(t, err)
	_, err = p.NewMachine(1)
	require.ErrorContains(t, err, "abacus")
}

// A row that is not finite spoils neither its neighbours nor anything but the sums that it is in.
func TestNativeConfinesNonFiniteRows(t *testing.T) {
	f := flowStep{dim: 2, hidden: []int{8, 8}, gated: true}
	const n = 40
	clean := loaded[float32](t, graph.Native, n, f.forward)
	require.NoError(t, clean.Run(n))
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e38} {
		m := loaded[float32](t, graph.Native, n, f.forward)
		for _, at := range []int{0, 17, 39} {
			m.In("z")[1][at] = float32(bad)
		}
		require.NoError(t, m.Run(n))
		for _, name := range []string{"z1", "dlogp"} {
			for j, c := range m.Out(name) {
				for i, v := range c {
					switch {
					case i != 0 && i != 17 && i != 39:
						require.Equal(t, clean.Out(name)[j][i], v)
					case math.IsNaN(bad):
						require.True(t, v != v, "%s of a row with NaN is %v", name, v)
					}
				}
			}
		}
	}
}

// Sums go on over runs and keep the uniform values that each run had.
func TestNativeSumsOverRuns(t *testing.T) {
	write := func(g *graph.Graph) {
		x, w := g.Rows("x", 2), g.Uniform("w", 2, 2)
		g.Output("count", graph.SumRows(graph.RepeatRowsLike(graph.SliceRows(w, 0, 1), x)))
		g.Output("sum", graph.MatMul(graph.SumRows(x), w))
		g.Output("gradient", graph.Grad(graph.Square(graph.MatMul(x, w)), w)[0])
		g.Output("twice", graph.Scale(w, 2))
	}
	native, tape := loaded[float64](t, graph.Native, 40, write), loaded[float64](t, graph.Tape, 40, write)
	for range 2 {
		for _, m := range []*graph.Machine[float64]{native, tape} {
			m.Reset()
			for i, n := range []int{40, 3, 17} {
				require.NoError(t, m.Bind("w", numbers[float64]("weights", 16)[4*i:4*i+4]))
				require.NoError(t, m.Run(n))
				if i == 1 {
					m.Sum("sum")
				}
			}
		}
		for _, name := range []string{"count", "sum", "gradient", "twice"} {
			requireClose(t, tape.Sum(name), native.Sum(name), 1e-13, "%s", name)
		}
	}
}

func TestNativeDoesNotAllocate(t *testing.T) {
	m := loaded[float32](t, graph.Native, 128, flowStep{dim: 2, hidden: []int{8, 8}}.backward)
	w := numbers[float32]("W0", 32)
	require.Zero(t, testing.AllocsPerRun(20, func() {
		m.Reset()
		_ = m.Bind("W0", w)
		_ = m.Run(128)
		_ = m.Run(5)
		m.Sum("grad W0")
	}))
}

func TestNativeProfile(t *testing.T) {
	m := loaded[float32](t, graph.Native, 32, flowStep{dim: 1, hidden: []int{4}}.forward)
	require.NotContains(t, m.String(), " %\n")
	m.Profile(true)
	require.NoError(t, m.Run(32))
	require.Contains(t, m.String(), " %\n")
}
