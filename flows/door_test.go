package flows_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// twins are one flow in both element types, with the same numbers in its parameters.
func twins(t *testing.T, of func() *flows.Flow) (narrow, wide *flows.Flow) {
	t.Helper()
	narrow, wide = of(), of()
	narrow.Params = &nn.Params{Rand: seeded(1)}
	wide.Params = &nn.Params{Rand: seeded(1), Dtype: tensor.Float64}
	require.NoError(t, narrow.Compile())
	require.NoError(t, wide.Compile())
	for p := range wide.Params.All() {
		if p.Trained() {
			copy(p.Value().Data().([]float64), narrow.Params.Get(p.Name()).Numbers())
		}
	}
	return narrow, wide
}

// far are rows around large numbers, whose deviations float32 can't tell.
func far(rows int, at, deviation []float64) *tensor.Dense {
	rng, values := seeded(7), []float64(nil)
	for range rows {
		for d := range at {
			values = append(values, at[d]+deviation[d]*rng.NormFloat64())
		}
	}
	return tensor.New(tensor.WithShape(rows, len(at)), tensor.WithBacking(values))
}

var doorSolver = ode.Solver{Steps: 8}

// A normal density far from zero: log p is that of the standardised rows to float32's rounding, whatever the distance.
func TestFarDataKeepTheirDigits(t *testing.T) {
	for _, at := range []float64{1e6, 1e8, 1e10} {
		mean, deviation := at+0.3, 1.1
		f := &flows.Flow{Dim: 1, Blocks: flows.Standardize{Mean: []float64{mean}, Std: []float64{deviation}}, Params: nn.NewParams(seeded(1))}
		x := far(500, []float64{mean}, []float64{1})
		logp, err := f.LogProb(t.Context(), x)
		require.NoError(t, err)
		for i, v := range x.Float64s() {
			u := (v - mean) / deviation
			assert.InDelta(t, -u*u/2-math.Log(deviation)-0.5*math.Log(2*math.Pi), logp[i], 2e-6*(1+u*u))
		}
		loss, err := f.NLL().Loss(t.Context(), x)
		require.NoError(t, err)
		assert.InDelta(t, -stat.Mean(logp, nil), loss, 1e-12)
		assert.InDelta(t, 0.5*math.Log(2*math.Pi*math.E), loss, 0.1, "the entropy of N(m, 1), from 500 draws")
	}
}

// Samples of a column far from zero are as fine as those of one at zero, and go back to where they came from.
func TestFarSamplesLieOnNoGrid(t *testing.T) {
	const at = 1e8
	f := &flows.Flow{Dim: 2, Blocks: flows.Standardize{Mean: []float64{at, 0}, Std: []float64{1, 1}}, Params: nn.NewParams(seeded(1))}
	x, logp, err := f.SampleLogProb(t.Context(), 1000, seeded(3))
	require.NoError(t, err)
	require.Equal(t, tensor.Float64, x.Dtype())
	seen := map[float64]bool{}
	var column []float64
	for i, v := range x.Float64s() {
		if i%2 == 0 {
			seen[v] = true
			column = append(column, v-at)
		}
	}
	assert.Greater(t, len(seen), 990)
	mean, std := stat.MeanStdDev(column, nil)
	assert.InDelta(t, 0, mean, 5/math.Sqrt(1000))
	assert.InDelta(t, 1, std, 5/math.Sqrt(2000))
	again, err := f.LogProb(t.Context(), x)
	require.NoError(t, err)
	assert.InDeltaSlice(t, again, logp, 1e-5)

	z, there, err := f.Inverse(t.Context(), x)
	require.NoError(t, err)
	require.Equal(t, tensor.Float32, z.Dtype())
	back, here, err := f.Forward(t.Context(), z)
	require.NoError(t, err)
	assert.InDeltaSlice(t, x.Float64s(), back.Float64s(), 5e-7) // z has been rounded to float32
	for i := range here {
		assert.Zero(t, here[i]+there[i])
	}
	drawn, err := f.Sample(t.Context(), 1000, seeded(3))
	require.NoError(t, err)
	assert.Equal(t, x.Float64s(), drawn.Float64s())
}

