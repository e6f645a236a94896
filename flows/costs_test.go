package flows

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/gorgonia"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

func newParams() *nn.Params { return &nn.Params{Rand: rand.New(rand.NewPCG(1, 0))} }

// cubed is the field z³ with its trace Σ 3z², for which it wants nothing but squares, a product and a sum.
type cubed struct{ silent bool }

func (cubed) Apply(_ *nn.Scope, z *graph.Node) *graph.Node { return graph.Mul(z, graph.Square(z)) }

func (c cubed) ApplyTraced(s *nn.Scope, z *graph.Node) (y, trace *graph.Node) {
	y = c.Apply(s, z)
	if c.silent {
		return y, nil
	}
	return y, graph.Scale(graph.SumCols(graph.Square(z)), 3)
}

// opaque hides that a layer knows its trace.
type opaque struct{ nn.Layer }

// What an element-wise operation takes beside a multiply-add, as graph.Work counts it.
const (
	simple         = 3
	division       = 9
	transcendental = 20
)

// The counts of small fields are those made by hand. An element-wise operation of c columns counts simple·c.
func TestCosts(t *testing.T) {
	network := nn.Seq{nn.Linear{Out: 4}, nn.Tanh, nn.Linear{Out: 3}}
	hidden := 12 + 4*simple                                      // z·W + b
	slope := 2 * 4 * simple                                      // 1 - y²
	form := 2 * 3 * simple                                       // ε ⊙ Jε, summed
	forward := hidden + 4*transcendental + 12 + 3*simple         // the whole network
	probe := forward + 12 + slope + 4*simple + 12 + form         // ε·W, times the slope, times the other W
	exact := forward + slope + 3*(4*simple+12)                   // rows of W, times the slope, times the other W
	cubes := 2 * 3 * simple                                      // z², z·z²
	tangent := 5 * 3 * simple                                    // ż z² + z (2z ż)
	slope3 := 2 * 3 * simple                                     // -y²
	closed, byProbe := cubes+3*simple+simple, cubes+form+tangent // Σ z², times 3
	for _, c := range []struct {
		name  string
		field nn.Layer
		dim   int
		want  Costs
	}{
		{"linear", opaque{nn.Linear{NoBias: true}}, 3, Costs{Dim: 3, Field: 9, Exact: 9, Probe: 9 + 9 + float64(form)}},
		{"one column", opaque{nn.Linear{NoBias: true}}, 1, Costs{Dim: 1, Field: 1, Exact: 2, Probe: 1 + 1 + 2*simple}},
		{"network", opaque{network}, 3, Costs{Dim: 3, Field: float64(forward), Exact: float64(exact), Probe: float64(probe)}},
		{"closed form", cubed{}, 3, Costs{Dim: 3, Field: float64(cubes), Exact: float64(closed), Probe: float64(byProbe), Analytic: true}},
		{"reciprocal", nn.Func(graph.Recip), 3, Costs{Dim: 3, Field: 3 * division, Exact: float64(3*division + slope3 + 9*simple), Probe: float64(3*division + slope3 + 3*simple + form)}},
		{"constant", nn.Func(func(z *graph.Node) *graph.Node { return graph.Fill(z, 1) }), 3, Costs{Dim: 3, Probe: 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := (&plan{dim: c.dim, params: newParams(), budget: &graph.Budget{}}).costs(c.field, "block0")
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

// Gorgonia's own operators count too: those on numbers per row are one column.
func TestCostsOfGorgoniasOperators(t *testing.T) {
	_, err := graph.Build(graph.DtypeOf[float32](), graph.SymbolicRows, func(g *graph.Graph) {
		sum := gorgonia.Must(gorgonia.Sum(g.Rows("z", 5), 1))
		assert.Equal(t, float64(5*simple+transcendental), arithmetic(g, gorgonia.Must(gorgonia.Tanh(sum))))
	})
	require.NoError(t, err)
}

// Two terms stand for all: the count is that of the whole exact trace.
func TestCostsOfAllDimensions(t *testing.T) {
	const dim = 9
	_, err := graph.Build(graph.DtypeOf[float32](), graph.SymbolicRows, func(g *graph.Graph) {
		z := g.Rows("z", dim)
		f := nn.MLP{Hidden: []int{5, 6}, Time: nn.ConcatSquash{}}.Apply(nn.NewScope(g, newParams(), "", g.Rows("t", 1)), z)
		roots := []*graph.Node{f}
		for d := range dim {
			roots = append(roots, diagonal(z, f, d))
		}
		assert.Equal(t, arithmetic(g, roots...), costsOf(g, z, f, nil).Exact)
	})
	require.NoError(t, err)
}

// choosing is a Chooser that keeps what it is told.
type choosing struct {
	Exact
	told *Costs
	err  error
}

func (c choosing) Choose(costs Costs) (Trace, string, error) {
	*c.told = costs
	return Hutchinson{}, "by lot", c.err
}

func TestResolve(t *testing.T) {
	p := &plan{dim: 3, cond: 2, params: newParams(), budget: &graph.Budget{}}
	field := nn.Seq{nn.Linear{Out: 4, Cond: true}, nn.Linear{Out: 3}}

	same, why, err := p.resolve(Exact{}, field, "block0")
	require.NoError(t, err)
	assert.Equal(t, Exact{}, same)
	assert.Empty(t, why)
	assert.Zero(t, p.params.Len(), "nothing to choose, nothing to write")

	var told Costs
	chosen, why, err := p.resolve(choosing{told: &told}, field, "block0")
	require.NoError(t, err)
	assert.Equal(t, Hutchinson{}, chosen)
	assert.Equal(t, "by lot", why)
	assert.Equal(t, float64(5*4+4*simple+4*3+3*simple), told.Field, "the condition is two columns more")
	assert.NotNil(t, p.params.Get("block0.0.weight"), "parameters are those of the block")

	failed := errors.New("no lot")
	_, _, err = p.resolve(choosing{told: &told, err: failed}, field, "block0")
	assert.Equal(t, failed, err)

	_, _, err = p.resolve(Auto{}, nn.Linear{Out: 2}, "block1")
	assert.ErrorContains(t, err, "the field must map z (rows, 3) to dz/dt of the same shape")
}
