package flows_test

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/nlpodyssey/safetensors"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// lens is a layer of one's own with settings of many kinds.
type lens struct {
	Body   nn.Layer
	Power  float32
	Shifts map[string]float64
	Bend   *float64
	Start  nn.Init
	Rand   *rand.Rand
	Method *ode.Tableau
	cached []float64
}

func (l *lens) Apply(s *nn.Scope, x *graph.Node) *graph.Node {
	y := s.Apply("body", l.Body, graph.Scale(x, float64(l.Power)))
	for _, name := range []string{"left", "right"} {
		y = graph.Shift(y, l.Shifts[name])
	}
	return graph.Mul(y, s.Param("gain", l.Start, 1, 1))
}

// tilted is a block, a base, a regulariser and a noise of one's own.
type tilted struct{ Slope float64 }

func (b tilted) Forward(_ *nn.Scope, z *graph.Node) (x, logDet *graph.Node) {
	return graph.Shift(z, b.Slope), graph.FillCols(z, 0, 1)
}

func (b tilted) Inverse(_ *nn.Scope, x *graph.Node) (z, logDet *graph.Node) {
	return graph.Shift(x, -b.Slope), graph.FillCols(x, 0, 1)
}

func (b tilted) LogProb(_ *nn.Scope, z *graph.Node) *graph.Node {
	return graph.SumCols(graph.Scale(z, b.Slope))
}

func (tilted) Sample(_ func(string) []float64, rng *rand.Rand, dst []float64, _ int) {
	flows.Gaussian.Draw(rng, dst)
}

func (tilted) Rate(d flows.Dynamics) *graph.Node { return graph.SumCols(graph.Square(d.F)) }

func (tilted) Draw(rng *rand.Rand, dst []float64) { flows.Rademacher.Draw(rng, dst) }

var own = flows.Types{"lens": &lens{}, "tilted": tilted{}, "well": well{}}

// steps is a solver that takes no time.
var steps = ode.Solver{Method: ode.Heun, Steps: 2}

// savedCase is a flow of width 2 to be saved and loaded.
type savedCase struct {
	name string
	flow *flows.Flow
}

