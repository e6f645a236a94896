package flows_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// linearField is f(z, t) = A z + b + c t, whose Jacobian is A.
type linearField struct {
	a    *mat.Dense
	b, c []float64
}

// skewed has an A that is far from symmetric, and b so large that no component of f changes its sign.
var skewed = linearField{
	a: mat.NewDense(3, 3, []float64{0.3, -0.8, 0.2, 0.5, 0.1, -0.4, 0.7, 0.6, -0.2}),
	b: []float64{3, -2, 4}, c: []float64{0.5, -0.7, 0.2},
}

var skewedStart = []float64{0.2, -0.4, 0.1}

func (l linearField) dim() int { return len(l.b) }

// at returns f.
func (l linearField) at(z []float64, t float64) []float64 {
	f := l.times(z)
	for i := range f {
		f[i] += l.b[i] + l.c[i]*t
	}
	return f
}

// times returns A v.
func (l linearField) times(v []float64) []float64 {
	var out mat.VecDense
	out.MulVec(l.a, mat.NewVecDense(len(v), v))
	return out.RawVector().Data
}

// back returns vᵀ A.
func (l linearField) back(v []float64) []float64 {
	var out mat.VecDense
	out.MulVec(l.a.T(), mat.NewVecDense(len(v), v))
	return out.RawVector().Data
}

// flow returns z(t) from z(0) by the exponential of the matrix of (z, t, 1)' = (A z + c t + b, 1, 0).
func (l linearField) flow(z0 []float64, t float64) []float64 {
	n := l.dim()
	m := mat.NewDense(n+2, n+2, nil)
	for i := range n {
		for j := range n {
			m.Set(i, j, t*l.a.At(i, j))
		}
		m.Set(i, n, t*l.c[i])
		m.Set(i, n+1, t*l.b[i])
	}
	m.Set(n, n+1, t)
	var e mat.Dense
	e.Exp(m)
	start := append(append([]float64(nil), z0...), 0, 1)
	var out mat.VecDense
	out.MulVec(&e, mat.NewVecDense(n+2, start))
	return out.RawVector().Data[:n]
}

// write writes the field into a graph.
func (l linearField) write(g *graph.Graph, t, z *graph.Node) *graph.Node {
	n := l.dim()
	f := graph.MatMul(z, graph.Transpose(g.Uniform("A", n, n)))
	return graph.Add(graph.Add(f, g.Uniform("b", 1, n)), graph.MatMul(t, g.Uniform("c", 1, n)))
}

// penaltyCase is a regulariser with its rate in plain Go.
type penaltyCase struct {
	of     flows.FieldPenalty
	probes [][]float64
	rate   func(l linearField, z []float64, t float64) float64
}

func meanOf(v []float64, f func(x float64) float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += f(x)
	}
	return sum / float64(len(v))
}

func squareOf(x float64) float64 { return x * x }

func sum(a, b []float64) []float64 { return floats.AddTo(make([]float64, len(a)), a, b) }

func penaltyCases() []penaltyCase {
	probes := [][]float64{{1, -1, 1}, {0.3, 1.7, -0.8}}
	return []penaltyCase{
		{of: flows.Kinetic, rate: func(l linearField, z []float64, t float64) float64 {
			return 0.5 * meanOf(l.at(z, t), squareOf)
		}},
		{of: flows.Frobenius, rate: func(l linearField, _ []float64, _ float64) float64 {
			return squareOf(mat.Norm(l.a, 2)) / 3
		}},
		{of: flows.Frobenius, probes: probes, rate: func(l linearField, _ []float64, _ float64) float64 {
			return 0.5 * (meanOf(l.times(probes[0]), squareOf) + meanOf(l.times(probes[1]), squareOf))
		}},
		{of: flows.Directional, rate: func(l linearField, z []float64, t float64) float64 {
			return 0.5 * meanOf(l.back(l.at(z, t)), squareOf)
		}},
		{of: flows.TotalDerivative, rate: func(l linearField, z []float64, t float64) float64 {
			return 0.5 * meanOf(sum(l.back(l.at(z, t)), l.c), squareOf)
		}},
		{of: flows.Acceleration, rate: func(l linearField, z []float64, t float64) float64 {
			return 0.5 * meanOf(sum(l.times(l.at(z, t)), l.c), squareOf)
		}},
		{of: flows.L1, rate: func(l linearField, z []float64, t float64) float64 {
			return meanOf(l.at(z, t), math.Abs)
		}},
		{of: flows.L2, rate: func(l linearField, z []float64, t float64) float64 {
			return math.Sqrt(meanOf(l.at(z, t), squareOf))
		}},
		{of: flows.DirectionalNorm, rate: func(l linearField, z []float64, t float64) float64 {
			return math.Sqrt(meanOf(l.back(l.at(z, t)), squareOf))
		}},
		{of: flows.JacobianNorm, probes: probes, rate: func(l linearField, _ []float64, _ float64) float64 {
			return mat.Norm(l.a, 2) / 3
		}},
	}
}

