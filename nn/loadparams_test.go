package nn_test

import (
	"bytes"
	"encoding/binary"
	"io/fs"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/nlpodyssey/safetensors"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// written returns parameters as a file.
func written(t testing.TB, p *nn.Params) *bytes.Buffer {
	var b bytes.Buffer
	require.NoError(t, p.Write(&b, map[string]string{"by": "test"}))
	return &b
}

func TestModelOverAFileIsTheModelThatWasSaved(t *testing.T) {
	for _, dtype := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
		t.Run(dtype.String(), func(t *testing.T) {
			l := nn.MLP{Hidden: []int{11, 4}, Time: nn.ConcatSquash{}, Act: nn.Swish{}}
			saved := &nn.Params{Rand: rand.New(rand.NewPCG(1, 2)), Dtype: dtype}
			build(t, l, saved, 2)
			path := filepath.Join(t.TempDir(), "model.safetensors")
			require.NoError(t, saved.Save(path, map[string]string{"by": "test"}))

			loaded, metadata, err := nn.LoadParams(path)
			require.NoError(t, err)
			assert.Equal(t, map[string]string{"by": "test"}, metadata)
			assert.Equal(t, dtype, loaded.DtypeOrDefault())
			assert.Len(t, loaded.Unused(), saved.Len(), "nothing is asked for yet")
			assert.Equal(t, saved.Count(), loaded.Count())

			build(t, l, loaded, 2)
			assert.Empty(t, loaded.Unused())
			assert.Equal(t, describe(saved), describe(loaded), "in the model's order, which is not that of the file")
			assert.Equal(t, bits(saved), bits(loaded), "no number has changed")
			build(t, l, loaded, 2)
			assert.Equal(t, describe(saved), describe(loaded), "a second graph changes nothing")
			assert.Equal(t, written(t, saved).Bytes(), written(t, loaded).Bytes(), "saved again it is the same file")
		})
	}
}

func TestOrderOfAFileAndOfItsModel(t *testing.T) {
	entry := func(name string, at int) string { return tensorEntry(name, "F32", 1, 1, 4*at, 4*at+4) }
	p, _, err := nn.ReadParams(bytes.NewReader(file(
		`{`+entry("d", 3)+`,`+entry("b", 0)+`,`+entry("a", 1)+`,`+entry("c", 2)+`}`, 10, 11, 12, 13)))
	require.NoError(t, err)
	assert.Equal(t, []string{"b", "a", "c", "d"}, names(p), "where their numbers lie")
	one := func(name string) want { return want{name, 1, 1, nil} }
	for _, c := range []struct {
		ask    want
		order  []string
		unused []string
	}{
		{one("c"), []string{"c", "b", "a", "d"}, []string{"b", "a", "d"}},
		{one("b"), []string{"c", "b", "a", "d"}, []string{"a", "d"}},
		{one("c"), []string{"c", "b", "a", "d"}, []string{"a", "d"}},
		{one("d"), []string{"c", "b", "d", "a"}, []string{"a"}},
	} {
		ask(t, p, c.ask)
		assert.Equal(t, c.order, names(p), "after %s", c.ask.name)
		assert.Equal(t, c.unused, p.Unused(), "after %s", c.ask.name)
		assert.Equal(t, 4, p.Len())
	}
	assert.Equal(t, []float64{12}, p.Get("c").Numbers())
	gradient, err := p.Get("c").Grad()
	require.NoError(t, err)
	assert.Equal(t, []float32{0}, gradient.Data())

	p.Rand = rand.New(rand.NewPCG(1, 2))
	ask(t, p, want{"new", 1, 1, nn.Constant(7)})
	assert.Equal(t, []string{"c", "b", "d", "new", "a"}, names(p), "with Rand, what the file lacks is drawn")
	assert.Equal(t, []string{"a"}, p.Unused())
}

func TestModelThatAsksForMoreThanTheFile(t *testing.T) {
	for _, c := range []struct {
		name string
		ask  want
		want string
	}{
		{"missing", want{"c", 2, 3, nil}, `nn: parameter "c" (2, 3) is missing from the file that the others came from`},
		{"another shape", want{"a", 2, 1, nil}, `nn: parameter "a" has shape (1, 2), and a layer asks for (2, 1)`},
		{"huge", want{"c", 1 << 30, 3, nil}, `is missing from the file`},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, _, err := nn.ReadParams(written(t, pair(t, tensor.Float32)))
			require.NoError(t, err)
			_, err = graph.Build(tensor.Float32, 1, func(g *graph.Graph) {
				nn.NewScope(g, p, "", nil).Param(c.ask.name, nil, c.ask.rows, c.ask.cols)
			})
			assert.ErrorContains(t, err, c.want)
			assert.Equal(t, []string{"a", "b"}, p.Unused(), "what failed is not used")
		})
	}
}

func TestParametersOfAFileLoadAndSave(t *testing.T) {
	p, _, err := nn.ReadParams(written(t, pair(t, tensor.Float32)))
	require.NoError(t, err)
	other := pair(t, tensor.Float32)
	require.NoError(t, other.Get("a").Set([]float64{-1, -2}))
	_, err = p.Read(written(t, other))
	require.NoError(t, err)
	assert.Equal(t, []float64{-1, -2}, p.Get("a").Numbers())
	assert.Equal(t, written(t, other).Bytes(), written(t, p).Bytes())
}

