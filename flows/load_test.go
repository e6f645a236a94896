package flows_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
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

// small is a flow of a few parameters: "block0.0.weight" (3, 2) and "block0.0.bias" (1, 2).
func small() *flows.Flow {
	return newFlow(tensor.Float32, 2, flows.FFJORD{Field: nn.MLP{}, Solver: steps})
}

// forged is a file of the flow with other metadata.
func forged(t testing.TB, f *flows.Flow, metadata map[string]string) []byte {
	p, all, err := nn.ReadParams(bytes.NewReader(written(t, f, own)))
	require.NoError(t, err)
	maps.Copy(all, metadata)
	var b bytes.Buffer
	require.NoError(t, p.Write(&b, all))
	return b.Bytes()
}

// describing returns metadata with a description of FFJORD's fields in the form
// {"Dim":2,"Blocks":{"type":"flows.FFJORD",...}}.
func describing(fields string) map[string]string {
	return map[string]string{"flow": `{"Dim":2,"Blocks":{"type":"flows.Chain","items":[{"type":"flows.FFJORD",` + fields + `}]}}`}
}

const smallField = `"Field":{"type":"nn.MLP"},"Solver":{"Steps":2}`

func TestWrongFilesNameThePlace(t *testing.T) {
	model := func(text string) map[string]string { return map[string]string{"flow": text} }
	layer := func(text string) map[string]string { return describing(`"Field":` + text + `,"Solver":{"Steps":2}`) }
	for _, c := range []struct {
		name     string
		metadata map[string]string
		want     string
	}{
		{"no format", map[string]string{"format": ""}, `the metadata name the format "", want "ffjord-go flow"; parameters alone are read by nn.Params.Load`},
		{"other format", map[string]string{"format": "pt"}, `the metadata name the format "pt"`},
		{"later version", map[string]string{"version": "3", "flow": "?"}, "version 3 of the format, and this library reads versions up to 2"},
		{"other elements", map[string]string{"dtype": "float64"}, `the metadata name the element type "float64", and the parameters have float32`},
		{"no elements", map[string]string{"dtype": ""}, `the metadata name the element type ""`},
		{"no version", map[string]string{"version": ""}, `the metadata name the version "", want a number`},
		{"version zero", map[string]string{"version": "0"}, `the metadata name the version "0", want a number`},

		{"no description", model(""), "the text is no JSON: unexpected end of JSON input"},
		{"empty", model("{}"), "Dim is 0"},
		{"unknown member", model(`{"Dim":2,"Engine":"gorgonia"}`), `flows.model has no field "Engine"`},
		{"unknown type", layer(`{"type":"os.File"}`), `Blocks[0].Field: the type "os.File" is unknown; if it is one of your own, name it in types`},
		{"function", layer(`{"type":"nn.Func"}`), `Blocks[0].Field: the type "nn.Func" is unknown`},
		{"wrong kind", layer(`{"type":"flows.Exact"}`), `Blocks[0].Field: the type "flows.Exact" is no nn.Layer`},
		{"initial values", layer(`{"type":"nn.MLP","Init":"nn.Zeros"}`), `Blocks[0].Field: nn.MLP has no field "Init"`},
		{"unknown activation", layer(`{"type":"nn.Activation","value":"exec"}`), `activation "exec" is unknown`},
		{"unknown method", describing(`"Field":{"type":"nn.MLP"},"Solver":{"Method":"rk7"}`), `Blocks[0].Solver.Method: "rk7" names no *ode.Tableau`},
		{"wrong method", describing(`"Field":{"type":"nn.MLP"},"Solver":{"Steps":1,"Method":{"Name":"x","B":[1]}}`), `method "x"`},
		{"wrong solver", describing(`"Field":{"type":"nn.MLP"},"Solver":{"Steps":-1}`), "-1 steps"},
		{"no source", describing(smallField + `,"Trace":{"type":"flows.Hutchinson","Rand":true}`), "Blocks[0].Trace.Rand: want a *rand.Rand, and nil was given"},
		{"nothing where a block should be", model(`{"Dim":2,"Blocks":{"type":"flows.Chain","items":[null]}}`), "block 0: it is nil"},
		{"ragged mixture", model(`{"Base":{"type":"flows.GaussianMixture","Means":[[1,2],[3]]}}`), "Means[1]"},
		{"empty mixture", model(`{"Base":{"type":"flows.GaussianMixture","Means":[[]]}}`), "Dim is 0"},

		{"wider", layer(`{"type":"nn.MLP","Hidden":[5]}`), `parameter "block0.0.weight" has shape (3, 2), and a layer asks for (3, 5)`},
		{"wider than memory", layer(`{"type":"nn.MLP","Hidden":[1048576,1048576]}`), `a layer asks for (3, 1048576)`},
		{"another parameter", layer(`{"type":"nn.Swish"}`), `parameter "block0.beta" (1, 1) is missing from the file`},
		{"parameters without use", layer(`{"type":"nn.Activation","value":"tanh"}`), "is not of this model"},
		{"long name of a type", layer(`{"type":"` + strings.Repeat("x", 1<<16) + `"}`), `is unknown; if it is one of your own`},
		{"long activation", layer(`{"type":"nn.Activation","value":"` + strings.Repeat("x", 1<<16) + `"}`), `is unknown; want one of identity`},
		{"long noise", describing(smallField + `,"Trace":{"type":"flows.Hutchinson","Noise":{"type":"flows.ProbeNoise","value":"` + strings.Repeat("x", 1<<16) + `"}}`), "Hutchinson"},
		{"long penalty", describing(smallField + `,"Penalties":[{"Of":{"type":"flows.FieldPenalty","value":"` + strings.Repeat("x", 1<<16) + `"},"Weight":1}]`), "penalty"},
		{"long method", describing(`"Field":{"type":"nn.MLP"},"Solver":{"Steps":1,"Method":{"Name":"` + strings.Repeat("x", 1<<16) + `","B":[1]}}`), "method"},
		{"long rule", describing(`"Field":{"type":"nn.MLP"},"Solver":{"Control":{"FirstRule":"` + strings.Repeat("x", 1<<16) + `"}}`), "FirstRule"},
		{"long format", map[string]string{"format": strings.Repeat("x", 1<<16)}, `the metadata name the format "xxx`},
		{"long version", map[string]string{"version": strings.Repeat("x", 1<<16)}, `the metadata name the version "xxx`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := flows.Read(t.Context(), bytes.NewReader(forged(t, small(), c.metadata)), nil, nil)
			require.ErrorContains(t, err, "flows: read: ")
			assert.ErrorContains(t, err, c.want)
			assert.Less(t, len(err.Error()), 1100, "whatever a file says")
		})
	}
}