// problem is the field's equation with the penalty's integral as its second component.
func (c penaltyCase) problem(l linearField) ode.Problem {
	return ode.Problem{Widths: []int{l.dim(), 1}, Field: func(g *graph.Graph) ode.Field {
		return func(t *graph.Node, y ode.State) ode.State {
			d := flows.Dynamics{Graph: g, T: t, Z: y[0], F: l.write(g, t, y[0])}
			for i := range c.probes {
				d.Probes = append(d.Probes, g.Rows(fmt.Sprintf("probe%d", i), l.dim()))
			}
			return ode.State{d.F, c.of.Rate(d)}
		}
	}}
}

// integrate returns ∫ rate dt over [0, 1] of one row and its gradient by A.
func (c penaltyCase) integrate(t *testing.T, l linearField, z0 []float64, s ode.Solver) (r float64, byA []float64) {
	t.Helper()
	it, err := ode.NewIntegrator[float64](c.problem(l), s)
	require.NoError(t, err)
	w, err := it.NewWorker(1)
	require.NoError(t, err)
	for name, v := range map[string][]float64{"A": l.a.RawMatrix().Data, "b": l.b, "c": l.c} {
		require.NoError(t, w.Bind(name, v))
	}
	for i, probe := range c.probes {
		if name := fmt.Sprintf("probe%d", i); inputOf(it.Graph(), name) {
			setRow(w.Rows(name), 0, probe)
		}
	}
	setRow(w.State(0), 0, z0)
	var steps ode.Record[float64]
	require.NoError(t, w.Solve(t.Context(), 1, 0, 1, &steps))
	r = w.State(1)[0][0]
	seed, err := w.Cotangent(1)
	require.NoError(t, err)
	seed[0][0] = 1
	require.NoError(t, w.Back(t.Context(), &steps))
	return r, w.Grad("A")
}

func inputOf(g *graph.Graph, name string) bool {
	for _, in := range g.Inputs() {
		if in.Name == name {
			return true
		}
	}
	return false
}

// setRow writes the numbers of one row into columns.
func setRow(columns [][]float64, row int, v []float64) {
	for i, x := range v {
		columns[i][row] = x
	}
}

// closed returns ∫ rate dt over [0, 1] by quadrature along the solution in closed form. A rule of 20 nodes is exact to
// round-off for these smooth rates.
func (c penaltyCase) closed(l linearField, z0 []float64) float64 {
	return quad.Fixed(func(t float64) float64 { return c.rate(l, l.flow(z0, t), t) }, 0, 1, 20, nil, 0)
}

// The integral of every rate along a solution, and its gradient by the Jacobian, which goes back through products with
// that Jacobian, are those in closed form. RK4 has two stages at one time, whose states differ and whose time is one
// node.
func TestPenaltiesOfALinearField(t *testing.T) {
	for _, c := range penaltyCases() {
		t.Run(fmt.Sprintf("%s with %d probes", c.of, len(c.probes)), func(t *testing.T) {
			want := c.closed(skewed, skewedStart)
			byA := fd.Gradient(nil, func(a []float64) float64 {
				return c.closed(linearField{mat.NewDense(3, 3, a), skewed.b, skewed.c}, skewedStart)
			}, skewed.a.RawMatrix().Data, &fd.Settings{Formula: fd.Central, Step: 1e-5})
			for _, s := range []struct {
				solver    ode.Solver
				tolerance float64 // of steps that the solver takes
			}{
				{ode.Solver{Method: ode.Dopri8, Steps: 10}, 1e-10},
				{ode.Solver{Method: ode.RK4, Steps: 40}, 1e-6},
			} {
				r, grad := c.integrate(t, skewed, skewedStart, s.solver)
				assert.InDelta(t, want, r, s.tolerance, s.solver.Method.Name)
				assert.InDeltaSlice(t, byA, grad, max(1e-8, 10*s.tolerance), "%s: differences of closed forms are right to 1e-9", s.solver.Method.Name)
			}
		})
	}
}

// Averaged over all vectors of signs, the estimate of ‖J‖²_F by probes is exact.
func TestFrobeniusByProbesIsUnbiased(t *testing.T) {
	c := penaltyCase{of: flows.Frobenius}
	for signs := range 8 {
		probe := make([]float64, 3)
		for i := range probe {
			probe[i] = float64(2*(signs>>i&1) - 1)
		}
		c.probes = append(c.probes, probe)
	}
	r, _ := c.integrate(t, skewed, skewedStart, ode.Solver{Method: ode.Euler, Steps: 1})
	assert.InDelta(t, squareOf(mat.Norm(skewed.a, 2))/3, r, 1e-14)
}

