package flows_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// rowCalls are the calls that return something for every row: all that they return, flattened to numbers of each row.
func rowCalls(t *testing.T, c flows.Conditional, x *tensor.Dense, gx *tensor.Dense, glogDet []float64) map[string]func() ([][]float64, error) {
	rows := x.Shape()[0]
	// join puts results side by side; all have so many rows.
	join := func(results ...any) [][]float64 {
		out := make([][]float64, rows)
		for _, r := range results {
			var v []float64
			switch r := r.(type) {
			case []float64:
				v = r
			case *tensor.Dense:
				require.NotNil(t, r)
				v = numbers(r)
			}
			require.Zero(t, len(v)%rows)
			for i := range out {
				width := len(v) / rows
				out[i] = append(out[i], v[i*width:(i+1)*width]...)
			}
		}
		return out
	}
	return map[string]func() ([][]float64, error){
		"LogProb": func() ([][]float64, error) { p, err := c.LogProb(t.Context(), x); return join(p), err },
		"Prob":    func() ([][]float64, error) { p, err := c.Prob(t.Context(), x); return join(p), err },
		"Forward": func() ([][]float64, error) { y, l, err := c.Forward(t.Context(), x); return join(y, l), err },
		"Inverse": func() ([][]float64, error) { y, l, err := c.Inverse(t.Context(), x); return join(y, l), err },
		"Score":   func() ([][]float64, error) { s, err := c.Score(t.Context(), x); return join(s), err },
		"CondScore": func() ([][]float64, error) {
			s, err := c.CondScore(t.Context(), x)
			return join(s), err
		},
		"ForwardVJP": func() ([][]float64, error) {
			a, b, err := c.ForwardVJP(t.Context(), x, gx, glogDet)
			return join(a, b), err
		},
		"InverseVJP": func() ([][]float64, error) {
			a, b, err := c.InverseVJP(t.Context(), x, gx, glogDet)
			return join(a, b), err
		},
		"EstimateLogProb": func() ([][]float64, error) {
			e, err := c.EstimateLogProb(t.Context(), x)
			out := make([]float64, 0, 2*rows)
			for _, e := range e {
				out = append(out, e.Mean, e.StdErr)
			}
			return join(out), err
		},
		"Explain": func() ([][]float64, error) {
			e, err := c.Explain(t.Context(), x)
			require.NotNil(t, e)
			return join(e.LogProb, e.LogDet), err
		},
		"Trajectory": func() ([][]float64, error) {
			film, err := c.Trajectory(t.Context(), x, 2)
			var all []any
			for _, f := range film {
				all = append(all, f.Z, f.LogProb)
			}
			return join(all...), err
		},
	}
}

// condFlow is a flow of an FFJORD and a block in closed form with a condition.
func condFlow(dtype tensor.Dtype) *flows.Flow {
	f := newFlow(dtype, 2, flows.FFJORD{Field: nn.Seq{nn.Linear{Out: 4, Cond: true}, nn.Tanh, nn.Linear{Out: 2}}}, cubic{})
	f.Cond = 1
	return f
}

// A row whose numbers are not finite, or that its condition's or cotangents' are not, fails alone: in every call that
// returns rows it is NaN and named by its number, and every other row has the bits that it has without it.
func TestRowThatIsNotFiniteFailsAlone(t *testing.T) {
	const rows = 300
	for _, dtype := range dtypes {
		f := condFlow(dtype)
		clean, conds, gx := draw(seeded(1), rows, 2, 0.5), draw(seeded(2), rows, 1, 1), draw(seeded(3), rows, 2, 1)
		glogDet := numbers(draw(seeded(4), rows, 1, 1))
		x, c := clean.Clone().(*tensor.Dense), conds.Clone().(*tensor.Dense)
		bad := map[int]bool{0: true, 127: true, 130: true, 299: true}
		numbers(x)[1], numbers(x)[2*127] = math.NaN(), math.Inf(-1)
		numbers(c)[130] = math.NaN()
		numbers(x)[2*299+1] = math.Inf(1)
		if dtype == tensor.Float32 {
			numbers(x)[2*299+1] = 1e39
		}
		want := rowCalls(t, f.Given(conds), clean, gx, glogDet)
		for name, call := range rowCalls(t, f.Given(c), x, gx, glogDet) {
			t.Run(fmt.Sprintf("%v/%s", dtype, name), func(t *testing.T) {
				right, err := want[name]()
				require.NoError(t, err)
				got, err := call()
				var failed *flows.SolveError
				require.ErrorAs(t, err, &failed)
				assert.ErrorIs(t, err, flows.ErrRow)
				require.Len(t, failed.Rows, len(bad))
				for _, e := range failed.Rows {
					assert.True(t, bad[e.Row], "row %d", e.Row)
					assert.ErrorIs(t, e, flows.ErrRow)
					assert.Equal(t, -1, e.Block)
					assert.Equal(t, map[bool]string{true: "conditions", false: "data"}[e.Row == 130], e.Of)
				}
				for i, row := range got {
					for k, v := range row {
						if bad[i] {
							require.True(t, math.IsNaN(v), "row %d", i)
						} else {
							require.Equal(t, right[i][k], v, "row %d", i)
						}
					}
				}
			})
		}
	}
}

