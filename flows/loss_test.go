package flows_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// speed is a regulariser of one's own: the rate |f|².
type speed struct{}

func (speed) Rate(d flows.Dynamics) *graph.Node { return graph.SumCols(graph.Square(d.F)) }

// turning is another, of everything it can see: |∂f/∂t|² + |J f|² + |fᵀJ|².
type turning struct{}

func (turning) Rate(d flows.Dynamics) *graph.Node {
	sum := graph.SumCols(graph.Square(d.TimeDerivative()))
	sum = graph.Add(sum, graph.SumCols(graph.Square(d.JVP(d.F))))
	return graph.Add(sum, graph.SumCols(graph.Square(d.VJP(d.F))))
}

// For dz/dt = a z from the base's z to the data's x, ∫ |a z|² dt = a (|x|² - |z|²)/2, in either order of the times.
func TestPenaltyOfAGrowth(t *testing.T) {
	const a = 0.7
	growth := function(func(z, _ *graph.Node) *graph.Node { return graph.Scale(z, a) })
	x := draw(seeded(3), 300, 2, 1)
	for _, c := range []struct {
		name   string
		t0, t1 float64
		solver ode.Solver
	}{
		{"grid", 0, 1, fine},
		{"by tolerance", 0, 1, ode.Solver{RTol: 1e-9, ATol: 1e-9}},
		{"backward in time", 0, -1, fine},
		{"adjoint", 0, 1, ode.Solver{RTol: 1e-9, ATol: 1e-9, Adjoint: &ode.Adjoint{}}},
		{"shared", 0, 1, ode.Solver{RTol: 1e-9, ATol: 1e-9, Shared: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			plain := flows.FFJORD{Field: growth, T0: c.t0, T1: c.t1, Solver: c.solver}
			held := plain
			held.Penalties = []flows.Penalty{{Of: speed{}, Weight: 0.25}, {Of: turning{}, Weight: 0}}
			f := newFlow(tensor.Float64, 2, held)
			loss := lossOf(t, f.NLL(), x)()
			parts := f.NLL().Parts()
			z, _ := inverse(t, newFlow(tensor.Float64, 2, plain), x)
			var want float64
			for i, v := range numbers(x) {
				w := numbers(z)[i]
				want += math.Abs(a*(v*v-w*w)/2) / 300
			}
			require.Len(t, parts.Penalties, 2)
			assert.InEpsilon(t, want, parts.Penalties[0].Mean, 1e-7)
			// |J f|² = |fᵀJ|² = a²|f|², and f does not depend on the time.
			assert.InEpsilon(t, 2*a*a*want, parts.Penalties[1].Mean, 1e-7)
			assert.InDelta(t, parts.Objective+0.25*parts.Penalties[0].Mean, loss, 1e-12)
			assert.InDelta(t, -mean(logProb(t, f, x)), parts.Objective, 1e-12, "log p knows no penalty")
		})
	}
}

// A penalty never steers: by tolerance, every row takes the steps it takes without it.
func TestPenaltiesAreFree(t *testing.T) {
	x := draw(seeded(3), 50, 2, 1)
	var costs []ode.Stats
	var nlls []float64
	for _, held := range [][]flows.Penalty{nil, {{Of: turning{}, Weight: 1e6}}} {
		f := newFlow(tensor.Float64, 2, flows.FFJORD{Field: timed(nn.Concat, nn.Tanh, 5), Penalties: held})
		lossOf(t, f.NLL(), x)()
		costs = append(costs, f.NLL().Cost())
		nlls = append(nlls, f.NLL().Parts().Objective)
	}
	assert.Equal(t, costs[0], costs[1])
	assert.InDelta(t, nlls[0], nlls[1], 1e-12, "to the order of summation in other graphs")
}

func TestGradientOfPenalties(t *testing.T) {
	held := []flows.Penalty{{Of: speed{}, Weight: 0.3}, {Of: turning{}, Weight: 0.2}}
	for name, block := range map[string]flows.FFJORD{
		"grid":         {Field: timed(nn.Concat, nn.Tanh, 4), Solver: coarse, Penalties: held},
		"learnt time":  {Field: timed(nn.Concat, nn.Tanh, 4), Solver: coarse, Penalties: held, LearnT1: true, T0: 0.2, T1: 0.9},
		"backwards":    {Field: timed(nn.Concat, nn.Tanh, 4), Solver: coarse, Penalties: held, LearnT1: true, T0: 0.5, T1: -0.5},
		"learnt start": {Field: timed(nn.Concat, nn.Tanh, 4), Solver: coarse, Penalties: held, LearnT0: true, T0: 0.5, T1: 0},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFlow(tensor.Float64, 3, block, cubic{}, block)
			checkGradient(t, f.Params, lossOf(t, f.NLL(), draw(seeded(6), 4, 3, 0.5)))
		})
	}
}

