package flows_test

import (
	"context"
	"errors"
	"io"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/stat"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// cubic is a block of one's own: z = x + (a x)³ with a learnt a > 0 for each column, plus the condition's mean where
// there is one. Its Forward is Newton's method, unrolled.
type cubic struct{}

func (cubic) slope(s *nn.Scope, z *graph.Node) *graph.Node {
	return s.Param("a", fixed(0.5, 0.7, 0.3, 0.2, 0.4, 0.6), 1, z.Shape()[1])
}

func (cubic) shift(s *nn.Scope, z *graph.Node) *graph.Node {
	if !s.HasCond() {
		return z
	}
	return graph.Add(z, graph.Scale(graph.SumCols(s.Cond()), 0.5))
}

func (b cubic) Inverse(s *nn.Scope, x *graph.Node) (z, logDet *graph.Node) {
	a := b.slope(s, x)
	z, logDet = b.map1(a, x)
	return b.shift(s, z), logDet
}

func (cubic) map1(a, x *graph.Node) (z, logDet *graph.Node) {
	ax := graph.Mul(x, a)
	slope := graph.Log1p(graph.Scale(graph.Mul(graph.Square(ax), a), 3))
	return graph.Add(x, graph.Cube(ax)), graph.SumCols(slope)
}

func (b cubic) Forward(s *nn.Scope, z *graph.Node) (x, logDet *graph.Node) {
	a := b.slope(s, z)
	if s.HasCond() {
		z = graph.Sub(z, graph.Scale(graph.SumCols(s.Cond()), 0.5))
	}
	x = z
	for range 60 { // from outside, where the slope is largest, Newton's method falls monotonically
		ax := graph.Mul(x, a)
		f := graph.Sub(graph.Add(x, graph.Cube(ax)), z)
		x = graph.Sub(x, graph.Div(f, graph.Shift(graph.Scale(graph.Mul(graph.Square(ax), a), 3), 1)))
	}
	_, l := b.map1(a, x)
	return x, graph.Neg(l)
}

// mixed is a flow of blocks of both kinds.
func mixed(blocks ...flows.Block) *flows.Flow {
	solver := ode.Solver{Method: ode.Tsit5, Steps: 6}
	all := flows.Chain{
		cubic{},
		flows.FFJORD{Field: timed(nn.Concat, nn.Tanh, 4), Solver: solver},
		flows.Chain(append([]flows.Block{cubic{}}, blocks...)),
	}
	return newFlow(tensor.Float64, 3, all...)
}

func TestClosedFormBlocksAreBijectors(t *testing.T) {
	// Newton's method leaves round-off, six steps of order five 1e-7, central differences 1e-9.
	checkBijector(t, mixed(), draw(seeded(2), 4, 3, 1), 1e-6, 2e-6)
}

// checkGradient compares gradients that a loss has left in the trained parameters with central differences of it, whose
// step of 1e-5 errs by 1e-10 of truncation and 1e-10 of rounding, in units of the largest gradient.
func checkGradient(t *testing.T, p *nn.Params, loss func() float64) {
	t.Helper()
	loss()
	got := map[string][]float64{}
	for q := range p.All() {
		g, err := q.Grad()
		require.NoError(t, err)
		got[q.Name()] = append([]float64(nil), numbers(g.(*tensor.Dense))...)
	}
	for q := range p.All() {
		if !q.Trained() {
			continue
		}
		values := q.Value().Data().([]float64)
		before := append([]float64(nil), values...)
		want := fd.Gradient(nil, func(v []float64) float64 {
			copy(values, v)
			return loss()
		}, before, &fd.Settings{Formula: fd.Central, Step: 1e-5})
		copy(values, before)
		assert.InDeltaSlice(t, want, got[q.Name()], 3e-9*math.Max(1, largest(want)), q.Name())
	}
}

func largest(values []float64) (m float64) {
	for _, v := range values {
		m = math.Max(m, math.Abs(v))
	}
	return m
}

// lossOf returns an objective's loss of a batch.
func lossOf(t *testing.T, objective interface {
	Loss(ctx context.Context, x *tensor.Dense) (float64, error)
}, x *tensor.Dense) func() float64 {
	return func() float64 {
		loss, err := objective.Loss(t.Context(), x)
		require.NoError(t, err)
		return loss
	}
}

func TestGradientThroughClosedFormBlocks(t *testing.T) {
	f, x := mixed(), draw(seeded(3), 5, 3, 1)
	checkGradient(t, f.Params, lossOf(t, f.NLL(), x))
	assert.InDelta(t, -mean(logProb(t, f, x)), lossOf(t, f.NLL(), x)(), 1e-13)

	score, err := f.Score(t.Context(), x)
	require.NoError(t, err)
	want := fd.Gradient(nil, func(v []float64) float64 {
		return 5 * mean(logProb(t, f, tensor.New(tensor.WithShape(5, 3), tensor.WithBacking(v))))
	}, numbers(x), &fd.Settings{Formula: fd.Central, Step: 1e-5})
	assert.InDeltaSlice(t, want, numbers(score), 1e-9*largest(want))
}

func TestConditionOfClosedFormBlocks(t *testing.T) {
	f := mixed()
	f.Cond = 2
	x, c := draw(seeded(3), 5, 3, 1), draw(seeded(4), 5, 2, 1)
	given := f.Given(c)
	z, logDet, err := given.Inverse(t.Context(), x)
	require.NoError(t, err)
	back, there, err := given.Forward(t.Context(), z)
	require.NoError(t, err)
	assert.InDeltaSlice(t, numbers(x), numbers(back), 1e-6)
	for i := range logDet {
		assert.InDelta(t, 0, logDet[i]+there[i], 2e-6)
	}
	got, err := given.CondScore(t.Context(), x)
	require.NoError(t, err)
	want := fd.Gradient(nil, func(v []float64) float64 {
		logp, err := f.Given(tensor.New(tensor.WithShape(5, 2), tensor.WithBacking(v))).LogProb(t.Context(), x)
		require.NoError(t, err)
		return 5 * mean(logp)
	}, numbers(c), &fd.Settings{Formula: fd.Central, Step: 1e-5})
	// The step divides the rounding of log p, which is as large as its gradients here.
	assert.InDeltaSlice(t, want, numbers(got), 1e-10*largest(want))
}

// A trajectory that fails names the row of the call, in whatever chunk it is.
func TestTrajectoryNamesTheRow(t *testing.T) {
	cube := nn.Func(func(z *graph.Node) *graph.Node { return graph.Cube(z) })
	z := tensor.New(tensor.WithShape(5000, 1), tensor.WithBacking(make([]float64, 5000)))
	z.Float64s()[4321] = 2
	for block, f := range []*flows.Flow{newFlow(tensor.Float32, 1, flows.FFJORD{Field: cube}), newFlow(tensor.Float32, 1, cubic{}, roots{})} {
		if block == 1 {
			z.Float64s()[4321] = 1e6
		}
		_, err := f.Trajectory(t.Context(), z, 2)
		var failed *flows.SolveError
		require.ErrorAs(t, err, &failed)
		require.Len(t, failed.Rows, 1)
		assert.Equal(t, 4321, failed.Rows[0].Row)
		assert.Equal(t, block, failed.Rows[0].Block)
	}
}

// A trajectory after an explanation, on the same worker, tells nobody of its steps.
func TestTrajectoryAfterExplain(t *testing.T) {
	f, z := newFlow(tensor.Float32, 2, flows.FFJORD{Field: nn.Linear{}}), draw(seeded(1), 3, 2, 1)
	told, err := f.Explain(t.Context(), z)
	require.NoError(t, err)
	steps := len(told.Steps)
	_, err = f.Trajectory(t.Context(), z, 3)
	require.NoError(t, err)
	assert.Len(t, told.Steps, steps)
}

// Flows that share Params train what is theirs, and can't be told apart in a file.
func TestFlowsThatShareParams(t *testing.T) {
	p := &nn.Params{Rand: seeded(1), Dtype: tensor.Float64}
	large := &flows.Flow{Dim: 2, Blocks: flows.Chain{flows.Affine{Learn: true}, flows.Affine{Learn: true}}, Params: p}
	small := &flows.Flow{Dim: 2, Blocks: flows.Affine{Learn: true}, Params: p}
	x := draw(seeded(1), 5, 2, 1)
	lossOf(t, large.NLL(), x)()
	last, err := p.Get("block1.loc").Grad()
	require.NoError(t, err)
	kept := append([]float64(nil), last.Data().([]float64)...)
	lossOf(t, small.NLL(), x)()
	assert.Equal(t, kept, last.Data(), "the gradient of the other flow's parameter")
	assert.Len(t, large.NLL().Model(), 4)
	assert.Len(t, small.NLL().Model(), 2)
	assert.ErrorContains(t, small.Write(io.Discard, nil), `parameter "block1.loc" is not of this flow: for a file, a flow must have Params of its own`)
}

// Where only the trace is to steer, draws, which have none, are steered by z.
func TestOnlyTheTraceSteers(t *testing.T) {
	solver := ode.Solver{RTol: 1e-8, ATol: 1e-8, Components: []ode.Tolerance{{Free: true}, {}}}
	f := newFlow(tensor.Float64, 2, flows.FFJORD{Field: timed(nn.Concat, nn.Tanh, 4), Solver: solver})
	z := draw(seeded(1), 3, 2, 1)
	x, _ := forward(t, f, z)
	back, _ := inverse(t, f, x)
	assert.InDeltaSlice(t, numbers(z), numbers(back), 1e-6)
	_, err := f.Sample(t.Context(), 3, seeded(1))
	assert.NoError(t, err)
}

// Blocks may be given by pointers.
func TestPointersToBlocks(t *testing.T) {
	block := flows.FFJORD{Field: nn.Linear{}, Solver: ode.Solver{Steps: 4}, Penalties: []flows.Penalty{{Of: speed{}, Weight: 100}}}
	x := draw(seeded(1), 9, 2, 1)
	want := lossOf(t, newFlow(tensor.Float64, 2, block).NLL(), x)()
	assert.Equal(t, want, lossOf(t, newFlow(tensor.Float64, 2, &block).NLL(), x)())
	assert.Equal(t, want, lossOf(t, newFlow(tensor.Float64, 2, &flows.Chain{&block}).NLL(), x)())
	assert.ErrorContains(t, newFlow(tensor.Float64, 2, (*flows.FFJORD)(nil)).Compile(), "block 0: it is nil")
}

// roots is a block for positive data: z = ln x.
type roots struct{}

func (roots) Inverse(_ *nn.Scope, x *graph.Node) (z, logDet *graph.Node) {
	z = graph.Log(x)
	return z, graph.Neg(graph.SumCols(z))
}

func (roots) Forward(_ *nn.Scope, z *graph.Node) (x, logDet *graph.Node) {
	return graph.Exp(z), graph.SumCols(z)
}

func TestRowsOutsideOfABlock(t *testing.T) {
	f := newFlow(tensor.Float32, 2, flows.FFJORD{Field: nn.Linear{}}, roots{})
	x := tensor.New(tensor.WithShape(3, 2), tensor.WithBacking([]float64{1, 2, 3, -4, 5, 6}))
	logp, err := f.LogProb(t.Context(), x)
	var failed *flows.SolveError
	require.ErrorAs(t, err, &failed)
	require.Len(t, failed.Rows, 1)
	assert.Equal(t, 1, failed.Rows[0].Block)
	assert.ErrorIs(t, err, ode.ErrNonFinite)
	assert.EqualError(t, err, "flows: block 1, row 1: flows_test.roots takes it to numbers that are not finite; a row of norm 5 may lie outside of what the block is for")
	alone := logProb(t, f, tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]float64{5, 6})))
	assert.True(t, math.IsNaN(logp[1]))
	assert.Equal(t, alone[0], logp[2])
	_, err = f.NLL().Loss(t.Context(), x)
	assert.ErrorAs(t, err, &failed)
	_, err = f.Trajectory(t.Context(), tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]float64{1000, 0})), 2)
	assert.ErrorContains(t, err, "block 1")
}