// A few bytes can't ask for more than can be built.
func TestFilesThatAskForTooMuch(t *testing.T) {
	const (
		tanh     = `{"type":"nn.Activation","value":"tanh"}`
		tooLarge = "raise it by Flow.MaxNodes"
	)
	field := func(text string) string { return describing(`"Field":` + text)["flow"] }
	seq := func(n int, item string) string {
		return `{"type":"nn.Seq","items":[` + strings.Repeat(item+",", n-1) + item + `]}`
	}
	for _, c := range []struct {
		name, flow string
		want       string
	}{
		{"dimensions", `{"Dim":1099511627776}`, tooLarge},
		{"condition", `{"Dim":2,"Cond":1099511627776,"Blocks":{"type":"flows.Affine"}}`, tooLarge},
		{"exact trace", `{"Dim":8192,"Blocks":{"type":"flows.Chain","items":[` + strings.Repeat(`{"type":"flows.FFJORD","Field":`+tanh+`},`, 2) + `null]}}`,
			"take flows.Auto or flows.Hutchinson for the Trace"},
		{"steps in one graph", describing(`"Field":` + tanh + `,"Solver":{"Steps":1048576,"Unrolled":true}`)["flow"], tooLarge},
		{"steps of evaluation", describing(`"Field":` + tanh + `,"Eval":{"Steps":1048576,"Unrolled":true}`)["flow"], tooLarge},
		{"stages", describing(`"Field":` + tanh + `,"Solver":{"Steps":1,"Method":{"B":[` + strings.Repeat("0,", 1<<17) + `1]}}`)["flow"], "want one for each stage"},
		{"probes", describing(`"Field":` + tanh + `,"Trace":{"type":"flows.Hutchinson","Rand":true,"Probes":1048576}`)["flow"], tooLarge},
		{"penalties", describing(`"Field":` + tanh + `,"Penalties":[` + strings.Repeat(`{"Weight":1},`, 1<<16) + `{}]`)["flow"], "want a Regularizer"},
		{"frequencies", field(`{"type":"nn.Fourier","Freqs":1099511627776}`), tooLarge},
		{"steps of normalisation", field(`{"type":"nn.MLP","Spectral":1048576}`), tooLarge},
		{"width of a network of the time", field(`{"type":"nn.Hyper","Hidden":1048576}`), tooLarge},
		{"layers", field(seq(1<<16, tanh)), tooLarge},
		{"loops in layers", field(seq(1<<10, `{"type":"nn.Linear","Spectral":1024}`)), tooLarge},
		{"blocks", `{"Dim":2,"Blocks":` + strings.ReplaceAll(seq(1<<14, `{"type":"flows.Permute"}`), "nn.Seq", "flows.Chain") + `}`, tooLarge},
		{"components", `{"Dim":2,"Base":{"type":"flows.GaussianMixture","Components":1048576}}`, tooLarge},
		{"depth", field(strings.Repeat(`{"type":"nn.Residual","Body":`, 200) + tanh + strings.Repeat(`}`, 200)), "deeper than 100"},
		{"values", `{"Dim":2,"Base":{"type":"flows.Normal","Loc":[` + strings.Repeat("0,", 1<<20) + `0]}}`, "more than 1048576 values"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() && c.name == "values" {
				t.Skip("reads a million numbers, as internal/describe does in its own test")
			}
			f, err := flows.Described(c.flow, seeded(1))
			if err == nil {
				f.Params, f.MaxNodes = small().Params, 1<<10 // far below that of Load, to be quick
				err = f.Compile()
			}
			assert.ErrorContains(t, err, c.want)
		})
	}
}