// A call of nothing but such rows has no results and no more than that to say.
func TestNoRowIsFinite(t *testing.T) {
	f := condFlow(tensor.Float64)
	x := matrix([][]float64{{math.NaN(), 0}, {0, math.Inf(1)}})
	for name, call := range rowCalls(t, f.Given(matrix([][]float64{{1}})), x, nil, nil) {
		got, err := call()
		require.ErrorIs(t, err, flows.ErrRow, name)
		for _, row := range got {
			for _, v := range row {
				require.True(t, math.IsNaN(v), name)
			}
		}
	}
}

// Cotangents that are not finite are their row's fault.
func TestCotangentsThatAreNotFinite(t *testing.T) {
	f := newFlow(tensor.Float64, 1, flows.Affine{})
	_, err := f.ForwardVJP(t.Context(), matrix([][]float64{{1}, {2}}), matrix([][]float64{{1}, {math.NaN()}}), nil)
	require.ErrorIs(t, err, flows.ErrRow)
	assert.ErrorContains(t, err, "row 1 of the cotangents, column 0, is NaN")
	gz, err := f.ForwardVJP(t.Context(), matrix([][]float64{{1}, {2}}), matrix([][]float64{{1}, {1}}), []float64{math.Inf(1), 0})
	assert.ErrorContains(t, err, "row 0 of the cotangents of log |det|, column 0, is +Inf")
	assert.Equal(t, 1., numbers(gz)[1])
}

// A row where the base has no density fails alone, and so does one whose draw is not finite.
func TestRowThatTheBaseFails(t *testing.T) {
	f := &flows.Flow{Dim: 1, Base: faulty{}, Params: &nn.Params{Dtype: tensor.Float64}}
	logp, err := f.LogProb(t.Context(), matrix([][]float64{{1}, {0.5}, {-1}, {2}}))
	var failed *flows.SolveError
	require.ErrorAs(t, err, &failed)
	require.Len(t, failed.Rows, 1)
	assert.Equal(t, 2, failed.Rows[0].Row)
	assert.ErrorIs(t, err, flows.ErrBase)
	assert.False(t, errors.Is(err, flows.ErrRow), "the caller is not at fault")
	assert.True(t, math.IsNaN(logp[2]))
	assert.InDeltaSlice(t, []float64{0, math.Log(0.5), math.Log(2)}, []float64{logp[0], logp[1], logp[3]}, 1e-15)
}

// Rows that fail in the midst of a flow leave the scores of the others to the bit.
func TestScoresBesideRowsThatFail(t *testing.T) {
	for name, solver := range map[string]ode.Solver{"replay": {}, "adjoint": {Adjoint: &ode.Adjoint{}}} {
		f := newFlow(tensor.Float64, 1, flows.FFJORD{Field: gentle}, flows.FFJORD{Field: explosive, T0: 1, T1: 0, Solver: solver})
		x := matrix([][]float64{{0.1}, {3}, {0.2}, {-0.3}, {4}})
		want, err := f.Score(t.Context(), matrix([][]float64{{0.1}, {0.2}, {-0.3}}))
		require.NoError(t, err, name)
		got, err := f.Score(t.Context(), x)
		var failed *flows.SolveError
		require.ErrorAs(t, err, &failed, name)
		require.Len(t, failed.Rows, 2)
		g, w := numbers(got), numbers(want)
		assert.Equal(t, w, []float64{g[0], g[2], g[3]}, name)
		assert.True(t, math.IsNaN(g[1]) && math.IsNaN(g[4]), name)
	}
}