// ill is a block with a mistake.
type ill struct{ mistake string }

func (b ill) Inverse(s *nn.Scope, x *graph.Node) (z, logDet *graph.Node) {
	if b.mistake == "param" {
		x = graph.Add(x, s.Param("mine", nil, 1, 2))
	}
	return b.Forward(s, x)
}

func (b ill) Forward(s *nn.Scope, z *graph.Node) (x, logDet *graph.Node) {
	switch b.mistake {
	case "width":
		return graph.SumCols(z), graph.SumCols(z)
	case "log det":
		return z, z
	case "nil":
		return nil, nil
	case "param":
		return z, graph.FillCols(z, 0, 1)
	case "input":
		return graph.Add(z, s.Graph().Rows("mine", 2)), graph.SumCols(z)
	}
	return z, nil
}

func TestMistakesInBlocks(t *testing.T) {
	for mistake, want := range map[string]string{
		"width":   "flows_test.ill.Forward must map (rows, 2) to the same shape",
		"nil":     "flows_test.ill.Forward must map (rows, 2) to the same shape",
		"log det": "the log-determinant of flows_test.ill.Forward must be a column (rows, 1), or (1, 1)",
		"none":    "the log-determinant of flows_test.ill.Forward must be a column (rows, 1), or (1, 1)",
		"input":   `nothing feeds the input per row "mine"`,
		"param":   "Forward and Inverse of flows_test.ill ask for different parameters",
	} {
		err := newFlow(tensor.Float32, 2, ill{mistake}).Compile()
		assert.ErrorContains(t, err, "flows: block 0: ", mistake)
		assert.ErrorContains(t, err, want, mistake)
	}
	assert.ErrorContains(t, newFlow(tensor.Float32, 2, nil).Compile(), "flows: block 0: it is nil")
}