// doors are flows whose last blocks are in the door, learnt ones among them.
var doors = map[string]func() *flows.Flow{
	"standardize": func() *flows.Flow {
		return &flows.Flow{Dim: 2, Blocks: flows.Chain{doorField, flows.Standardize{Mean: []float64{1e8 + 0.3, -2}, Std: []float64{1.5, 0.01}}}}
	},
	"affine": func() *flows.Flow {
		return &flows.Flow{Dim: 2, Blocks: flows.Chain{doorField, flows.Affine{Loc: []float64{1e8 + 0.3, -2}, Scale: []float64{1.5, 0.01}}}}
	},
	"learnt affine": func() *flows.Flow { // 1e8 is a float32
		return &flows.Flow{Dim: 2, Blocks: flows.Chain{doorField, flows.Affine{Loc: []float64{1e8, -2}, Scale: []float64{1.5, 0.01}, Learn: true}}}
	},
	"three": func() *flows.Flow {
		return &flows.Flow{Dim: 2, Blocks: flows.Chain{
			doorField, flows.Affine{Loc: []float64{0.5, 0.2}, Scale: []float64{0.7, 1.2}, Learn: true}, flows.Permute{},
			&flows.Standardize{Mean: []float64{1e8 + 0.3, -2}, Std: []float64{1.5, 0.01}},
		}}
	},
	"nothing else": func() *flows.Flow {
		return &flows.Flow{
			Base:   flows.Normal{Scale: []float64{1, 2}},
			Blocks: flows.Chain{flows.Permute{}, flows.Affine{Loc: []float64{1e8, -2}, Scale: []float64{1.5, 0.01}, Learn: true}},
		}
	},
}

var doorField = flows.FFJORD{Field: nn.MLP{Hidden: []int{8}}, Solver: doorSolver}

// Everything that a float32 flow says of rows far from zero is what its float64 twin says, to float32's rounding of
// what stands on the base's side.
func TestDoorIsAsTheWideFlow(t *testing.T) {
	for name, of := range doors {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			narrow, wide := twins(t, of)
			x := far(300, []float64{1e8 + 0.3, -2}, []float64{1.5, 0.01}) // two chunks
			both := func(what string, tolerance float64, call func(f *flows.Flow) ([]float64, error)) {
				t.Helper()
				want, err := call(wide)
				require.NoError(t, err, what)
				got, err := call(narrow)
				require.NoError(t, err, what)
				require.Len(t, got, len(want), what)
				for i := range want {
					if !assert.InDelta(t, want[i], got[i], tolerance*(1+math.Abs(want[i])), "%s: number %d", what, i) {
						return
					}
				}
			}
			both("LogProb", 1e-5, func(f *flows.Flow) ([]float64, error) { return f.LogProb(ctx, x) })
			both("Inverse", 1e-5, func(f *flows.Flow) ([]float64, error) {
				z, logDet, err := f.Inverse(ctx, x)
				return append(numbers(z), logDet...), err
			})
			both("Score", 1e-4, func(f *flows.Flow) ([]float64, error) {
				s, err := f.Score(ctx, x)
				return numbers(s), err
			})
			both("Explain", 1e-5, func(f *flows.Flow) ([]float64, error) {
				e, err := f.Explain(ctx, x)
				return append(e.LogProb, e.LogDet...), err
			})
			both("EstimateLogProb", 1e-5, func(f *flows.Flow) ([]float64, error) {
				e, err := f.EstimateLogProb(ctx, x)
				var out []float64
				for _, v := range e {
					out = append(out, v.Mean, v.StdErr)
				}
				return out, err
			})
			both("InverseVJP", 1e-4, func(f *flows.Flow) ([]float64, error) {
				g, err := f.InverseVJP(ctx, x, draw(seeded(5), 300, 2, 1), draw(seeded(6), 300, 1, 1).Float64s())
				return numbers(g), err
			})
			z := draw(seeded(8), 300, 2, 1)
			both("ForwardVJP", 1e-4, func(f *flows.Flow) ([]float64, error) {
				g, err := f.ForwardVJP(ctx, z, draw(seeded(5), 300, 2, 1), draw(seeded(6), 300, 1, 1).Float64s())
				return numbers(g), err
			})
			// What stands beside 1e8 is as fine as float32 around the numbers that it was before.
			both("Forward", 5e-6/1e8, func(f *flows.Flow) ([]float64, error) {
				x, _, err := f.Forward(ctx, z)
				var first []float64
				for i, v := range numbers(x) {
					if i%2 == 0 {
						first = append(first, v)
					}
				}
				return first, err
			})
			both("Trajectory", 1e-5, func(f *flows.Flow) ([]float64, error) {
				film, err := f.Trajectory(ctx, z, 2)
				var out []float64
				for _, frame := range film {
					out = append(append(out, numbers(frame.Z)...), frame.LogProb...)
				}
				return out, err
			})
			film, err := narrow.Trajectory(ctx, z, 2)
			require.NoError(t, err)
			ends, _, err := narrow.Forward(ctx, z)
			require.NoError(t, err)
			assert.Equal(t, tensor.Float32, film[0].Z.Dtype())
			assert.Equal(t, ends.Float64s(), film[len(film)-1].Z.Float64s())

			gradients := func(f *flows.Flow) (out []float64) {
				for p := range f.Params.All() {
					if p.Trained() {
						g, err := p.Grad()
						require.NoError(t, err)
						out = append(out, numbers(g.(*tensor.Dense))...)
					}
				}
				return out
			}
			both("NLL", 2e-4, func(f *flows.Flow) ([]float64, error) {
				loss, err := f.NLL().Loss(ctx, x)
				return append(gradients(f), loss), err
			})
			if name == "nothing else" {
				return
			}
			both("ReverseKL", 2e-4, func(f *flows.Flow) ([]float64, error) {
				loss, err := f.ReverseKL(nearFar, nearFarScore).Loss(ctx, z)
				return append(gradients(f), loss), err
			})
		})
	}
}

