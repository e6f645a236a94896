package flows_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

func TestCompileErrors(t *testing.T) {
	params := func() *nn.Params { return nn.NewParams(seeded(1)) }
	one := func(b flows.FFJORD) *flows.Flow { return &flows.Flow{Dim: 2, Blocks: b, Params: params()} }
	base := func(b flows.Base) *flows.Flow { return &flows.Flow{Dim: 2, Base: b, Params: params()} }
	linear := nn.Linear{}
	for _, c := range []struct {
		name string
		flow *flows.Flow
		want string
	}{
		{"no params", &flows.Flow{Dim: 2}, "flows: Params is nil"},
		{"no dim", &flows.Flow{Params: params()}, "flows: Dim is 0: want at least 1"},
		{"negative dim", &flows.Flow{Dim: -1, Params: params()}, "flows: Dim is -1"},
		{"two dims", &flows.Flow{Dim: 3, Base: flows.Normal{Scale: []float64{1, 1}}, Params: params()},
			"flows: Dim is 3: want 2, as the base has, or none"},
		{"element type", &flows.Flow{Dim: 2, Blocks: flows.FFJORD{Field: linear}, Params: &nn.Params{Rand: seeded(1), Dtype: tensor.Int}},
			"want float32 or float64"},
		{"no source for weights", &flows.Flow{Dim: 2, Blocks: flows.FFJORD{Field: linear}, Params: &nn.Params{}}, "Params.Rand is nil"},
		{"no field", one(flows.FFJORD{}), "flows: block 0: FFJORD has no Field"},
		{"second block", &flows.Flow{Dim: 2, Blocks: flows.Chain{flows.FFJORD{Field: linear}, flows.FFJORD{}}, Params: params()},
			"flows: block 1: FFJORD has no Field"},
		{"no number for a time", one(flows.FFJORD{Field: linear, T1: math.NaN()}), "flows: block 0: FFJORD integrates from 0 to NaN"},
		{"infinite time", one(flows.FFJORD{Field: linear, T0: math.Inf(1)}), "flows: block 0: FFJORD integrates from +Inf to 0"},
		{"width of the field", one(flows.FFJORD{Field: nn.Linear{Out: 3}}), "the field must map z (rows, 2) to dz/dt of the same shape"},
		{"nil from the field", one(flows.FFJORD{Field: nn.Func(func(*graph.Node) *graph.Node { return nil })}),
			"the field must map z (rows, 2)"},
		{"steps", one(flows.FFJORD{Field: linear, Solver: ode.Solver{Steps: -2}}), "flows: block 0: ode: -2 steps"},
		{"loose input", one(flows.FFJORD{Field: looseInput{}}), `flows: block 0: uniform input "k" is no parameter`},
		{"no source for noise", one(flows.FFJORD{Field: linear, Trace: flows.Hutchinson{}}), "Hutchinson: Rand is nil: want a source"},
		{"probes", one(flows.FFJORD{Field: linear, Trace: flows.Hutchinson{Rand: seeded(1), Probes: -1}}), "-1 probes"},
		{"noise", one(flows.FFJORD{Field: linear, Trace: flows.Hutchinson{Rand: seeded(1), Noise: flows.ProbeNoise("pink")}}),
			`noise "pink" is neither "rademacher" nor "gaussian"`},
		{"trace", one(flows.FFJORD{Field: linear, Trace: wideTrace{}}), "the trace flows_test.wideTrace must be a column (rows, 1)"},
		{"density", base(wideBase{}), "the log-density of a flows_test.wideBase must be a column (rows, 1)"},
		{"scale", base(flows.Normal{Scale: []float64{1, 0}}), "Normal: Scale[1] is 0, want a positive number"},
		{"scale is no number", base(flows.Normal{Scale: []float64{math.NaN(), 1}}), "Scale[0] is NaN"},
		{"location", base(flows.Normal{Loc: []float64{1, math.Inf(1)}}), "Normal: Loc[1] is +Inf, want a finite number"},
		{"lengths", base(flows.Normal{Loc: []float64{1, 2}, Scale: []float64{1}}), "Scale has 1 numbers, want 2, one for each dimension"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.flow.Compile()
			require.ErrorContains(t, err, c.want)
			x := draw(seeded(1), 1, 2, 1)
			for name, call := range calls(c.flow, x) {
				assert.Equal(t, err, call(t.Context()), name)
			}
			assert.Empty(t, c.flow.NLL().Model())
		})
	}
}

// looseInput declares a uniform input that is no parameter.
type looseInput struct{}

func (looseInput) Apply(s *nn.Scope, z *graph.Node) *graph.Node {
	return graph.Mul(z, s.Graph().Uniform("k", 1, 2))
}

// wideTrace forgets to sum.
type wideTrace struct{}