func savedCases() []savedCase {
	net := nn.MLP{Hidden: []int{4}}
	var cases []savedCase
	add := func(name string, flow *flows.Flow) { cases = append(cases, savedCase{name, flow}) }
	field := func(name string, l nn.Layer) {
		add("field "+name, &flows.Flow{Blocks: flows.FFJORD{Field: l, Solver: steps}})
	}
	for _, act := range nn.Activations() {
		field(fmt.Sprintf("act %v", act), nn.MLP{Hidden: []int{3}, Act: act})
	}
	field("act of its own parameter", nn.MLP{Hidden: []int{3}, Act: nn.Swish{}})
	for _, time := range []nn.Timed{nn.Ignore, nn.Concat, nn.ConcatLast, nn.Tile, nn.Fourier{}, nn.Fourier{Freqs: 2}, nn.Squash{}, nn.ConcatSquash{},
		nn.ConcatV2{}, nn.Blend{}, nn.Hyper{Hidden: 2}, nn.GatedLinear{}} {
		field(fmt.Sprintf("time %T %v", time, time), nn.MLP{Hidden: []int{3}, Time: time})
	}
	for _, l := range []nn.Layer{nn.Linear{NoBias: true}, nn.Linear{Out: 2, Spectral: 3}, nn.GatedLinear{}, nn.Squash{}, nn.ConcatSquash{},
		nn.ConcatV2{}, nn.Blend{}, nn.Hyper{Map: nn.Linear{NoBias: true}}} {
		field(fmt.Sprintf("layer %T", l), l)
	}
	field("without parameters", nn.Seq{nn.Seq{nn.Tanh}, nn.Residual{Body: nn.Mixture{nn.Linear{}, net}}})
	field("time columns and waves", nn.Seq{nn.Tile, nn.Fourier{Freqs: 1}, nn.Linear{Out: 2}})
	field("initial values", nn.MLP{Hidden: []int{3, 2}, Init: normal(0.5), BiasInit: nn.Constant(0.25), Spectral: 2})
	bend := -0.5
	field("one's own", nn.Seq{&lens{Body: &lens{Body: well{}}, Power: 0.1, Shifts: map[string]float64{"left": 1e-300, "right": -1. / 3},
		Bend: &bend, Start: nn.Zeros, Rand: seeded(9), Method: &ode.Tableau{Name: "dopri5", B: []float64{1}}}})

	block := func(name string, b flows.FFJORD) {
		b.Field = net
		add("FFJORD "+name, &flows.Flow{Blocks: b})
	}
	block("without settings", flows.FFJORD{})
	block("exact", flows.FFJORD{Solver: steps, Trace: flows.Exact{}})
	block("Hutchinson", flows.FFJORD{Solver: steps, Trace: flows.Hutchinson{Rand: seeded(1)}})
	block("probes", flows.FFJORD{Solver: steps, Trace: flows.Hutchinson{Noise: flows.Gaussian, Probes: 2, Rand: seeded(1), Orthogonal: true}})
	block("noise of one's own", flows.FFJORD{Solver: steps, Trace: flows.Hutchinson{Noise: tilted{1}, Rand: seeded(1)}})
	block("evaluated otherwise", flows.FFJORD{Solver: steps, Trace: flows.Hutchinson{Rand: seeded(1)}, EvalTrace: flows.Exact{}, Eval: &ode.Solver{Method: ode.RK438, Steps: 3}})
	block("auto, exact", flows.FFJORD{Solver: steps, Trace: flows.Auto{Budget: 1e9, Rand: seeded(1)}})
	block("auto, exact without a source", flows.FFJORD{Solver: steps, Trace: flows.Auto{}})
	block("auto, estimated", flows.FFJORD{Solver: steps, Trace: flows.Auto{Budget: 1e-9, Probes: 1, Rand: seeded(1)}})
	block("times", flows.FFJORD{Solver: steps, T0: 0.1, T1: -1. / 3})
	block("learnt end", flows.FFJORD{Solver: steps, T1: 0.7, LearnT1: true})
	block("unrolled", flows.FFJORD{Solver: ode.Solver{Steps: 2, Unrolled: true}})
	block("tolerances", flows.FFJORD{Solver: ode.Solver{Method: ode.Tsit5, RTol: 1e-2, ATol: 1e-3, Components: []ode.Tolerance{{RTol: 0.1}, {Free: true}},
		Control: ode.Control{P: 0.1, I: 0.3, Safety: 0.8, First: 0.05, FirstRule: ode.ByHairer}, MaxSteps: 99, Adjoint: &ode.Adjoint{RTol: 1e-3}}})
	block("shared", flows.FFJORD{Solver: ode.Solver{Shared: true}})
	block("method of one's own", flows.FFJORD{Solver: ode.Solver{Steps: 2, Method: &ode.Tableau{Name: "mine", Order: 2,
		C: []float64{0, 2. / 3}, A: [][]float64{nil, {2. / 3}}, B: []float64{1. / 4, 3. / 4}}}})
	block("penalties", flows.FFJORD{Solver: steps, Penalties: []flows.Penalty{{Of: flows.Kinetic, Weight: 0.01}, {Of: tilted{1}, Weight: math.Copysign(0, -1)}}})

	for _, b := range []flows.Block{flows.Affine{}, flows.Affine{Loc: []float64{1, 2}, Scale: []float64{0.5, 3}}, flows.Affine{Scale: []float64{0.1, 0.2}, Learn: true},
		flows.Standardize{Mean: []float64{0.1, -7}, Std: []float64{2, 1. / 3}}, flows.MovingBatchNorm{}, flows.MovingBatchNorm{Eps: 0.01, Decay: 0.5},
		flows.Logit{Alpha: 0.05}, flows.Permute{}, flows.Permute{Order: []int{0, 1}},
		flows.Linear{Matrix: []float64{1, 0.5, -1. / 3, 2}}, tilted{0.1}} {
		add(fmt.Sprintf("block %T %v", b, b), &flows.Flow{Blocks: flows.Chain{flows.Chain{}, flows.Chain{b}, flows.Affine{Learn: true}}})
	}
	for _, b := range []flows.Base{flows.Normal{}, flows.Normal{Loc: []float64{0.1, math.Copysign(0, -1)}, Scale: []float64{1, 1e-3}}, flows.Normal{Learn: true},
		flows.Uniform{Low: []float64{-9, -9}, High: []float64{9, 9}}, flows.StudentT{DF: 2.5, Loc: []float64{1, 0}}, tilted{0.3},
		flows.GaussianMixture{Components: 2}, flows.GaussianMixture{Means: [][]float64{{0, 1}, {2, 3}, {4, 5}}, Weights: []float64{1, 2, 3}, Learn: true}} {
		add(fmt.Sprintf("base %T %v", b, b), &flows.Flow{Base: b, Blocks: flows.Affine{Learn: true}})
	}
	add("nothing", &flows.Flow{})
	add("nothing to learn", &flows.Flow{Base: flows.Uniform{Low: []float64{-9, -9}, High: []float64{9, 9}}, Blocks: flows.FFJORD{Field: nn.Tanh, Solver: steps}})
	add("condition", &flows.Flow{Cond: 3, Blocks: flows.FFJORD{Field: net, Solver: steps}})
	return cases
}

