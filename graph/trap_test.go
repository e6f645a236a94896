package graph_test

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
)

// colliding returns two input names under which Gorgonia gives inputs of shapes sa and sb the same 32-bit hash, which
// is FNV-1a over type, shape, name and the count of inputs. Among n names of either kind n²/2³² pairs collide: of
// 200,000 about nine.
func colliding(t *testing.T, sa, sb shape) (a, b string) {
	t.Helper()
	const prime = 16777619
	rng := rand.New(rand.NewPCG(1, 1))
	visit := func(s shape, found func(hash uint32, name string) bool) {
		typ := gorgonia.NewMatrix(gorgonia.NewGraph(), tensor.Float64, gorgonia.WithShape(s...), gorgonia.WithName("probe"))
		h := fnv.New32a()
		fmt.Fprintf(h, "%v%v", typ.Type(), typ.Shape())
		start := h.Sum32()
		for range 200_000 {
			var name [10]byte
			sum := start
			for i := range name {
				name[i] = byte('a' + rng.IntN(26))
				sum = (sum ^ uint32(name[i])) * prime
			}
			if found(sum*prime, string(name[:])) {
				return
			}
		}
	}
	seen := map[uint32]string{}
	visit(sa, func(h uint32, name string) bool { seen[h] = name; return false })
	visit(sb, func(h uint32, name string) bool {
		a, b = seen[h], name
		return a != ""
	})
	require.NotEmpty(t, a, "no pair of names collides")
	return a, b
}

// Nodes that share a hash are told apart, on both engines and in derivatives, in whatever way Gorgonia would have
// merged them.
func TestCollisions(t *testing.T) {
	a, b := colliding(t, shape{2, 3}, shape{2, 3})
	long, wide := colliding(t, shape{2, 3}, shape{2, 4})
	tests := []struct {
		name string
		f    func(g *graph.Graph) *graph.Node
		want float64 // for inputs of 2 under the first name and of 5 under the second
	}{
		{"inputs of other shapes", func(g *graph.Graph) *graph.Node {
			return graph.Sub(graph.SliceCols(g.Uniform(wide, 2, 4), 0, 3), g.Uniform(long, 2, 3))
		}, 3},
		{"inputs of one shape", func(g *graph.Graph) *graph.Node {
			return graph.Sub(g.Uniform(b, 2, 3), g.Uniform(a, 2, 3))
		}, 3},
		{"Gorgonia's operators of such inputs", func(g *graph.Graph) *graph.Node {
			return graph.Sub(graph.Square(g.Uniform(b, 2, 3)), graph.Square(g.Uniform(a, 2, 3)))
		}, 21},
		{"operators of the package", func(g *graph.Graph) *graph.Node {
			return graph.Sub(graph.SumCols(g.Uniform(b, 2, 3)), graph.SumCols(g.Uniform(a, 2, 3)))
		}, 9},
		{"asked for again", func(g *graph.Graph) *graph.Node {
			x, y := g.Uniform(a, 2, 3), g.Uniform(b, 2, 3)
			graph.Square(x)
			once, again := graph.Square(y), graph.Square(y)
			assert.Same(t, once, again)
			return graph.Sub(once, graph.Square(x))
		}, 21},
		{"a gradient", func(g *graph.Graph) *graph.Node {
			x, y := g.Uniform(a, 2, 3), g.Uniform(b, 2, 3)
			return graph.Grad(graph.Mul(graph.Cube(x), graph.Square(y)), y)[0] // 2 x³ y
		}, 80},
		{"a tangent", func(g *graph.Graph) *graph.Node {
			x, y := g.Uniform(a, 2, 3), g.Uniform(b, 2, 3)
			out := graph.Mul(graph.Square(x), graph.Square(y))
			return graph.JVP([]*graph.Node{out}, []*graph.Node{y}, []*graph.Node{graph.Fill(y, 1)})[0] // 2 x² y
		}, 40},
	}
	for _, tt := range tests {
		for _, e := range []graph.Engine{graph.Native, graph.Tape} {
			t.Run(fmt.Sprintf("%s on %v", tt.name, e), func(t *testing.T) {
				p, err := graph.CompileFor[float64](e, func(g *graph.Graph) {
					g.Output("y", graph.Add(tt.f(g), graph.Fill(g.Uniform("zero", 2, 1), 0)))
				})
				require.NoError(t, err)
				hashes := map[uint32]bool{}
				for _, n := range p.Graph().Expr().AllNodes() {
					assert.False(t, hashes[n.Hashcode()], "%v has another one's hash", n)
					hashes[n.Hashcode()] = true
				}
				m, err := p.NewMachine(1)
				require.NoError(t, err)
				for _, in := range p.Graph().Inputs() {
					value := 2.0
					if in.Name == b || in.Name == wide {
						value = 5
					}
					require.NoError(t, m.Bind(in.Name, slices.Repeat([]float64{value}, in.Rows*in.Cols)))
				}
				require.NoError(t, m.Run(1))
				for _, got := range m.Sum("y") {
					assert.Equal(t, tt.want, got)
				}
			})
		}
	}
}