// A block in closed form has one frame of a trajectory, and log p along it ends at that of the data.
func TestTrajectoryThroughClosedFormBlocks(t *testing.T) {
	f, z := mixed(), draw(seeded(3), 5, 3, 1)
	film, err := f.Trajectory(t.Context(), z, 4)
	require.NoError(t, err)
	require.Len(t, film, 1+1+4+1)
	x, logDet := forward(t, f, z)
	end := film[len(film)-1]
	assert.InDeltaSlice(t, numbers(x), numbers(end.Z), 1e-12)
	for i := range logDet {
		assert.InDelta(t, film[0].LogProb[i]-logDet[i], end.LogProb[i], 1e-12)
	}
	assert.Equal(t, []int{0, 0, 1, 1, 1, 1, 2}, blocksOf(film))
}

// Frames at given times are those of the equally spaced ones that fall on them.
func TestTrajectoryAtTimes(t *testing.T) {
	f, z := mixed(), draw(seeded(3), 5, 3, 1)
	whole, err := f.Trajectory(t.Context(), z, 4)
	require.NoError(t, err)
	some, err := f.TrajectoryAt(t.Context(), z, nil, []float64{0, 0.25, 0.75}, []float64{1})
	require.NoError(t, err)
	require.Len(t, some, 4)
	for i, at := range []int{1, 2, 4, 6} {
		want := whole[at]
		if i == 0 {
			want.Block, want.T = 1, 0 // where block 0 ends, block 1 starts
		}
		assert.Equal(t, want, some[i])
	}
	for want, times := range map[string][][]float64{
		"flows: times of a trajectory for 2 blocks, and the flow has 3":                         {nil, nil},
		"flows: block 1: time 1 is 0.3: want times in the order from 0 to 1":                    {nil, {0.5, 0.3}, nil},
		"flows: block 1: time 0 is NaN: want times in the order from 0 to 1":                    {nil, {math.NaN()}, nil},
		"flows: block 0: times [0.5] of a flows_test.cubic, which is in closed form: want none": {{0.5}, nil, nil},
	} {
		_, err := f.TrajectoryAt(t.Context(), z, times...)
		assert.ErrorContains(t, err, want)
	}
}