func (wideTrace) Trace(_ *graph.Graph, _, f *graph.Node) *graph.Node { return f }

// wideBase forgets to sum.
type wideBase struct{ flows.Normal }

func (wideBase) LogProb(_ *nn.Scope, z *graph.Node) *graph.Node { return z }

// calls are all ways to use a flow.
func calls(f *flows.Flow, x *tensor.Dense) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"LogProb": func(ctx context.Context) error { _, err := f.LogProb(ctx, x); return err },
		"Forward": func(ctx context.Context) error { _, _, err := f.Forward(ctx, x); return err },
		"Inverse": func(ctx context.Context) error { _, _, err := f.Inverse(ctx, x); return err },
		"Sample":  func(ctx context.Context) error { _, err := f.Sample(ctx, 3, seeded(1)); return err },
		"SampleLogProb": func(ctx context.Context) error {
			_, _, err := f.SampleLogProb(ctx, 3, seeded(1))
			return err
		},
		"Score": func(ctx context.Context) error { _, err := f.Score(ctx, x); return err },
		"Loss":  func(ctx context.Context) error { _, err := f.NLL().Loss(ctx, x); return err },
		"StepGraph": func(context.Context) error {
			_, err := f.StepGraph(0, true)
			return err
		},
		"Explain": func(ctx context.Context) error { _, err := f.Explain(ctx, x); return err },
	}
}

func TestDataErrors(t *testing.T) {
	wide := draw(seeded(1), 4, 5, 1)
	view, err := wide.Slice(nil, tensor.S(1, 3))
	require.NoError(t, err)
	transposed := draw(seeded(1), 2, 4, 1)
	require.NoError(t, transposed.T())
	nan, inf := draw(seeded(1), 300, 2, 1), draw(seeded(1), 3, 2, 1)
	numbers(nan)[2*280+1] = math.NaN()
	numbers(inf)[2] = math.Inf(-1)
	huge := matrix([][]float64{{1, 2}, {3, 1e39}})
	f := demo(tensor.Float32, nil)
	for _, c := range []struct {
		name string
		x    *tensor.Dense
		want string
	}{
		{"nil", nil, "flows: the data are nil"},
		{"width", draw(seeded(1), 4, 3, 1), "data of shape (4, 3): want (rows, 2) with at least one row"},
		{"vector", tensor.New(tensor.WithBacking([]float64{1, 2})), "data of shape (2): want (rows, 2)"},
		{"number", tensor.New(tensor.FromScalar(1.)), "data of shape (): want (rows, 2)"},
		{"three axes", tensor.New(tensor.WithShape(1, 1, 2), tensor.WithBacking([]float64{1, 2})), "data of shape (1, 1, 2)"},
		{"view", view.(*tensor.Dense), "the data are a view or column-major; Materialize them row-major first"},
		{"transposed", transposed, "the data are a view or column-major; Materialize them row-major first"},
		{"int", tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]int{1, 2})), "data of type int: want float32 or float64"},
		{"NaN", nan, "row 280 of the data, column 1, is NaN"},
		{"Inf", inf, "row 1 of the data, column 0, is -Inf"},
		{"too large for float32", huge, "row 1 of the data, column 1, is 1e+39, which overflows the flow's float32"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for name, call := range calls(f, c.x) {
				switch name {
				case "Sample", "SampleLogProb", "StepGraph":
				default:
					err := call(t.Context())
					require.ErrorContains(t, err, c.want, name)
					assert.ErrorContains(t, err, "flows: ", name)
				}
			}
		})
	}
	rows, err := wide.Slice(tensor.S(1, 3))
	require.NoError(t, err)
	five := newFlow(tensor.Float64, 5)
	assert.Equal(t, logProb(t, five, wide)[1:3], logProb(t, five, rows.(*tensor.Dense)), "whole rows of a larger matrix are no view")
}

func TestSampleErrors(t *testing.T) {
	f := demo(tensor.Float32, nil)
	for _, n := range []int{0, -3} {
		_, err := f.Sample(t.Context(), n, seeded(1))
		assert.ErrorContains(t, err, "want at least 1")
	}
	_, err := f.Sample(t.Context(), 1, nil)
	assert.ErrorContains(t, err, "flows: sample: the source of random numbers is nil")
	broken := &flows.Flow{Dim: 1, Base: faulty{sample: math.Inf(1)}, Params: nn.NewParams(nil)}
	_, err = broken.Sample(t.Context(), 2, seeded(1))
	assert.ErrorContains(t, err, "row 0 of the base's sample, column 0, is +Inf")
	assert.ErrorIs(t, err, flows.ErrBase)
}

// faulty is a base whose log-density is the logarithm of z.
type faulty struct{ sample float64 }

func (faulty) LogProb(_ *nn.Scope, z *graph.Node) *graph.Node { return graph.Log(z) }