// Constants of one hash, and of one name but different types.
func TestConstantCollisions(t *testing.T) {
	const a, b = 28398.0, 684222.0 // the first two whole numbers of one hash
	require.Equal(t, gorgonia.NewConstant(a).Hashcode(), gorgonia.NewConstant(b).Hashcode())
	p, err := graph.Compile[float64](func(g *graph.Graph) {
		x := g.Rows("x", 1)
		g.Expr().AddNode(gorgonia.NewConstant(float32(7)))
		g.Output("a", graph.Scale(x, a))
		g.Output("b", graph.Scale(x, b))
		g.Output("seven", graph.Scale(x, 7))
	})
	require.NoError(t, err)
	m, err := p.NewMachine(1)
	require.NoError(t, err)
	m.In("x")[0][0] = 1
	require.NoError(t, m.Run(1))
	assert.Equal(t, []float64{a, b, 7}, []float64{m.Out("a")[0][0], m.Out("b")[0][0], m.Out("seven")[0][0]})
}

// addGorgoniasOne brings Gorgonia's own constant 1, by which it recognises 1 + x, into the graph of x.
func addGorgoniasOne(t *testing.T, x *graph.Node) {
	y := graph.Log1p(x)
	_, err := y.Op().(gorgonia.SDOp).SymDiff(gorgonia.Nodes{x}, y, y)
	require.NoError(t, err)
}

// What Gorgonia rewrites when its own functions are called: the operators here must neither change the operand nor take
// it from others that use it.
func TestNoRewriting(t *testing.T) {
	e := newEvaluator(t, tensor.Float64, func(e *evaluator) []*graph.Node {
		x := e.input("x", shape{1, 2})
		addGorgoniasOne(t, x)
		more := graph.Shift(x, 1)
		less := graph.Shift(graph.Neg(graph.Sigmoid(x)), 1)
		return []*graph.Node{graph.Log(more), more, graph.Shift(graph.Exp(x), -1), less, graph.Log(less),
			graph.Grad(graph.Pow(more, 2), x)[0], more}
	})
	got := e.run(map[string][]float64{"x": {0, 3}})
	close(t, 1e-12, []float64{0, 1.3862943611198906}, got[0], "ln(1 + x)")
	close(t, 1e-12, []float64{1, 4}, got[1], "1 + x")
	close(t, 1e-12, []float64{0, 19.085536923187668}, got[2], "eˣ - 1")
	close(t, 1e-12, []float64{0.5, 0.04742587317756678}, got[3], "1 - σ(x)")
	close(t, 1e-12, []float64{-0.6931471805599453, -3.048587351573742}, got[4], "ln(1 - σ(x))")
	close(t, 1e-12, []float64{2, 8}, got[5], "d(1 + x)²")
}