// nearFar is a normal density where the doors' data are.
func nearFar(_ context.Context, x *tensor.Dense) ([]float64, error) {
	v := x.Float64s()
	out := make([]float64, len(v)/2)
	for i := range out {
		a, b := (v[2*i]-1e8)/2, (v[2*i+1]+2)/0.02
		out[i] = -(a*a + b*b) / 2
	}
	return out, nil
}

func nearFarScore(_ context.Context, x *tensor.Dense) (*tensor.Dense, error) {
	v := x.Float64s()
	out := make([]float64, len(v))
	for i := 0; i < len(v); i += 2 {
		out[i], out[i+1] = -(v[i]-1e8)/4, -(v[i+1]+2)/0.0004
	}
	return tensor.New(tensor.WithShape(len(v)/2, 2), tensor.WithBacking(out)), nil
}

// The numbers of the door survive a file with all their digits, and those of other weights count where they differ.
func TestDoorInFiles(t *testing.T) {
	at := []float64{1e8 + 0.37}
	f := &flows.Flow{Dim: 1, Blocks: flows.Standardize{Mean: at, Std: []float64{0.1}}, Params: nn.NewParams(seeded(1))}
	x := far(20, at, []float64{0.1})
	want, err := f.LogProb(t.Context(), x)
	require.NoError(t, err)
	var file bytes.Buffer
	require.NoError(t, f.Write(&file, nil))
	weights := bytes.NewReader(file.Bytes())
	loaded, err := flows.Read(t.Context(), &file, nil, nil)
	require.NoError(t, err)
	got, err := loaded.LogProb(t.Context(), x)
	require.NoError(t, err)
	assert.Equal(t, want, got)

	other := &flows.Flow{Dim: 1, Blocks: flows.Standardize{Mean: []float64{3}, Std: []float64{0.1}}, Params: nn.NewParams(seeded(1))}
	require.NoError(t, other.Compile())
	_, err = other.Params.Read(weights)
	require.NoError(t, err)
	got, err = other.LogProb(t.Context(), x)
	require.NoError(t, err)
	u := (x.Float64s()[0] - 1e8) / 0.1 // the file has the mean in float32
	assert.InDelta(t, -u*u/2-0.5*math.Log(2*math.Pi)-math.Log(0.1), got[0], 1e-5)
}

// shifted is a block of a user's own, which is not the Affine that it embeds.
type shifted struct{ flows.Affine }

func (b shifted) Forward(s *nn.Scope, z *graph.Node) (x, logDet *graph.Node) {
	x, logDet = b.Affine.Forward(s, z)
	return graph.Shift(x, 1), logDet
}

func (b shifted) Inverse(s *nn.Scope, x *graph.Node) (z, logDet *graph.Node) {
	return b.Affine.Inverse(s, graph.Shift(x, -1))
}