func blocksOf(film []flows.Frame) (out []int) {
	for _, frame := range film {
		out = append(out, frame.Block)
	}
	return out
}

// centre is a block that takes away the mean of the data it has seen.
type centre struct{}

func (centre) Inverse(s *nn.Scope, x *graph.Node) (z, logDet *graph.Node) {
	dim := x.Shape()[1]
	s.State("variance", nn.Zeros, 1, dim)
	return graph.Sub(x, s.State("mean", nn.Zeros, 1, dim)), graph.FillCols(x, 0, 1)
}

func (centre) Forward(s *nn.Scope, z *graph.Node) (x, logDet *graph.Node) {
	dim := z.Shape()[1]
	s.State("variance", nn.Zeros, 1, dim)
	return graph.Add(z, s.State("mean", nn.Zeros, 1, dim)), graph.FillCols(z, 0, 1)
}

func (centre) Follow(state func(string) *nn.Param, mean, variance []float64) error {
	if mean[0] > 100 {
		return errors.New("too far")
	}
	return errors.Join(state("mean").Set(mean), state("variance").Set(variance))
}

func TestFollower(t *testing.T) {
	f := newFlow(tensor.Float64, 3, centre{}, cubic{})
	require.NoError(t, f.Compile())
	assert.Len(t, f.NLL().Model(), 1, "state is not trained")
	x := draw(seeded(5), 700, 3, 2) // several chunks
	z, _ := inverse(t, newFlow(tensor.Float64, 3, cubic{}), x)
	before := lossOf(t, f.NLL(), x)()
	mu, variance := f.Params.Get("block0.mean"), f.Params.Get("block0.variance")
	for d := range 3 {
		var col []float64
		for i := range 700 {
			col = append(col, numbers(z)[3*i+d])
		}
		m, v := stat.MeanVariance(col, nil)
		assert.InDelta(t, m, mu.Numbers()[d], 1e-12)
		assert.InEpsilon(t, v, variance.Numbers()[d], 1e-12)
	}
	assert.NotEqual(t, before, lossOf(t, f.NLL(), x)(), "the next loss sees the state")

	one := tensor.New(tensor.WithShape(1, 3), tensor.WithBacking([]float64{9, 9, 9}))
	kept := mu.Numbers()
	lossOf(t, f.NLL(), one)()
	assert.Equal(t, kept, mu.Numbers(), "one row has no variance")
	far := tensor.New(tensor.WithShape(2, 3), tensor.WithBacking([]float64{999, 9, 9, 999, 9, 9}))
	_, err := f.NLL().Loss(t.Context(), far)
	assert.ErrorContains(t, err, "block 0: flows_test.centre: too far")

	f = newFlow(tensor.Float32, 1, centre{}, flows.Affine{})
	_, err = f.NLL().Loss(t.Context(), tensor.New(tensor.WithShape(2, 1), tensor.WithBacking([]float64{1e20, 1e19})))
	assert.ErrorContains(t, err, "row 0 lies where the flow's density is zero")
	assert.Equal(t, []float64{0}, f.Params.Get("block0.mean").Numbers(), "no state follows a loss that is no number")
}