// A loss needs all its rows: it says which are not finite and leaves the gradients alone.
func TestLossOfARowThatIsNotFinite(t *testing.T) {
	f := newFlow(tensor.Float64, 2, flows.FFJORD{Field: nn.MLP{Hidden: []int{3}}})
	x := draw(seeded(1), 300, 2, 1)
	_, before := lossAndGradient(t, f, x)
	numbers(x)[2*200] = math.NaN()
	for name, loss := range map[string]func() (float64, error){
		"NLL": func() (float64, error) { return f.NLL().Loss(t.Context(), x) },
		"Pathwise": func() (float64, error) {
			return f.ReverseKL(f.LogProb, f.Score).Loss(t.Context(), x)
		},
	} {
		_, err := loss()
		require.ErrorIs(t, err, flows.ErrRow, name)
		assert.ErrorContains(t, err, "row 200 of the data, column 0, is NaN", name)
		var after []float64
		for p := range f.Params.All() {
			g, err := p.Grad()
			require.NoError(t, err)
			after = append(after, numbers(g.(*tensor.Dense))...)
		}
		assert.Equal(t, before, after, name)
	}
}

// The condition of the only row is that row's, and no argument that is wrong as a whole.
func TestConditionOfOneRow(t *testing.T) {
	f, one := condFlow(tensor.Float32), matrix([][]float64{{1, 2}})
	logp, err := f.Given(matrix([][]float64{{math.NaN()}})).LogProb(t.Context(), one)
	var failed *flows.SolveError
	require.ErrorAs(t, err, &failed)
	assert.EqualError(t, failed.Rows[0], "row 0 of the conditions, column 0, is NaN, want a finite number")
	assert.ErrorIs(t, err, flows.ErrRow)
	require.Len(t, logp, 1)
	assert.True(t, math.IsNaN(logp[0]))
	two := matrix([][]float64{{1, 2}, {1, 2}})
	want, err := f.Given(matrix([][]float64{{0.3}})).LogProb(t.Context(), two)
	require.NoError(t, err)
	got, err := f.Given(matrix([][]float64{{0.3}})).LogProb(t.Context(), one)
	require.NoError(t, err)
	assert.Equal(t, want[0], got[0], "the same bits as a condition of all rows")
}

// What is wrong with an argument as a whole is told apart from what is wrong with its rows.
func TestInputErrors(t *testing.T) {
	f := condFlow(tensor.Float32)
	one, conds := matrix([][]float64{{1, 2}}), matrix([][]float64{{1}})
	ints := tensor.New(tensor.WithShape(1, 2), tensor.WithBacking([]int{1, 2}))
	for name, c := range map[string]struct {
		call func() error
		want flows.InputError
	}{
		"width": {func() error { _, err := f.Given(conds).LogProb(t.Context(), conds); return err },
			flows.InputError{Arg: "data", Shape: tensor.Shape{1, 1}, Dtype: tensor.Float64, Want: "data of shape (1, 1): want (rows, 2) with at least one row"}},
		"element type": {func() error { _, err := f.Given(conds).Score(t.Context(), ints); return err },
			flows.InputError{Arg: "data", Shape: tensor.Shape{1, 2}, Dtype: tensor.Int, Want: "data of type int: want float32 or float64"}},
		"no condition": {func() error { _, err := f.LogProb(t.Context(), one); return err },
			flows.InputError{Arg: "conditions", Want: "the flow takes a condition of width 1; call Given first"}},
		"conditions": {func() error { _, err := f.Given(draw(seeded(1), 2, 1, 1)).LogProb(t.Context(), one); return err },
			flows.InputError{Arg: "conditions", Shape: tensor.Shape{2, 1}, Dtype: tensor.Float64, Want: "2 conditions for 1 rows: want one for each, or one for all"}},
		"shared condition": {func() error {
			_, err := f.Given(matrix([][]float64{{math.NaN()}})).LogProb(t.Context(), draw(seeded(1), 2, 2, 1))
			return err
		},
			flows.InputError{Arg: "conditions", Want: "row 0 of the conditions, column 0, is NaN: want a finite number in float32"}},
		"draws": {func() error { _, err := f.Given(conds).Sample(t.Context(), 0, seeded(1)); return err },
			flows.InputError{Arg: "sample", Want: "sample 0 rows: want at least 1"}},
		"batch": {func() error { _, err := f.NLL().Loss(t.Context(), one); return err },
			flows.InputError{Arg: "data with their conditions", Shape: tensor.Shape{1, 2}, Dtype: tensor.Float64, Want: "data with their conditions of shape (1, 2): want (rows, 3) with at least one row"}},
		"times": {func() error { _, err := f.Given(conds).TrajectoryAt(t.Context(), one, []float64{2}, nil); return err },
			flows.InputError{Arg: "times", Want: "block 0: time 0 is 2: want times in the order from 0 to 1"}},
	} {
		err := fmt.Errorf("outer: %w", c.call())
		var got *flows.InputError
		require.ErrorAs(t, err, &got, name)
		assert.Equal(t, c.want, *got, name)
		assert.ErrorContains(t, err, "flows: "+c.want.Want, name)
	}
}