// What would not be loaded is not saved, and its numbers can be kept all the same.
func TestFlowTooLargeToBeLoaded(t *testing.T) {
	f := newFlow(tensor.Float32, 2, flows.FFJORD{Field: nn.MLP{}, Solver: ode.Solver{MaxSteps: 1<<20 + 1}})
	path := filepath.Join(t.TempDir(), "flow.safetensors")
	var limit *nn.LimitError
	require.ErrorAs(t, f.Save(path, nil), &limit)
	assert.Equal(t, "Blocks[0].Solver.MaxSteps", limit.What)
	require.NoError(t, f.Params.Save(path, nil))
	p, _, err := nn.LoadParams(path)
	require.NoError(t, err)
	require.NoError(t, (&flows.Flow{Dim: f.Dim, Blocks: f.Blocks, Params: p}).Compile())
	assert.Empty(t, p.Unused())
}

// What can be trained can be saved, and what is saved can be loaded, however wide.
func TestWideFlowsAreLoaded(t *testing.T) {
	auto := flows.FFJORD{Field: nn.MLP{Hidden: []int{64, 64}}, Trace: flows.Auto{Rand: seeded(1)}}
	for _, c := range []struct {
		name   string
		dim    int
		blocks []flows.Block
	}{
		{"a trace that is chosen", 3072, []flows.Block{auto}},
		{"four blocks", 2048, []flows.Block{auto, auto, auto, auto}},
		{"closed form", 8000, []flows.Block{flows.FFJORD{Field: nn.MLP{Hidden: []int{8}}}, flows.Affine{Learn: true}}},
		{"more than 8192 columns", 12288, []flows.Block{flows.Affine{Learn: true}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() && len(c.blocks) == 4 {
				t.Skip("draws a million weights, which takes too long for -short")
			}
			f := newFlow(tensor.Float32, c.dim, c.blocks...)
			path := filepath.Join(t.TempDir(), "flow.safetensors")
			require.NoError(t, f.Save(path, nil))
			loaded, err := flows.Load(t.Context(), path, seeded(1), nil)
			require.NoError(t, err)
			assert.Equal(t, f.Params.Count(), loaded.Params.Count())
		})
	}
}

// A flow that is larger than Load allows is not saved, so that no file is found useless later.
func TestGraphsTooLargeToBeLoaded(t *testing.T) {
	if testing.Short() {
		t.Skip("builds half a million nodes, which takes too long for -short")
	}
	f := newFlow(tensor.Float32, 1, flows.FFJORD{Field: nn.Seq{nn.Linear{Out: 1}, deep(34_000)}, Solver: eightSteps})
	f.MaxNodes = 1 << 22
	err := f.Save(filepath.Join(t.TempDir(), "flow.safetensors"), flows.Types{"deep": deep(0)})
	assert.ErrorContains(t, err, "the flow's graphs for Load")
	var over *graph.LimitError
	require.ErrorAs(t, err, &over)
	assert.EqualValues(t, 1<<19, over.Limit)
	assert.Greater(t, over.Need, over.Limit)
}

// deep is a layer of so many operators.
type deep int

func (d deep) Apply(_ *nn.Scope, x *graph.Node) *graph.Node {
	for range d {
		x = graph.Sin(x)
	}
	return x
}