// prepare gives a flow its width and parameters, of which none has the value that it would start from.
func (c savedCase) prepare(t testing.TB, dtype tensor.Dtype) *flows.Flow {
	f := c.flow
	f.Dim, f.Params = 2, &nn.Params{Rand: seeded(11), Dtype: dtype}
	require.NoError(t, f.Compile())
	rng := seeded(12)
	for p := range f.Params.All() {
		values := p.Numbers()
		for i := range values {
			values[i] = 0.2 + 0.3*rng.Float64() // variances must be positive
		}
		require.NoError(t, p.Set(values))
	}
	return f
}

func written(t testing.TB, f *flows.Flow, types flows.Types) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, f.Write(&b, types))
	return b.Bytes()
}

// A loaded flow computes what the saved one does, to the last bit, and is saved as the same bytes.
func TestLoadedFlowIsTheSavedOne(t *testing.T) {
	for d, dtype := range dtypes {
		for i, c := range savedCases() {
			if testing.Short() && i%2 != d {
				continue // each with one element type
			}
			t.Run(fmt.Sprintf("%v/%s", dtype, c.name), func(t *testing.T) {
				f := c.prepare(t, dtype)
				file := written(t, f, own)
				loaded, err := flows.Read(t.Context(), bytes.NewReader(file), seeded(1), own)
				require.NoError(t, err)
				assert.Equal(t, string(file), string(written(t, loaded, own)))
				x := draw(seeded(2), 5, 2, 0.2)
				for i, v := range numbers(x) { // Logit takes numbers between 0 and 1
					numbers(x)[i] = 0.5 + 0.2*math.Tanh(v)
				}
				if f.Cond == 0 {
					assert.Equal(t, logProb(t, f, x), logProb(t, loaded, x))
					return
				}
				given := draw(seeded(3), 5, f.Cond, 1)
				want, err := f.Given(given).LogProb(t.Context(), x)
				require.NoError(t, err)
				got, err := loaded.Given(given).LogProb(t.Context(), x)
				require.NoError(t, err)
				assert.Equal(t, want, got)
			})
		}
	}
}

