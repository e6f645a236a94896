package flows_test

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// oldFlow is the flow of the files in testdata/format.
func oldFlow(t *testing.T, dtype tensor.Dtype) *flows.Flow {
	f := &flows.Flow{
		Cond: 1, Base: flows.GaussianMixture{Means: [][]float64{{-1, 0}, {1, 0.5}}, Learn: true},
		Blocks: flows.Chain{
			flows.FFJORD{Field: nn.MLP{Hidden: []int{3}, Time: nn.ConcatSquash{}, Act: nn.Swish{}}, T0: 0.25, T1: -0.5, LearnT1: true,
				Solver: ode.Solver{Method: ode.Tsit5, Steps: 3}, Eval: &ode.Solver{RTol: 1e-3, ATol: 1e-4}},
			flows.MovingBatchNorm{},
			flows.FFJORD{Field: nn.MLP{Hidden: []int{2, 2}, Time: nn.Fourier{Freqs: 2}, Act: nn.ELU, Spectral: 3},
				Trace: flows.Hutchinson{Rand: seeded(1)}, EvalTrace: flows.Exact{}, Solver: ode.Solver{Steps: 4},
				Penalties: []flows.Penalty{{Of: flows.Kinetic, Weight: 0.01}}},
			flows.Standardize{Mean: []float64{0.1, -7}, Std: []float64{2, 1. / 3}},
		},
		Params: &nn.Params{Rand: seeded(1), Dtype: dtype},
	}
	require.NoError(t, f.Compile())
	i := 0
	for p := range f.Params.All() {
		v := p.Numbers()
		for j := range v {
			v[j] = float64((37*i+11*j)%23-11) / 32
			if strings.HasSuffix(p.Name(), "variance") || strings.HasPrefix(p.Name(), "block3.") {
				v[j]++
			}
		}
		require.NoError(t, p.Set(v))
		i++
	}
	return f
}

// Files of every version load, and give the log-densities that they gave when they were written: bit for bit those of
// the same flow built in Go today, and up to rounding the values of the day.
func TestFilesOfEveryVersionLoad(t *testing.T) {
	x := tensor.New(tensor.WithShape(4, 2), tensor.WithBacking([]float64{0, -7, 1, -6.5, -2, -7.25, 3, -8}))
	c := tensor.New(tensor.WithShape(4, 1), tensor.WithBacking([]float64{0, 1, -1, 0.5}))
	then := []float64{-70.9383812254698, -63.02798210727127, -79.88995961063173, -90.16314018295607}
	for _, file := range []struct {
		name      string
		dtype     tensor.Dtype
		tolerance float64 // relative
	}{
		{"v1_float32", tensor.Float32, 1e-5}, // a hundred roundings
		{"v1_float64", tensor.Float64, 1e-13},
		{"v2_float32", tensor.Float32, 1e-5},
		{"v2_float64", tensor.Float64, 1e-13},
	} {
		t.Run(file.name, func(t *testing.T) {
			f, err := flows.Load(t.Context(), filepath.Join("testdata", "format", file.name+".safetensors"), seeded(1), nil)
			require.NoError(t, err)
			got, err := f.Given(c).LogProb(t.Context(), x)
			require.NoError(t, err)
			want, err := oldFlow(t, file.dtype).Given(c).LogProb(t.Context(), x)
			require.NoError(t, err)
			assert.Equal(t, want, got, "bit for bit")
			for i := range then {
				assert.InEpsilon(t, then[i], got[i], file.tolerance)
			}
		})
	}
}

// What is saved today has the bytes of the newest files.
func TestSavedBytesAreThoseOfTheNewestVersion(t *testing.T) {
	for name, dtype := range map[string]tensor.Dtype{"v2_float32": tensor.Float32, "v2_float64": tensor.Float64} {
		want, err := os.ReadFile(filepath.Join("testdata", "format", name+".safetensors"))
		require.NoError(t, err)
		assert.Equal(t, string(want), string(written(t, oldFlow(t, dtype), nil)), name)
	}
}

// A flow that learns nothing keeps its element type.
func TestFlowWithoutParametersIsSaved(t *testing.T) {
	for _, dtype := range dtypes {
		f := newFlow(dtype, 2, flows.FFJORD{Field: nn.Tanh, Solver: steps})
		loaded, err := flows.Read(t.Context(), bytes.NewReader(written(t, f, nil)), nil, nil)
		require.NoError(t, err)
		assert.Equal(t, dtype, loaded.Params.DtypeOrDefault())
		x := draw(seeded(2), 5, 2, 1)
		assert.Equal(t, logProb(t, f, x), logProb(t, loaded, x))
	}
}