func TestLoadNeedsTheFileAndTheTypes(t *testing.T) {
	folder := t.TempDir()
	_, err := flows.Load(t.Context(), filepath.Join(folder, "none"), nil, nil)
	assert.ErrorIs(t, err, fs.ErrNotExist)
	assert.ErrorContains(t, err, "flows: load ")

	path := filepath.Join(folder, "flow.safetensors")
	require.NoError(t, small().Save(path, flows.Types{"well": well{}}))
	_, err = flows.Load(t.Context(), path, nil, nil)
	assert.NoError(t, err, "types that the flow has not")
	_, err = flows.Load(t.Context(), path, nil, flows.Types{"nn.Seq": well{}})
	assert.ErrorContains(t, err, `types: "nn.Seq" names nn.Seq and flows_test.well, want one type`)

	f := newFlow(tensor.Float32, 2, tilted{0.5}, flows.Affine{Learn: true})
	require.NoError(t, f.Save(path, flows.Types{"tilted": tilted{}}))
	_, err = flows.Load(t.Context(), path, nil, nil)
	assert.ErrorContains(t, err, "flows: load "+path+`: Blocks[0]: the type "tilted" is unknown; if it is one of your own, name it in types`)
	_, err = flows.Load(t.Context(), path, nil, flows.Types{"tilted": well{}})
	assert.ErrorContains(t, err, `Blocks[0]: the type "tilted" is no flows.Block`)
	loaded, err := flows.Load(t.Context(), path, nil, flows.Types{"tilted": tilted{7}})
	require.NoError(t, err)
	assert.Equal(t, tilted{0.5}, loaded.Blocks.(flows.Chain)[0], "what Types hold does not matter")

	require.NoError(t, f.Params.Save(path, nil))
	_, err = flows.Load(t.Context(), path, nil, nil)
	assert.ErrorContains(t, err, `the metadata name the format "", want "ffjord-go flow"`)
}

// slow is a layer of one's own that takes its time to be built.
type slow struct{}

var slowUntil atomic.Pointer[chan struct{}]

func (slow) Apply(_ *nn.Scope, x *graph.Node) *graph.Node {
	if shut := slowUntil.Load(); shut != nil {
		<-*shut
	}
	return x
}

// Loading ends with its context, in the middle of building too.
func TestLoadingEndsWithItsContext(t *testing.T) {
	types := flows.Types{"slow": slow{}}
	file := forged(t, small(), map[string]string{"flow": `{"Dim":2,"Blocks":{"type":"flows.FFJORD","Field":{"type":"slow"}}}`})
	path := filepath.Join(t.TempDir(), "flow.safetensors")
	require.NoError(t, os.WriteFile(path, file, 0o600))
	enough, shut := errors.New("enough"), make(chan struct{})
	slowUntil.Store(&shut)
	defer close(shut)
	for name, load := range map[string]func(ctx context.Context) (*flows.Flow, error){
		"Load": func(ctx context.Context) (*flows.Flow, error) { return flows.Load(ctx, path, nil, types) },
		"Read": func(ctx context.Context) (*flows.Flow, error) {
			return flows.Read(ctx, bytes.NewReader(file), nil, types)
		},
	} {
		ctx, cancel := context.WithTimeoutCause(t.Context(), 20*time.Millisecond, enough)
		f, err := load(ctx) // it would not return before the layer, which waits for the test's end
		cancel()
		assert.Nil(t, f, name)
		assert.ErrorIs(t, err, enough, name)
	}
}

func TestEveryTruncatedFlowIsAnError(t *testing.T) {
	file := written(t, small(), nil)
	for n := range len(file) {
		_, err := flows.Read(t.Context(), bytes.NewReader(file[:n]), nil, nil)
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF, "%d bytes", n)
	}
}

// Every change of a byte is noticed. In a file without a checksum it gives an error or a flow that works and can be
// saved again.
func TestChangedBytes(t *testing.T) {
	file := written(t, small(), nil)
	name := bytes.Index(file, []byte(checksumName))
	taken := 0
	for i := range file {
		if testing.Short() && i%4 != 0 {
			continue
		}
		for _, bit := range []byte{1, 0x80} {
			changed := bytes.Clone(file)
			changed[i] ^= bit
			if i < name || i >= name+len(checksumName) {
				_, err := flows.Read(t.Context(), bytes.NewReader(changed), nil, nil)
				require.Error(t, err, "byte %d", i)
			}
			if checkStranger(t, bare(changed)) {
				taken++
			}
		}
	}
	assert.Positive(t, taken, "changed numbers are numbers")
}

const checksumName = "ffjord-go checksum"