// The fields of a loaded flow are those of the saved one, but for sources of random numbers and initial values.
func TestLoadedFields(t *testing.T) {
	rng := seeded(5)
	solver := ode.Solver{Method: ode.Tsit5, RTol: 0.1}
	f := newFlow(tensor.Float64, 2, flows.FFJORD{
		Field: nn.Seq{nn.MLP{Hidden: []int{3}, Init: normal(1)}, &lens{Body: nn.Tanh, Method: ode.RK4, Rand: seeded(2)}},
		Trace: flows.Hutchinson{Noise: flows.Gaussian, Rand: seeded(1)}, EvalTrace: flows.Exact{}, Solver: solver, Eval: &solver,
	})
	loaded, err := flows.Read(t.Context(), bytes.NewReader(written(t, f, own)), rng, own)
	require.NoError(t, err)
	assert.Equal(t, flows.Chain{flows.FFJORD{
		Field: nn.Seq{nn.MLP{Hidden: []int{3}}, &lens{Body: nn.Tanh, Method: ode.RK4, Rand: rng}},
		Trace: flows.Hutchinson{Noise: flows.Gaussian, Rand: rng}, EvalTrace: flows.Exact{}, Solver: solver, Eval: &solver,
	}}, loaded.Blocks)
	assert.Equal(t, tensor.Float64, loaded.Params.DtypeOrDefault())
	for p := range f.Params.All() {
		q := loaded.Params.Get(p.Name())
		require.NotNil(t, q, p.Name())
		assert.Equal(t, p.Trained(), q.Trained(), p.Name())
	}
}

// A loaded flow goes on learning as the saved one would have: state stays state, and losses and gradients have the same
// bits.
func TestLoadedFlowLearnsOn(t *testing.T) {
	f := newFlow(tensor.Float64, 2,
		flows.FFJORD{Field: nn.MLP{Hidden: []int{4}}, Solver: steps, LearnT1: true, Penalties: []flows.Penalty{{Of: flows.Kinetic, Weight: 0.1}}},
		flows.MovingBatchNorm{}, flows.Standardize{Mean: []float64{1, 2}, Std: []float64{3, 4}})
	x := draw(seeded(2), 20, 2, 1)
	lossOf(t, f.NLL(), x)() // moves the running moments
	loaded, err := flows.Read(t.Context(), bytes.NewReader(written(t, f, nil)), nil, nil)
	require.NoError(t, err)
	assert.Equal(t, lossOf(t, f.NLL(), x)(), lossOf(t, loaded.NLL(), x)())
	for p := range f.Params.All() {
		q := loaded.Params.Get(p.Name())
		assert.Equal(t, p.Trained(), q.Trained(), p.Name())
		assert.Equal(t, p.Numbers(), q.Numbers(), p.Name())
		want, err := p.Grad()
		require.NoError(t, err)
		got, err := q.Grad()
		require.NoError(t, err)
		assert.Equal(t, want.Data(), got.Data(), p.Name())
	}
}

// Parameters of a file that the flow has no use for can't be saved with it.
func TestRefusesToSaveParametersOfAnother(t *testing.T) {
	p, _, err := nn.ReadParams(bytes.NewReader(written(t, newFlow(tensor.Float64, 2, flows.Affine{Learn: true}, flows.Affine{Learn: true}), nil)))
	require.NoError(t, err)
	f := flows.Flow{Dim: 2, Blocks: flows.Affine{Learn: true}, Params: p}
	assert.ErrorContains(t, f.Write(io.Discard, nil), `flows: write: parameter "block1.loc" came from a file and is not of this flow`)
}

// The file is one that other programs read: parameters under their names, and the model as metadata.
func TestSavedFileInAnotherReader(t *testing.T) {
	path := filepath.Join(t.TempDir(), "flow.safetensors")
	f := newFlow(tensor.Float32, 2, flows.FFJORD{Field: nn.MLP{Hidden: []int{3}}, T1: 0.5, Trace: flows.Hutchinson{Rand: seeded(1)}})
	require.NoError(t, f.Save(path, nil))
	file, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(written(t, f, nil)), string(file))
	other, err := safetensors.Deserialize(file)
	require.NoError(t, err)
	weight, ok := other.Tensor("block0.0.weight")
	require.True(t, ok)
	assert.Equal(t, []uint64{3, 3}, weight.Shape())
	_, metadata, err := nn.LoadParams(path)
	require.NoError(t, err)
	assert.Equal(t, map[string]string{
		"format":  "ffjord-go flow",
		"version": "2",
		"dtype":   "float32",
		"flow": `{"Dim":2,"Blocks":{"type":"flows.Chain","items":[{"type":"flows.FFJORD","Field":{"type":"nn.MLP","Hidden":[3]},` +
			`"T1":0.5,"Trace":{"type":"flows.Hutchinson","Rand":true}}]}}`,
	}, metadata)
	loaded, err := flows.Load(t.Context(), path, seeded(1), nil)
	require.NoError(t, err)
	x := draw(seeded(2), 3, 2, 1)
	assert.Equal(t, logProb(t, f, x), logProb(t, loaded, x))
}