func TestFilesThatMakeNoParameters(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	entry := func(e string) []byte { return file(`{`+entryA+`,`+e+`}`, 1, 2, 3, 4) }
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "header: 0 bytes, want 8 for its length"},
		{"no tensors", file(`{"__metadata__":{"k":"v"}}`), "there are no tensors"},
		{"vector", entry(`"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}`), `tensor "b" has shape [2], want a matrix of at least (1, 1)`},
		{"three axes", entry(`"b":{"dtype":"F32","shape":[2,1,1],"data_offsets":[8,16]}`), `tensor "b" has shape [2 1 1], want a matrix`},
		{"no rows", entry(tensorEntry("b", "F32", 0, 2, 8, 8)), `tensor "b" has shape [0 2], want a matrix of at least (1, 1)`},
		{"integers", file(`{`+tensorEntry("a", "I32", 1, 1, 0, 4)+`}`, 1), `tensor "a" has elements I32, want F32 or F64`},
		{"half", file(`{`+tensorEntry("a", "F16", 1, 2, 0, 4)+`}`, 1), `tensor "a" has elements F16, want F32 or F64`},
		{"two types", entry(tensorEntry("b", "F64", 1, 1, 8, 16)), `tensor "b" has elements F64, and tensor "a" has F32: want one type`},
		{"NaN", file(`{`+entryA+`,`+entryB+`}`, 1, 2, 3, nan), `parameter "b": element (1, 0) is NaN, want a finite number`},
		{"Inf", file(`{`+entryA+`,`+entryB+`}`, 1, inf, 3, 4), `parameter "a": element (0, 1) is +Inf`},
		{"twice", file(`{`+entryA+`,`+entryA+`}`, 1, 2), `header: "a" stands in it twice`},
		{"longer", file(`{`+entryA+`}`, 1, 2, 3), `bytes follow the last tensor, "a"`},
		{"cut", file(`{`+entryA+`,`+entryB+`}`, 1, 2, 3), `tensor "b": the data end after 4 of its 8 bytes`},
		{"promise of a terabyte", file(`{"a":{"dtype":"F32","shape":[1048576,262144],"data_offsets":[0,1099511627776]}}`, 1, 2), `tensor "a": the data end after 8 of its 1099511627776 bytes`},
		{"offsets beyond int64", file(`{"a":{"dtype":"F32","shape":[2305843009213693952,1],"data_offsets":[0,9223372036854775808]}}`, 1), `tensor "a": it ends at byte 9223372036854775808, want at most 9223372036854775807`},
		{"negative sizes by overflow", file(`{"a":{"dtype":"F32","shape":[0,9223372036854775808],"data_offsets":[0,0]}}`), `tensor "a" has shape [0 9223372036854775808], want a matrix`},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, metadata, err := nn.ReadParams(bytes.NewReader(c.file))
			require.Error(t, err)
			assert.Nil(t, p)
			assert.Nil(t, metadata)
			assert.ErrorContains(t, err, "nn: read parameters: ")
			assert.ErrorContains(t, err, c.want)
		})
	}
	_, _, err := nn.LoadParams(filepath.Join(t.TempDir(), "nowhere"))
	assert.ErrorIs(t, err, fs.ErrNotExist)
}

func FuzzReadParams(f *testing.F) {
	both := `{` + entryA + `,` + entryB + `}`
	f.Add(file(both, 1, 2, 3, 4))
	f.Add(file(`{"__metadata__":{"k":"v"},`+both[1:], 1, 2, 3, float32(math.NaN())))
	f.Add(file(`{`+tensorEntry("a", "F64", 1, 1, 0, 8)+`}`, 1, 2))
	f.Add(file(`{"a":{"dtype":"F32","shape":[2305843009213693952,1],"data_offsets":[0,9223372036854775808]}}`, 1))
	f.Add(file(`{"a":{"dtype":"F32","shape":[0,9223372036854775808],"data_offsets":[0,0]}}`))
	f.Add(binary.LittleEndian.AppendUint64(nil, math.MaxUint64))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, metadata, err := nn.ReadParams(bytes.NewReader(data))
		if err != nil {
			require.Nil(t, p)
			return
		}
		other, err := safetensors.Deserialize(data)
		require.NoError(t, err, "what is taken is valid for another reader")
		require.Equal(t, other.Len(), p.Len())
		require.Equal(t, names(p), p.Unused())
		for q := range p.All() {
			v, ok := other.Tensor(q.Name())
			require.True(t, ok)
			rows, cols := q.Shape()
			require.Equal(t, []uint64{uint64(rows), uint64(cols)}, v.Shape())
			at := q.Numbers()
			for i := range at {
				if v.DType() == safetensors.F64 {
					require.Equal(t, binary.LittleEndian.Uint64(v.Data()[8*i:]), math.Float64bits(at[i]))
				} else {
					require.Equal(t, binary.LittleEndian.Uint32(v.Data()[4*i:]), math.Float32bits(float32(at[i])))
				}
			}
		}
		var again bytes.Buffer
		require.NoError(t, p.Write(&again, metadata))
		back, _, err := nn.ReadParams(&again)
		require.NoError(t, err)
		require.Equal(t, p.Count(), back.Count())
	})
}