// bare takes the checksum out of a file, by giving it a name that says nothing.
func bare(file []byte) []byte {
	return bytes.Replace(file, []byte(checksumName), []byte("any other metadata"), 1)
}

// checkStranger reads a file from a stranger and reports whether it is one of a flow, which then must work.
func checkStranger(t testing.TB, file []byte) bool {
	f, err := flows.Read(t.Context(), bytes.NewReader(file), seeded(1), own)
	if err != nil {
		return false
	}
	var b bytes.Buffer
	require.NoError(t, f.Write(&b, own))
	again, err := flows.Read(t.Context(), &b, seeded(1), own)
	require.NoError(t, err)
	x := draw(seeded(2), 1, dimOf(f), 0.1)
	ctx := t.Context()
	want, wantErr := f.Given(given(f)).LogProb(ctx, x)
	got, gotErr := again.Given(given(again)).LogProb(ctx, x)
	require.Equal(t, fmt.Sprint(wantErr), fmt.Sprint(gotErr))
	require.Equal(t, fmt.Sprint(want), fmt.Sprint(got)) // NaN where a row fails
	return true
}

// given is a condition for a flow that needs one.
func given(f *flows.Flow) *tensor.Dense {
	if f.Cond == 0 {
		return nil
	}
	return draw(seeded(3), 1, f.Cond, 1)
}

func dimOf(f *flows.Flow) int {
	if b, ok := f.Base.(interface{ Dim() int }); ok && b.Dim() > 0 {
		return b.Dim()
	}
	return f.Dim
}

// FuzzFile changes whole files.
func FuzzFile(f *testing.F) {
	f.Add(written(f, small(), nil))
	f.Add(bare(written(f, small(), nil)))
	f.Add(bare(written(f, newFlow(tensor.Float64, 1, tilted{1}, flows.MovingBatchNorm{}), own)))
	f.Add(bare(written(f, newFlow(tensor.Float64, 1, tilted{1}), own)))
	f.Add(bare(forged(f, small(), map[string]string{"version": "3"})))
	f.Add([]byte("\x00\x00\x00\x00\x00\x00\x00\x80{"))
	f.Fuzz(func(t *testing.T, file []byte) { checkStranger(t, file) })
}

// FuzzDescription changes what a file says beside its numbers.
func FuzzDescription(f *testing.F) {
	flow := small()
	for _, metadata := range []map[string]string{
		nil,
		describing(smallField + `,"Trace":{"type":"flows.Hutchinson","Probes":2,"Rand":true},"LearnT1":true`),
		describing(`"Field":{"type":"nn.MLP","Hidden":[3],"Time":{"type":"nn.Fourier","Freqs":2},"Spectral":3},"Eval":{"Method":"tsit5","RTol":0.1}`),
		describing(`"Field":{"type":"nn.Seq","items":[{"type":"nn.Residual","Body":{"type":"nn.Mixture","items":[null]}}]},"Solver":{"Steps":3,"Unrolled":true}`),
		{"flow": `{"Cond":1,"Base":{"type":"flows.GaussianMixture","Components":2,"Means":[[0,1],[-0,1e300]]},"Blocks":{"type":"flows.Permute","Order":[1,0]}}`},
		{"flow": `{"Dim":2,"Blocks":{"type":"flows.Chain","items":[{"type":"flows.Logit","Alpha":0.1},{"type":"lens","Power":1,"Method":{"Name":"x","A":[[],[1]]}}]}}`},
	} {
		file := forged(f, flow, metadata)
		_, all, err := nn.ReadParams(bytes.NewReader(file))
		require.NoError(f, err)
		f.Add(all["flow"])
	}
	f.Fuzz(func(t *testing.T, description string) {
		var b bytes.Buffer
		if flow.Params.Write(&b, map[string]string{"format": "ffjord-go flow", "version": "2", "dtype": "float32", "flow": description}) == nil {
			checkStranger(t, b.Bytes())
		}
	})
}

// Files of version 1 mean by dopri8 what has become dop853.
func TestOldNameOfDop853(t *testing.T) {
	f := newFlow(tensor.Float32, 2, flows.FFJORD{Field: nn.MLP{Hidden: []int{4}}, Solver: ode.Solver{Method: ode.Dopri8}})
	for version, want := range map[string]*ode.Tableau{"1": ode.Dop853, "2": ode.Dopri8} {
		loaded, err := flows.Read(t.Context(), bytes.NewReader(forged(t, f, map[string]string{"version": version})), nil, nil)
		require.NoError(t, err)
		assert.Same(t, want, loaded.Blocks.(flows.Chain)[0].(flows.FFJORD).Solver.Method)
	}
}