// A chain with grids of equal steps can be written into one graph as a whole, by the parameters' own names, and
// computes what the flow does.
func TestWholeFlowInOneGraph(t *testing.T) {
	f := mixed(flows.FFJORD{Field: timed(nn.Concat, nn.Tanh, 4), Solver: ode.Solver{Steps: 3}, T1: 0.7, LearnT1: true})
	x := draw(seeded(3), 5, 3, 1)
	z, logDet := inverse(t, f, x)
	for name, write := range map[string]func(*nn.Scope, *graph.Node) (*graph.Node, *graph.Node){
		"inverse": f.Blocks.Inverse, "forward": f.Blocks.Forward,
	} {
		program, err := graph.Compile[float64](func(g *graph.Graph) {
			to, l := write(nn.NewScope(g, f.Params, "", nil), g.Rows("from", 3))
			g.Output("to", to)
			g.Output("l", l)
		})
		require.NoError(t, err)
		m, err := program.NewMachine(5)
		require.NoError(t, err)
		for _, in := range program.Graph().Inputs() {
			if !in.PerRow {
				require.NoError(t, m.Bind(in.Name, f.Params.Get(in.Name).Numbers()))
			}
		}
		from, to, sign := x, z, 1.
		if name == "forward" {
			from, to, sign = z, x, -1
		}
		for d, col := range m.In("from") {
			for i := range col {
				col[i] = numbers(from)[3*i+d]
			}
		}
		require.NoError(t, m.Run(5))
		for i := range 5 {
			assert.InDelta(t, sign*logDet[i], m.Out("l")[0][i], 1e-6, name) // a grid of order five does not invert exactly
			for d, col := range m.Out("to") {
				assert.InDelta(t, numbers(to)[3*i+d], col[i], 1e-6, name)
			}
		}
	}
	fresh := nn.NewParams(seeded(9))
	_, err := graph.Compile[float32](func(g *graph.Graph) {
		b := flows.FFJORD{Field: nn.Linear{}, Solver: fine, T0: 1, T1: 5, LearnT1: true}
		x, _ := b.Forward(nn.NewScope(g, fresh, "other", nil), g.Rows("z", 2))
		g.Output("x", x)
	})
	require.NoError(t, err)
	assert.Equal(t, []float64{2}, fresh.Get("other.sqrt_end_time").Numbers(), "T1 - T0 = 2²")
	adaptive := flows.FFJORD{Field: nn.Linear{}}
	_, err = graph.Compile[float64](func(g *graph.Graph) {
		x, _ := adaptive.Forward(nn.NewScope(g, f.Params, "other", nil), g.Rows("z", 2))
		g.Output("x", x)
	})
	assert.ErrorContains(t, err, "steps by tolerance can't be written into a graph; set the Solver's Steps")
}