func (b faulty) Sample(_ func(string) []float64, _ *rand.Rand, dst []float64, _ int) {
	for i := range dst {
		dst[i] = b.sample
	}
}

func TestBaseWithoutDensity(t *testing.T) {
	f := &flows.Flow{Dim: 1, Base: faulty{}, Params: nn.NewParams(nil)}
	_, err := f.LogProb(t.Context(), matrix([][]float64{{1}, {0.5}, {-1}}))
	assert.ErrorContains(t, err, "flows: row 2: the base's log-density is NaN")
	assert.Equal(t, []float64{0, math.Inf(-1)}, logProb(t, f, matrix([][]float64{{1}, {0}})), "a density of zero is one")
	_, err = f.Score(t.Context(), matrix([][]float64{{1}, {0}}))
	assert.ErrorContains(t, err, "flows: row 1 of the score, column 0, is +Inf")
}

// A field that blows up is an error that says where.
func TestBlowUp(t *testing.T) {
	calm := flows.FFJORD{Field: nn.Func(func(z *graph.Node) *graph.Node { return graph.Fill(z, 0) })}
	wild := flows.FFJORD{Field: nn.Func(func(z *graph.Node) *graph.Node { return graph.Cube(z) }), T0: 1, T1: 9}
	f := newFlow(tensor.Float32, 1, calm, wild, calm)
	x := make([]float64, 600)
	x[555], x[590] = 5, 7
	data := tensor.New(tensor.WithShape(600, 1), tensor.WithBacking(x))
	out, logDet, err := f.Forward(t.Context(), data)
	var failed *flows.SolveError
	require.True(t, errors.As(err, &failed), "%v", err)
	require.Len(t, failed.Rows, 2)
	assert.Equal(t, []int{555, 590}, []int{failed.Rows[0].Row, failed.Rows[1].Row})
	assert.Equal(t, 1, failed.Rows[0].Block)
	assert.InDelta(t, 1.02, failed.Rows[0].T, 1e-4, "dz/dt = z³ from 5 at t = 1 ends at t = 1 + 1/(2·5²)")
	assert.ErrorContains(t, err, "flows: 2 rows failed, the first: block 1, row 555 at t = 1.0")
	for row, z := range out.Float32s() {
		if row == 555 || row == 590 {
			assert.True(t, math.IsNaN(float64(z)) && math.IsNaN(logDet[row]), "row %d", row)
		} else {
			assert.Equal(t, []float64{0, 0}, []float64{float64(z), logDet[row]}, "row %d", row)
		}
	}

	for _, value := range []float64{math.NaN(), math.Inf(1)} {
		bad := newFlow(tensor.Float64, 1, flows.FFJORD{Field: nn.Func(func(z *graph.Node) *graph.Node { return graph.Fill(z, value) })})
		for name, call := range calls(bad, matrix([][]float64{{1}})) {
			if name != "StepGraph" {
				assert.True(t, errors.As(call(t.Context()), &failed), name)
			}
		}
	}
}

// A parameter that has become NaN is an error, not a NaN.
func TestParameterIsNaN(t *testing.T) {
	f := demo(tensor.Float64, nil)
	require.NoError(t, f.Compile())
	f.Params.Get("block2.0.weight").Value().Data().([]float64)[3] = math.NaN()
	_, err := f.NLL().Loss(t.Context(), draw(seeded(1), 3, 2, 1))
	var failed *flows.SolveError
	require.True(t, errors.As(err, &failed), "%v", err)
	assert.Equal(t, 2, failed.Rows[0].Block)
}

// A long solve ends soon after ctx does, in training too.
func TestCancelledHalfway(t *testing.T) {
	f := curved(tensor.Float64, ode.Solver{Method: ode.Bosh3, RTol: 1e-13, ATol: 1e-14, MaxSteps: 1 << 30})
	x := draw(seeded(1), 4000, 2, 1)
	for name, call := range map[string]func(context.Context) error{
		"LogProb": func(ctx context.Context) error { _, err := f.LogProb(ctx, x); return err },
		"Loss":    func(ctx context.Context) error { _, err := f.NLL().Loss(ctx, x); return err },
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		start := time.Now()
		assert.ErrorIs(t, call(ctx), context.DeadlineExceeded, name)
		assert.Less(t, time.Since(start), 5*time.Second, name)
		cancel()
	}
}

func TestCancelled(t *testing.T) {
	f := demo(tensor.Float32, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, call := range calls(f, draw(seeded(1), 1000, 2, 1)) {
		if name != "StepGraph" {
			err := call(ctx)
			assert.ErrorIs(t, err, context.Canceled, name)
			assert.ErrorContains(t, err, "flows: ", name)
		}
	}
	assert.Len(t, logProb(t, f, draw(seeded(1), 3, 2, 1)), 3, "the flow is as good as before")
}
