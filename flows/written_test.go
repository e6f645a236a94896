package flows_test

import (
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/diff/fd"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// writer writes the outputs of a block or a base, by name, for x (rows, dim) and parameters of owner "".
type writer func(s *nn.Scope, x *graph.Node) map[string]*graph.Node

// newNumbers returns parameters of a fixed seed.
func newNumbers(dtype tensor.Dtype) *nn.Params { return &nn.Params{Rand: seeded(11), Dtype: dtype} }

// evaluate runs what w writes on rows of width dim, row-major, and returns the outputs row-major.
func evaluate(t *testing.T, e graph.Engine, p *nn.Params, w writer, x []float64, dim int) map[string][]float64 {
	t.Helper()
	if p.DtypeOrDefault() == tensor.Float32 {
		return evaluateIn[float32](t, e, p, w, x, dim)
	}
	return evaluateIn[float64](t, e, p, w, x, dim)
}

func evaluateIn[T graph.Float](t *testing.T, e graph.Engine, p *nn.Params, w writer, x []float64, dim int) map[string][]float64 {
	t.Helper()
	prog, err := graph.CompileFor[T](e, func(g *graph.Graph) {
		out := w(nn.NewScope(g, p, "", nil), g.Rows("x", dim))
		for _, name := range slices.Sorted(maps.Keys(out)) {
			g.Output(name, out[name])
		}
	})
	require.NoError(t, err)
	rows := len(x) / dim
	m, err := prog.NewMachine(rows)
	require.NoError(t, err)
	for _, in := range prog.Graph().Inputs() {
		if !in.PerRow {
			require.NoError(t, m.Bind(in.Name, p.Get(in.Name).Value().Data().([]T)))
		}
	}
	for i, v := range x {
		m.In("x")[i%dim][i/dim] = T(v)
	}
	require.NoError(t, m.Run(rows))
	out := map[string][]float64{}
	for _, o := range prog.Graph().Outputs() {
		var got []float64
		if m.Has(o.Name) {
			for _, v := range m.Sum(o.Name) {
				got = append(got, float64(v))
			}
		} else {
			for r := range rows {
				for _, column := range m.Out(o.Name) {
					got = append(got, float64(column[r]))
				}
			}
		}
		out[o.Name] = got
	}
	return out
}

// buildError returns the error of writing w for rows of width dim.
func buildError(dtype tensor.Dtype, w writer, dim int) error {
	_, err := graph.Build(dtype, graph.SymbolicRows, func(g *graph.Graph) {
		w(nn.NewScope(g, newNumbers(dtype), "", nil), g.Rows("x", dim))
	})
	return err
}

// checkDerivatives compares the derivatives of the output "value", a column (rows, 1) summed over rows, with respect to
// x and all trained parameters with central differences in float64.
func checkDerivatives(t *testing.T, p *nn.Params, w writer, x []float64, dim int, tolerance float64) {
	t.Helper()
	sum := func() (s float64) {
		for _, v := range evaluate(t, graph.Native, p, w, x, dim)["value"] {
			s += v
		}
		return s
	}
	got := evaluate(t, graph.Native, p, func(s *nn.Scope, x *graph.Node) map[string]*graph.Node {
		value := w(s, x)["value"]
		wrt, names := []*graph.Node{x}, []string{"x"}
		for _, in := range s.Graph().Inputs() {
			if !in.PerRow && p.Get(in.Name).Trained() {
				wrt, names = append(wrt, in.Node), append(names, in.Name)
			}
		}
		out := map[string]*graph.Node{}
		for i, g := range graph.Grad(value, wrt...) {
			if g == nil {
				g = graph.Fill(wrt[i], 0)
			}
			out[names[i]] = g
		}
		return out
	}, x, dim)
	values := map[string][]float64{"x": x}
	for q := range p.All() {
		if q.Trained() {
			values[q.Name()] = q.Value().Data().([]float64)
		}
	}
	require.Len(t, got, len(values))
	for name, v := range values {
		at := append([]float64(nil), v...)
		want := fd.Gradient(nil, func(moved []float64) float64 {
			copy(v, moved)
			defer copy(v, at)
			return sum()
		}, at, &fd.Settings{Formula: fd.Central})
		for i := range want {
			require.InDelta(t, want[i], got[name][i], tolerance*math.Max(1, math.Abs(want[i])), "derivative by %s[%d]", name, i)
		}
	}
}