func TestErrorsOfFilesAreTold(t *testing.T) {
	var version *flows.VersionError
	_, err := flows.Read(t.Context(), bytes.NewReader(forged(t, small(), map[string]string{"version": "7"})), nil, nil)
	require.ErrorAs(t, err, &version)
	assert.Equal(t, 7, version.Version)

	var unknown *flows.UnknownTypeError
	file := written(t, newFlow(tensor.Float32, 2, flows.Chain{tilted{0.5}}), flows.Types{"tilted": tilted{}})
	_, err = flows.Read(t.Context(), bytes.NewReader(file), nil, nil)
	require.ErrorAs(t, err, &unknown)
	assert.Equal(t, "tilted", unknown.Name)

	var unnamed *flows.UnnamedTypeError
	err = newFlow(tensor.Float32, 2, tilted{0.5}).Write(&bytes.Buffer{}, nil)
	require.ErrorAs(t, err, &unnamed)
	assert.Equal(t, "flows_test.tilted", unnamed.Type.String())

	var wrong *nn.TensorError
	_, err = flows.Read(t.Context(), bytes.NewReader(forged(t, small(), describing(`"Field":{"type":"nn.MLP","Hidden":[5]}`))), nil, nil)
	require.ErrorAs(t, err, &wrong)
	assert.Equal(t, "block0.0.weight", wrong.Tensor)
	assert.ErrorIs(t, err, nn.ErrShape)

	var damaged *nn.DamagedError
	file = written(t, small(), nil)
	file[len(file)-1] ^= 1
	_, err = flows.Read(t.Context(), bytes.NewReader(file), nil, nil)
	require.ErrorAs(t, err, &damaged)
}

// A few bytes can't ask for a year of steps, and half a gigabyte of a foreign tensor is not read.
func TestFilesThatAskForTooMuchLater(t *testing.T) {
	for _, solver := range []string{`"Solver":{"MaxSteps":1125899906842624}`, `"Solver":{"Steps":1099511627776}`, `"Eval":{"Steps":1048577}`} {
		_, err := flows.Read(t.Context(), bytes.NewReader(forged(t, small(), describing(`"Field":{"type":"nn.MLP"},`+solver))), nil, nil)
		var limit *nn.LimitError
		require.ErrorAs(t, err, &limit, solver)
		assert.EqualValues(t, 1<<20, limit.Limit)
		assert.True(t, strings.HasPrefix(limit.What, "Blocks[0]."), limit.What)
	}
	_, err := flows.Read(t.Context(), bytes.NewReader(forged(t, small(), describing(`"Field":{"type":"nn.MLP"},"Solver":{"MaxRecord":1099511627776}`))), nil, nil)
	var record *nn.LimitError
	require.ErrorAs(t, err, &record)
	assert.Equal(t, "Blocks[0].Solver.MaxRecord", record.What)

	path := filepath.Join(t.TempDir(), "sparse.safetensors")
	f := small()
	require.NoError(t, f.Compile())
	require.NoError(t, f.Params.Import(saveForeign(t, path, f), nil), "the file is whole")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = flows.Load(t.Context(), path, nil, nil)
	runtime.ReadMemStats(&after)
	assert.ErrorIs(t, err, nn.ErrForeign)
	assert.ErrorContains(t, err, `tensor "foreign" is not of this model`)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(16<<20))
}

// saveForeign saves the flow with a tensor of half a gigabyte too many, without a checksum.
func saveForeign(t *testing.T, path string, f *flows.Flow) string {
	file := bare(written(t, f, nil))
	n := int(file[0]) | int(file[1])<<8
	header := strings.TrimRight(string(file[8:8+n]), " ")
	numbers := file[8+n:]
	from, to := len(numbers), len(numbers)+1<<29
	header = header[:len(header)-1] + `,"foreign":{"dtype":"F32","shape":[8192,16384],"data_offsets":[` + strconv.Itoa(from) + `,` + strconv.Itoa(to) + `]}}`
	out := []byte{byte(len(header)), byte(len(header) >> 8), 0, 0, 0, 0, 0, 0}
	out = append(append(out, header...), numbers...)
	require.NoError(t, os.WriteFile(path, out, 0o600))
	require.NoError(t, os.Truncate(path, int64(len(out))+1<<29))
	require.Less(t, len(header), math.MaxUint16)
	return path
}