func TestDoorIsForTheLibrarysBlocks(t *testing.T) {
	f := &flows.Flow{Dim: 1, Blocks: shifted{flows.Affine{Loc: []float64{2}}}, Params: nn.NewParams(seeded(1))}
	x, _, err := f.Forward(t.Context(), matrix([][]float64{{0}}))
	require.NoError(t, err)
	assert.Equal(t, tensor.Float32, x.Dtype())
	assert.Equal(t, []float64{3}, numbers(x))
}

// A row that the door takes out of the element type fails alone.
func TestDoorFailures(t *testing.T) {
	f := &flows.Flow{Dim: 1, Blocks: flows.Standardize{Std: []float64{1e-10}}, Params: nn.NewParams(seeded(1))}
	logp, err := f.LogProb(t.Context(), matrix([][]float64{{1e-10}, {1e30}, {2e-10}}))
	var failed *flows.SolveError
	require.ErrorAs(t, err, &failed)
	require.Len(t, failed.Rows, 1)
	assert.Equal(t, 1, failed.Rows[0].Row)
	assert.ErrorContains(t, err, "flows.Standardize")
	assert.True(t, math.IsNaN(logp[1]))
	assert.InDelta(t, -0.5-0.5*math.Log(2*math.Pi)-math.Log(1e-10), logp[0], 1e-5)
	assert.InDelta(t, -2-0.5*math.Log(2*math.Pi)-math.Log(1e-10), logp[2], 1e-5)
}

// Conditions far from zero keep their digits where the flow standardises them.
func TestFarConditions(t *testing.T) {
	mean, std := []float64{1e8 + 0.3, 5}, []float64{2, 0.5}
	block := flows.FFJORD{Field: nn.MLP{Hidden: []int{8}}, Solver: doorSolver}
	plain := &flows.Flow{Dim: 2, Cond: 2, Blocks: block, Params: nn.NewParams(seeded(1))}
	f := &flows.Flow{
		Dim: 2, Cond: 2, Blocks: block, Params: nn.NewParams(seeded(1)),
		StandardizeCond: flows.Standardize{Mean: mean, Std: std},
	}
	x, c := draw(seeded(2), 40, 2, 1), far(40, mean, std)
	var seen []float64
	for i, v := range c.Float64s() {
		seen = append(seen, float64(float32((v-mean[i%2])/std[i%2])))
	}
	standard := tensor.New(tensor.WithShape(40, 2), tensor.WithBacking(seen))
	want, err := plain.Given(standard).LogProb(t.Context(), x)
	require.NoError(t, err)
	got, err := f.Given(c).LogProb(t.Context(), x)
	require.NoError(t, err)
	assert.Equal(t, want, got)

	wantGrad, err := plain.Given(standard).CondScore(t.Context(), x)
	require.NoError(t, err)
	gotGrad, err := f.Given(c).CondScore(t.Context(), x)
	require.NoError(t, err)
	for i, g := range numbers(gotGrad) {
		assert.InDelta(t, numbers(wantGrad)[i]/std[i%2], g, 1e-6*(1+math.Abs(g)))
	}

	one := tensor.New(tensor.WithShape(1, 2), tensor.WithBacking(c.Float64s()[:2:2]))
	want, err = plain.Given(tensor.New(tensor.WithShape(1, 2), tensor.WithBacking(seen[:2:2]))).LogProb(t.Context(), x)
	require.NoError(t, err)
	got, err = f.Given(one).LogProb(t.Context(), x)
	require.NoError(t, err)
	assert.Equal(t, want, got, "one condition for all")

	var file bytes.Buffer
	require.NoError(t, f.Write(&file, nil))
	loaded, err := flows.Read(t.Context(), &file, nil, nil)
	require.NoError(t, err)
	again, err := loaded.Given(one).LogProb(t.Context(), x)
	require.NoError(t, err)
	assert.Equal(t, got, again)

	for want, bad := range map[string]flows.Standardize{
		"Mean has 1 numbers, want one for each of the condition's 2 columns": {Mean: mean[:1]},
		"Std[1] is 0, want a finite number, and a positive Std":              {Std: []float64{1, 0}},
		"Mean[0] is NaN": {Mean: []float64{math.NaN(), 0}},
	} {
		f := &flows.Flow{Dim: 2, Cond: 2, StandardizeCond: bad, Params: nn.NewParams(seeded(1))}
		assert.ErrorContains(t, f.Compile(), "flows: StandardizeCond: "+want, fmt.Sprint(bad))
	}
}
