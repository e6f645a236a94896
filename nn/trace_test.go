package nn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

var _ = []nn.Traced{nn.Linear{}, nn.MLP{}, nn.ConcatV2{}, nn.Squash{}, nn.ConcatSquash{}}

// network is a one-hidden-layer field of two columns in one of the kinds.
func network(kind nn.Timed, hidden int) nn.MLP {
	l := nn.MLP{Time: kind, Act: nn.Swish{}, Init: nn.HeNormal, BiasInit: nn.HeNormal}
	if hidden > 0 {
		l.Hidden = []int{hidden}
	}
	return l
}

func TestTraceIsTheSumOfProducts(t *testing.T) {
	unknown := []string{"blend", "gated", "hyper", "user's own"}
	for _, kind := range kinds {
		for _, hidden := range []int{0, 1, 5} {
			for _, cond := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/hidden=%d/cond=%v", kind.name, hidden, cond), func(t *testing.T) {
					compareTrace(t, network(kind.timed, hidden), 2, cond, !slices.Contains(unknown, kind.name))
				})
			}
		}
	}
	acts := []nn.Layer{nil}
	for _, c := range activations {
		acts = append(acts, c.act)
	}
	for _, act := range acts {
		t.Run(fmt.Sprintf("act=%v", act), func(t *testing.T) {
			l := network(nn.ConcatSquash{}, 6)
			l.Act = act
			compareTrace(t, l, 2, true, true)
		})
	}
	for _, width := range []int{1, 2, 3, 8, 33} {
		t.Run(fmt.Sprintf("width=%d", width), func(t *testing.T) {
			compareTrace(t, network(nil, 4), width, false, true)
			compareTrace(t, network(nn.Squash{}, 0), width, false, true)
		})
	}
	for name, c := range map[string]struct {
		layer nn.Traced
		short bool
	}{
		"linear":                        {nn.Linear{}, true},
		"linear without bias":           {nn.Linear{Out: 2, NoBias: true}, true},
		"linear with condition":         {nn.Linear{Cond: true}, true},
		"spectral linear":               {nn.Linear{Spectral: 3}, true},
		"linear of another width":       {nn.Linear{Out: 3}, false},
		"concat v2":                     {nn.ConcatV2{Spectral: 2}, true},
		"squash":                        {nn.Squash{Cond: true}, true},
		"concatsquash":                  {nn.ConcatSquash{}, true},
		"concatsquash of another width": {nn.ConcatSquash{Out: 1}, false},
		"spectral concat":               {nn.MLP{Hidden: []int{3}, Spectral: 3}, true},
		"spectral concatsquash":         {nn.MLP{Hidden: []int{3}, Spectral: 3, Time: nn.ConcatSquash{}}, true},
		"network of another width":      {nn.MLP{Hidden: []int{3}, Out: 1}, false},
		"two hidden layers":             {nn.MLP{Hidden: []int{3, 3}}, false},
		"activation that mixes columns": {nn.MLP{Hidden: []int{3}, Act: nn.Func(func(x *graph.Node) *graph.Node {
			return graph.Mul(x, graph.SumCols(x))
		})}, false},
		"activation with another layer in it": {nn.MLP{Hidden: []int{3}, Act: nn.Seq{nn.Linear{}, nn.Tanh}}, false},
		"maps that embed a linear one":        {nn.MLP{Hidden: []int{3}, Time: embedding{}}, false},
		"first map unlike the last":           {nn.MLP{Hidden: []int{3}, Time: alternating{nn.ConcatSquash{}, nn.Ignore}}, true},
		"last map unlike the first":           {nn.MLP{Hidden: []int{3}, Time: alternating{nn.Concat, nn.Squash{}}}, true},
		"last map unknown":                    {nn.MLP{Hidden: []int{3}, Time: alternating{nn.Concat, nn.Hyper{}}}, false},
	} {
		t.Run(name, func(t *testing.T) { compareTrace(t, c.layer, 2, true, c.short) })
	}
}

// embedding makes maps that are Linear by embedding only.
type embedding struct{}

func (embedding) Linear(_ int, l nn.Linear) nn.Layer { return doubled{l} }

type doubled struct{ nn.Linear }

func (l doubled) Apply(s *nn.Scope, x *graph.Node) *graph.Node {
	return graph.Scale(l.Linear.Apply(s, x), 2)
}

// alternating makes map i in kind i.
type alternating [2]nn.Timed

func (a alternating) Linear(i int, l nn.Linear) nn.Layer { return a[i].Linear(i, l) }

