package flows_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// golden is a case computed by an independent implementation (PyTorch's automatic differentiation and a method of order
// eight at rtol 1e-11, which stops exactly at the end).
type golden struct {
	Layer      string
	Dims       []int
	Activation nn.Activation
	Blocks     int
	T0, T1     float64
	BaseScale  float64 `json:"base_scale"`
	X, Z       [][]float64
	LogProb    []float64 `json:"log_prob"`
	LogDet     []float64 `json:"log_det"`
	NLL        float64
	GradX      [][]float64 `json:"grad_x"`
	Noise      [][][]float64
	Params     []struct {
		Block, Layer int
		Name         string
		Value, Grad  flatNumbers
	}
}

// flatNumbers reads numbers nested to any depth, row-major.
type flatNumbers []float64

func (f *flatNumbers) UnmarshalJSON(b []byte) error {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	var walk func(any)
	walk = func(v any) {
		if list, ok := v.([]any); ok {
			for _, e := range list {
				walk(e)
			}
		} else {
			*f = append(*f, v.(float64))
		}
	}
	walk(v)
	return nil
}

// replay draws the noise of a golden case: block after block, row after row.
type replay struct{ numbers *[]float64 }

func (r replay) Draw(_ *rand.Rand, dst []float64) {
	n := copy(dst, *r.numbers)
	*r.numbers = append((*r.numbers)[n:], dst...)
}

// timed returns how the case's linear maps see the time.
func (c golden) timed() nn.Timed {
	if c.Layer == "concatsquash" {
		return nn.ConcatSquash{}
	}
	return nn.TimeColumns(c.Layer)
}

func loadGolden(t *testing.T, name string, solver ode.Solver) (golden, *flows.Flow) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name + ".json")
	require.NoError(t, err)
	var c golden
	require.NoError(t, json.Unmarshal(text, &c))
	rng := rand.New(rand.NewPCG(1, 2))
	block := flows.FFJORD{
		Field:  nn.MLP{Hidden: c.Dims[1 : len(c.Dims)-1], Time: c.timed(), Act: c.Activation},
		T0:     c.T0,
		T1:     c.T1,
		Solver: solver,
	}
	if c.Noise != nil {
		var numbers []float64
		for _, block := range c.Noise {
			for _, row := range block {
				numbers = append(numbers, row...)
			}
		}
		block.Trace = flows.Hutchinson{Noise: replay{&numbers}, Rand: rng}
	}
	dim := len(c.X[0])
	scale := make([]float64, dim)
	for d := range scale {
		scale[d] = c.BaseScale
	}
	f := &flows.Flow{Base: flows.Normal{Scale: scale}, Params: &nn.Params{Rand: rng, Dtype: tensor.Float64}}
	var chain flows.Chain
	for range c.Blocks {
		chain = append(chain, block)
	}
	f.Blocks = chain
	require.NoError(t, f.Compile())
	for _, p := range c.Params {
		param := f.Params.Get(fmt.Sprintf("block%d.%d.%s", p.Block, p.Layer, p.Name))
		require.NotNil(t, param)
		require.Equal(t, len(p.Value), copy(param.Value().Data().([]float64), p.Value))
	}
	return c, f
}

// The reference is good to 1e-12; the solvers below add less than a third of 1e-9.
const goldenTolerance = 1e-9

// goldenSolvers are those that must reach the reference.
var goldenSolvers = []struct {
	name string
	ode.Solver
}{
	{"dopri5 on a grid", ode.Solver{Method: ode.Dopri5, Steps: 128}},
	{"dopri5", ode.Solver{RTol: 1e-11, ATol: 1e-11}},
	{"tsit5", ode.Solver{Method: ode.Tsit5, RTol: 1e-11, ATol: 1e-11}},
	{"dopri8", ode.Solver{Method: ode.Dopri8, RTol: 1e-11, ATol: 1e-11}},
	{"shared", ode.Solver{RTol: 1e-11, ATol: 1e-11, Shared: true}},
	{"dopri5 adjoint", ode.Solver{RTol: 1e-11, ATol: 1e-11, Adjoint: &ode.Adjoint{}}},
	{"tsit5 adjoint", ode.Solver{Method: ode.Tsit5, RTol: 1e-11, ATol: 1e-11, Adjoint: &ode.Adjoint{}}},
}

func TestGolden(t *testing.T) {
	for _, name := range []string{"tile_seed", "concatsquash", "concat_hutchinson"} {
		for i, solver := range goldenSolvers {
			if testing.Short() && name != "tile_seed" && i%6 > 0 {
				continue // every solver with one model, and every model with some
			}
			t.Run(name+"/"+solver.name, func(t *testing.T) { checkGolden(t, name, solver.Solver) })
		}
	}
}

func checkGolden(t *testing.T, name string, solver ode.Solver) {
	c, f := loadGolden(t, name, solver)
	x := matrix(c.X)
	logp, err := f.LogProb(t.Context(), x)
	require.NoError(t, err)
	close1(t, "log_prob", c.LogProb, logp)
	z, logDet, err := f.Inverse(t.Context(), x)
	require.NoError(t, err)
	close1(t, "log_det", c.LogDet, logDet)
	close1(t, "z", flat(c.Z), z.Float64s())

	nll := f.NLL()
	loss, err := nll.Loss(t.Context(), x)
	require.NoError(t, err)
	assert.InEpsilon(t, c.NLL, loss, goldenTolerance)
	for _, p := range c.Params {
		key := fmt.Sprintf("block%d.%d.%s", p.Block, p.Layer, p.Name)
		grad, err := f.Params.Get(key).Grad()
		require.NoError(t, err)
		close1(t, key, p.Grad, grad.Data().([]float64))
	}

	score, err := f.Score(t.Context(), x)
	require.NoError(t, err)
	want := flat(c.GradX)
	for i := range want {
		want[i] *= -float64(len(c.X)) // of a row's log p instead of the mean's negative
	}
	close1(t, "grad_x", want, score.Float64s())
}

// close1 compares relative to the largest element, since gradients near zero are differences of larger numbers.
func close1(t *testing.T, what string, want, got []float64) {
	t.Helper()
	require.Len(t, got, len(want), what)
	scale := 1.0
	for _, v := range want {
		scale = max(scale, v, -v)
	}
	for i := range want {
		assert.InDelta(t, want[i], got[i], goldenTolerance*scale, "%s[%d]", what, i)
	}
}

func matrix(rows [][]float64) *tensor.Dense {
	return tensor.New(tensor.WithShape(len(rows), len(rows[0])), tensor.WithBacking(flat(rows)))
}

func flat(rows [][]float64) []float64 {
	var out []float64
	for _, r := range rows {
		out = append(out, r...)
	}
	return out
}