func TestRefusesToSave(t *testing.T) {
	huge := int64(1<<53 + 1) // not a constant, which an int of 32 bits would refuse
	plain := func(z *graph.Node) *graph.Node { return graph.Neg(z) }
	field := func(l nn.Layer) flows.Block {
		return flows.Chain{flows.FFJORD{Field: nn.Seq{nn.Tanh, l}, Solver: steps}}
	}
	for _, c := range []struct {
		name  string
		flow  *flows.Flow
		types flows.Types
		want  string
	}{
		{"function", &flows.Flow{Blocks: field(nn.Func(plain))}, nil,
			"Blocks[0].Field[1]: a nn.Func is a function and can't be saved; make it a type and name it in types"},
		{"one's own without a name", &flows.Flow{Blocks: field(well{})}, nil,
			"Blocks[0].Field[1]: the type flows_test.well has no name; give it one in types"},
		{"pointer of a named type", &flows.Flow{Blocks: field(&well{})}, flows.Types{"well": well{}},
			"Blocks[0].Field[1]: the type *flows_test.well has no name; types names flows_test.well, want the one that is used"},
		{"hidden state", &flows.Flow{Blocks: field(&lens{Body: nn.Tanh, cached: []float64{1}})}, own,
			"Blocks[0].Field[1].cached: an unexported field of flows_test.lens that holds something can't be saved"},
		{"infinite", &flows.Flow{Blocks: flows.FFJORD{Field: nn.Tanh, Solver: steps, Trace: flows.Auto{Budget: math.Inf(1)}}}, nil,
			"Blocks.Trace.Budget: +Inf, want a finite number"},
		{"huge integer", &flows.Flow{Blocks: flows.FFJORD{Field: nn.Tanh, Solver: ode.Solver{MaxSteps: int(huge)}}}, nil,
			"Blocks.Solver.MaxSteps: 9007199254740993, want an integer from -9007199254740992 to 9007199254740992"},
		{"name of the library", &flows.Flow{Blocks: field(well{})}, flows.Types{"nn.MLP": well{}}, `types: "nn.MLP" names nn.MLP and flows_test.well, want one type`},
		{"type of the library", &flows.Flow{Blocks: field(well{})}, flows.Types{"mlp": nn.MLP{}}, `types: nn.MLP has the names "nn.MLP" and "mlp", want one`},
		{"two names", &flows.Flow{Blocks: field(well{})}, flows.Types{"well": well{}, "source": well{}}, `types: flows_test.well has the names "source" and "well", want one`},
		{"nil", &flows.Flow{Blocks: field(well{})}, flows.Types{"well": nil}, `types: "well" names nil, want a value of the type`},
		{"wrong flow", &flows.Flow{Blocks: flows.FFJORD{}}, nil, "block 0: FFJORD has no Field"},
		{"steps without end", &flows.Flow{Blocks: flows.Chain{flows.FFJORD{Field: nn.Tanh, Eval: &ode.Solver{MaxSteps: 1 << 50}}}}, nil,
			"Blocks[0].Eval.MaxSteps: needs at least 1125899906842624 steps, the limit is 1048576 steps; raise it by building the flow in Go"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "old")
			require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
			c.flow.Dim, c.flow.Params = 2, nn.NewParams(seeded(1))
			err := c.flow.Save(path, c.types)
			assert.ErrorContains(t, err, "flows: save "+path+": ")
			assert.ErrorContains(t, err, c.want)
			old, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, "old", string(old))
			var b bytes.Buffer
			err = c.flow.Write(&b, c.types)
			assert.ErrorContains(t, err, "flows: write: ")
			assert.ErrorContains(t, err, c.want)
			assert.Zero(t, b.Len())
		})
	}
}