// Penalties, a learnt end time and a condition have the same gradients on every road to them: those of a fine grid, up
// to the tolerance of the solves, 1e-9, times the length of the way back.
func TestGradientsOfPenaltiesMeet(t *testing.T) {
	x := beside(draw(seeded(6), 5, 3, 0.5), draw(seeded(7), 5, 2, 0.5))
	gradient := func(solver ode.Solver) (float64, []float64) {
		block := flows.FFJORD{
			Field: timed(nn.Concat, nn.Tanh, 4), Solver: solver, LearnT1: true, T0: 0.2, T1: 0.9,
			Penalties: []flows.Penalty{{Of: speed{}, Weight: 0.3}, {Of: turning{}, Weight: 0.2}},
		}
		f := newFlow(tensor.Float64, 3, block, cubic{}, block)
		f.Cond = 2
		return lossAndGradient(t, f, x)
	}
	loss, want := gradient(fine)
	tight := ode.Solver{RTol: 1e-9, ATol: 1e-9}
	for name, change := range map[string]func(*ode.Solver){
		"replay":         func(*ode.Solver) {},
		"adjoint":        func(s *ode.Solver) { s.Adjoint = &ode.Adjoint{} },
		"shared":         func(s *ode.Solver) { s.Shared = true },
		"shared adjoint": func(s *ode.Solver) { s.Shared, s.Adjoint = true, &ode.Adjoint{} },
	} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && name == "shared" {
				t.Skip("another case takes shared steps too; both are too long for -short")
			}
			solver := tight
			change(&solver)
			got, grads := gradient(solver)
			assert.InDelta(t, loss, got, 1e-7)
			assert.InDeltaSlice(t, want, grads, 1e-6)
		})
	}
}

// With dz/dt = z the flow at time T is N(0, e²ᵀ I), and its likelihood is largest where e²ᵀ is the data's mean square.
func TestLearntEndTime(t *testing.T) {
	growth := function(func(z, _ *graph.Node) *graph.Node { return z })
	f := newFlow(tensor.Float64, 2, flows.FFJORD{Field: growth, Solver: fine, T1: 0.5, LearnT1: true})
	x := draw(seeded(3), 200, 2, 3)
	nll := lossOf(t, f.NLL(), x)
	nll()
	root := f.Params.Get("block0.sqrt_end_time")
	require.NotNil(t, root)
	assert.InDelta(t, math.Sqrt(0.5), root.Numbers()[0], 1e-15)
	for range 200 {
		nll()
		grad, err := root.Grad()
		require.NoError(t, err)
		require.NoError(t, root.Set([]float64{root.Numbers()[0] - 0.02*grad.Data().([]float64)[0]}))
	}
	var square float64
	for _, v := range numbers(x) {
		square += v * v / 400
	}
	end := root.Numbers()[0] * root.Numbers()[0]
	assert.InDelta(t, math.Log(square)/2, end, 1e-6)
	_, logDet := forward(t, f, x)
	assert.InDelta(t, 2*end, logDet[0], 1e-7, "everything else follows the parameter")
	film, err := f.Trajectory(t.Context(), x, 2)
	require.NoError(t, err)
	assert.InDelta(t, end, film[2].T, 1e-15)

	err = newFlow(tensor.Float64, 2, flows.FFJORD{Field: growth, LearnT0: true, LearnT1: true}).Compile()
	assert.ErrorContains(t, err, "learns both T0 and T1: want one of them")
	err = newFlow(tensor.Float64, 2, flows.FFJORD{Field: growth, T0: 1, T1: 1, LearnT1: true}).Compile()
	assert.ErrorContains(t, err, "learns its end time and starts with T0 = T1 = 1")
}

// A row where the density is zero has no finite loss, and is named.
func TestLossOfDensityZero(t *testing.T) {
	f := &flows.Flow{Base: flows.Uniform{Low: []float64{-3, -3}, High: []float64{3, 3}}, Params: nn.NewParams(seeded(1))}
	x := tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float64{1, 2, 3, 4}))
	_, err := f.NLL().Loss(t.Context(), x)
	assert.EqualError(t, err, "flows: row 1 lies where the flow's density is zero, and -log p is infinite")
}

func TestMistakesInPenalties(t *testing.T) {
	for want, p := range map[string]flows.Penalty{
		"has a penalty 0 of <nil> with weight 1":                      {Weight: 1},
		"with weight NaN: want a Regularizer and a finite weight":     {Of: speed{}, Weight: math.NaN()},
		"the rate of the penalty flows_test.toowide must be a column": {Of: toowide{}, Weight: 1},
	} {
		block := flows.FFJORD{Field: nn.Linear{}, Penalties: []flows.Penalty{p}}
		assert.ErrorContains(t, newFlow(tensor.Float64, 2, block).Compile(), want)
	}
}

// toowide is a regulariser with a mistake.
type toowide struct{}

func (toowide) Rate(d flows.Dynamics) *graph.Node { return d.F }