// A plain gorgonia.Log takes its operand away where it recognises the constant as its own.
func TestNodeTakenByGorgonia(t *testing.T) {
	_, err := graph.Build(tensor.Float64, 1, func(g *graph.Graph) {
		x := g.Uniform("x", 1, 2)
		addGorgoniasOne(t, x)
		sum := graph.Shift(x, 1)
		used := graph.Square(sum)
		gorgonia.Must(gorgonia.Log(sum))
		g.Output("used", used)
	})
	require.ErrorContains(t, err, "a node was taken out of the graph")
}

func TestConstantsStayApart(t *testing.T) {
	e := newEvaluator(t, tensor.Float32, func(e *evaluator) []*graph.Node {
		x := e.input("x", shape{1, 1})
		var out []*graph.Node
		for _, c := range []float64{0.1, 0.1 + 1e-8, 1e-30, 1e-31, 16777216, 16777217, -0.5, 0.5} {
			out = append(out, graph.Shift(graph.Scale(x, c), 0), graph.Fill(x, c))
		}
		return out
	})
	for i, v := range e.run(map[string][]float64{"x": {1}}) {
		want := float64(float32([]float64{0.1, 0.1 + 1e-8, 1e-30, 1e-31, 16777216, 16777217, -0.5, 0.5}[i/2]))
		assert.Equal(t, []float64{want}, v)
	}
}

// Gorgonia's Reshape shares memory; a machine must refuse the graph where that spoils a value, and run it where not.
func TestReshape(t *testing.T) {
	twice := func(n *graph.Node) *graph.Node {
		return gorgonia.Must(gorgonia.Reshape(n, shape{2, 2}))
	}
	tests := []struct {
		name    string
		f       func(x, y *graph.Node) *graph.Node
		want    []float64
		refused bool
	}{
		{"an input overwritten", func(x, y *graph.Node) *graph.Node {
			return graph.Add(twice(x), twice(graph.Neg(y)))
		}, nil, true},
		{"an operand used elsewhere", func(x, y *graph.Node) *graph.Node {
			h := graph.Tanh(x)
			sum := graph.Add(twice(h), twice(graph.Neg(y)))
			return graph.Add(graph.MatMul(sum, sum), twice(graph.Scale(h, 2)))
		}, nil, true},
		{"a fresh operand used once", func(x, y *graph.Node) *graph.Node {
			return graph.Add(twice(graph.Square(x)), twice(graph.Square(y)))
		}, []float64{26, 40, 58, 80}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := graph.CompileFor[float64](graph.Tape, func(g *graph.Graph) {
				x, y := g.Uniform("x", 1, 4), g.Uniform("y", 1, 4)
				g.Output("out", tt.f(x, y))
			})
			require.NoError(t, err)
			m, err := p.NewMachine(1)
			require.NoError(t, err)
			x, y := []float64{1, 2, 3, 4}, []float64{5, 6, 7, 8}
			require.NoError(t, m.Bind("x", x))
			require.NoError(t, m.Bind("y", y))
			err = m.Run(1)
			assert.Equal(t, []float64{1, 2, 3, 4}, x, "the caller's numbers")
			if tt.refused {
				assert.ErrorContains(t, err, "shares memory with")
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.want, m.Sum("out"))
			require.NoError(t, m.Run(1))
			assert.Equal(t, tt.want, m.Sum("out"), "a second run")
		})
	}
}

// Two runs of one machine on the same numbers give the same results and leave the caller's numbers alone.
func TestNoAliasing(t *testing.T) {
	for _, rows := range []int{1, 2, 5} {
		p, err := graph.Compile[float64](buildNet)
		require.NoError(t, err)
		m, err := p.NewMachine(rows)
		require.NoError(t, err)
		bound := bindNet(t, m, rows)
		var first [][]float64
		for range 3 {
			m.Reset()
			require.NoError(t, m.Run(rows))
			got := netResults(m, rows)
			if first == nil {
				first = got
			}
			assert.Equal(t, first, got)
		}
		again := bindNet(t, m, rows)
		assert.Equal(t, again, bound, "the caller's numbers")
	}
}