// A field that is zero everywhere has penalties of zero with gradients of zero, where the derivative of √ is infinite.
func TestPenaltiesOfNothing(t *testing.T) {
	still := linearField{mat.NewDense(3, 3, nil), make([]float64, 3), make([]float64, 3)}
	for _, c := range penaltyCases() {
		r, grad := c.integrate(t, still, skewedStart, ode.Solver{Method: ode.RK4, Steps: 2})
		assert.InDelta(t, 0, r, 1e-12, string(c.of))
		assert.Equal(t, make([]float64, 9), grad, string(c.of))
	}
}

// What a field does not depend on adds nothing: neither the time, nor the state, nor both.
func TestPenaltiesOfIndependentFields(t *testing.T) {
	rates := func(field function, penalties ...flows.FieldPenalty) (out []float64) {
		p, err := graph.Compile[float64](func(g *graph.Graph) {
			z, time := g.Rows("z", 2), g.Rows("t", 1)
			for _, r := range penalties {
				g.Output(string(r), r.Rate(flows.Dynamics{Graph: g, T: time, Z: z, F: field(z, time)}))
			}
		})
		require.NoError(t, err)
		m, err := p.NewMachine(1)
		require.NoError(t, err)
		setRow(m.In("z"), 0, []float64{0.3, -0.8})
		m.In("t")[0][0] = 0.5
		require.NoError(t, m.Run(1))
		for _, r := range penalties {
			out = append(out, m.Out(string(r))[0][0])
		}
		return out
	}
	steady := rates(func(z, _ *graph.Node) *graph.Node { return graph.Sin(z) }, flows.Directional, flows.TotalDerivative, flows.Acceleration)
	want := 0.0
	for _, z := range []float64{0.3, -0.8} {
		want += squareOf(math.Sin(z)*math.Cos(z)) / 4
	}
	assert.InDeltaSlice(t, []float64{want, want, want}, steady, 1e-15)
	pushed := rates(func(z, t *graph.Node) *graph.Node { return graph.Add(graph.Fill(z, 1), graph.Scale(t, 3)) },
		flows.Frobenius, flows.Directional, flows.TotalDerivative, flows.Acceleration)
	assert.Equal(t, []float64{0, 0, 4.5, 4.5}, pushed)
	still := rates(func(z, _ *graph.Node) *graph.Node { return graph.Fill(z, 1) }, flows.TotalDerivative, flows.Acceleration)
	assert.Equal(t, []float64{0, 0}, still)
}

// The Frobenius norm multiplies matrices no more often than the trace beside it does: it reads the same products.
func TestFrobeniusIsFreeBesideTheTrace(t *testing.T) {
	field := nn.MLP{Hidden: []int{7, 9}, Time: nn.ConcatSquash{}}
	products := func(trace flows.Trace, with ...flows.Regularizer) int {
		g, err := graph.Build(graph.DtypeOf[float32](), graph.SymbolicRows, func(g *graph.Graph) {
			params := nn.NewParams(seeded(1))
			d := flows.Dynamics{Graph: g, T: g.Rows("t", 1), Z: g.Rows("z", 3)}
			d.F = field.Apply(nn.NewScope(g, params, "", d.T), d.Z)
			g.Output("trace", trace.Trace(g, d.Z, d.F))
			if noisy, ok := trace.(flows.Noisy); ok {
				for _, name := range noisy.Inputs() {
					d.Probes = append(d.Probes, g.Rows(name, 3))
				}
			}
			for _, r := range with {
				g.Output("rate", r.Rate(d))
			}
		})
		require.NoError(t, err)
		var roots []*graph.Node
		for _, o := range g.Outputs() {
			roots = append(roots, o.Node)
		}
		count := 0
		for _, n := range graph.Topo(roots...) {
			if v, err := graph.Read(n); err == nil && v.Kind == graph.OpMatMul {
				count++
			}
		}
		return count
	}
	for _, trace := range []flows.Trace{flows.Exact{}, flows.Hutchinson{Rand: seeded(1)}, flows.Hutchinson{Probes: 2, Rand: seeded(1)}} {
		assert.Equal(t, products(trace), products(trace, flows.Frobenius), "%T", trace)
		assert.Less(t, products(trace), products(trace, flows.Directional), "%T: a product of its own shows", trace)
	}
}

func TestUnknownPenalty(t *testing.T) {
	_, err := graph.Build(graph.DtypeOf[float32](), 1, func(g *graph.Graph) {
		z := g.Rows("z", 2)
		flows.FieldPenalty("energy").Rate(flows.Dynamics{Graph: g, T: g.Rows("t", 1), Z: z, F: z})
	})
	assert.ErrorContains(t, err, `penalty "energy" is unknown; want kinetic, frobenius`)
}