// compareTrace checks that ApplyTraced has the value and the parameters of Apply, and that its trace, where there is
// one, is the sum of the Jacobian-vector products of the unit vectors, in both element types.
func compareTrace(t *testing.T, l nn.Traced, width int, cond, short bool) {
	t.Helper()
	plain, traced := newParams(), newParams()
	scope := func(g *graph.Graph, p *nn.Params) *nn.Scope {
		s := nn.NewScope(g, p, "", g.Rows("t", 1))
		if cond {
			s = s.WithCond(g.Rows("c", 2))
		}
		return s
	}
	buildGraph(t, plain, func(g *graph.Graph) { l.Apply(scope(g, plain), g.Rows("x", width)) })
	both := func(g *graph.Graph) {
		x := g.Rows("x", width)
		y, trace := l.ApplyTraced(scope(g, traced), x)
		g.Output("y", y)
		g.Output("apply", l.Apply(scope(g, traced), x))
		require.Equal(t, short, trace != nil, "there is a short way")
		if !short {
			return
		}
		g.Output("trace", trace)
		g.Output("products", jacobianTrace(x, y))
	}
	buildGraph(t, traced, both)
	require.Equal(t, describe(plain), describe(traced), "the parameters of Apply, in its order")

	const rows = 5
	rng := rand.New(rand.NewPCG(5, uint64(width)))
	in := map[string][]float64{"x": normals(rng, rows*width), "t": normals(rng, rows), "c": normals(rng, rows*2)}
	shuffleValues(traced)
	compareOutputs[float64](t, both, traced, rows, in, 1e-13)
	compareOutputs[float32](t, both, traced, rows, in, 1e-4)
}

// jacobianTrace returns Σ_d ∂y_d/∂x_d by one product for each dimension.
func jacobianTrace(x, y *graph.Node) *graph.Node {
	dim := x.Shape()[1]
	var parts []*graph.Node
	for d := range dim {
		unit := graph.FillCols(x, 1, 1)
		if dim > 1 {
			unit = graph.PadCols(unit, d, dim)
		}
		product := graph.JVP([]*graph.Node{y}, []*graph.Node{x}, []*graph.Node{unit})[0]
		parts = append(parts, graph.SliceCols(product, d, d+1))
	}
	return graph.SumCols(graph.Concat(parts...))
}

// compareOutputs runs a program on inputs given row by row and compares its outputs in pairs. The tolerance is relative
// to the sum of a row's magnitudes: some hundred terms in another order.
func compareOutputs[T graph.Float](t *testing.T, f func(*graph.Graph), p *nn.Params, rows int, in map[string][]float64, tolerance float64) {
	t.Helper()
	prog, err := graph.Compile[T](f)
	require.NoError(t, err)
	m, err := prog.NewMachine(rows)
	require.NoError(t, err)
	for _, input := range prog.Graph().Inputs() {
		if !input.PerRow {
			require.NoError(t, m.Bind(input.Name, narrowed[T](p.Get(input.Name).Numbers())))
			continue
		}
		for j, column := range m.In(input.Name) {
			for i := range rows {
				column[i] = T(in[input.Name][i*input.Cols+j])
			}
		}
	}
	require.NoError(t, m.Run(rows))
	for j, want := range m.Out("apply") {
		assert.Equal(t, want, m.Out("y")[j], "the value of Apply, bit for bit")
	}
	if len(prog.Graph().Outputs()) < 4 {
		return
	}
	size := 1.
	for _, v := range m.Out("products")[0] {
		size = max(size, math.Abs(float64(v)))
	}
	require.Len(t, m.Out("trace"), 1, "a column")
	for i, want := range m.Out("products")[0] {
		assert.InDelta(t, want, m.Out("trace")[0][i], tolerance*size, "row %d", i)
	}
}

func narrowed[T graph.Float](v []float64) []T {
	out := make([]T, len(v))
	for i := range v {
		out[i] = T(v[i])
	}
	return out
}

func normals(rng *rand.Rand, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = rng.NormFloat64()
	}
	return out
}

// The derivatives of a trace, by parameters, time, condition and state, are those of its finite differences.
func TestGradientsOfTraces(t *testing.T) {
	layers := map[string]nn.Traced{
		"linear":   nn.Linear{Cond: true},
		"spectral": nn.MLP{Hidden: []int{3}, Spectral: 3},
		"squash":   nn.MLP{Hidden: []int{3}, Time: nn.Squash{}, Act: nn.Swish{}},
		"tile":     nn.MLP{Hidden: []int{3}, Time: nn.Tile, Act: nn.Softplus},
	}
	for name, l := range layers {
		t.Run(name, func(t *testing.T) {
			checkGradients(t, layerFunc(func(s *nn.Scope, x *graph.Node) *graph.Node {
				y, trace := l.ApplyTraced(s, x)
				return graph.Concat(y, trace)
			}))
		})
	}
}
