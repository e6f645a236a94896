package nn_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/nlpodyssey/safetensors"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"
	"pgregory.net/rapid"

	"github.com/go-ffjord/ffjord/graph"
	"github.com/go-ffjord/ffjord/nn"
)

// pair is the model of the tests of files: "a" (1, 2) and "b" (2, 1), in this order, with values 1, 2 and 3, 4.
func pair(t testing.TB, dtype tensor.Dtype) *nn.Params {
	p := &nn.Params{Rand: rand.New(rand.NewPCG(1, 0)), Dtype: dtype}
	next := 0.
	count := func(_ *rand.Rand, dst []float64, _, _ int) {
		for i := range dst {
			next++
			dst[i] = next
		}
	}
	ask(t, p, want{"a", 1, 2, count}, want{"b", 2, 1, count})
	return p
}

// want is a parameter that a layer asks for.
type want struct {
	name       string
	rows, cols int
	init       nn.Init
}

// ask makes parameters.
func ask(t testing.TB, p *nn.Params, wants ...want) {
	_, err := graph.Build(p.DtypeOrDefault(), 1, func(g *graph.Graph) {
		s := nn.NewScope(g, p, "", nil)
		for _, w := range wants {
			s.Param(w.name, w.init, w.rows, w.cols)
		}
	})
	require.NoError(t, err)
}

// bits returns the bit patterns of all values in order.
func bits(p *nn.Params) (out []uint64) {
	for q := range p.All() {
		switch data := q.Value().Data().(type) {
		case []float32:
			for _, v := range data {
				out = append(out, uint64(math.Float32bits(v)))
			}
		case []float64:
			for _, v := range data {
				out = append(out, math.Float64bits(v))
			}
		}
	}
	return out
}

// file puts a safetensors file together.
func file(header string, data ...float32) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	b = append(b, header...)
	for _, v := range data {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

func tensorEntry(name, dtype string, rows, cols, from, to int) string {
	return fmt.Sprintf(`%q:{"dtype":%q,"shape":[%d,%d],"data_offsets":[%d,%d]}`, name, dtype, rows, cols, from, to)
}

var (
	entryA = tensorEntry("a", "F32", 1, 2, 0, 8)
	entryB = tensorEntry("b", "F32", 2, 1, 8, 16)
)

func TestWrittenBytes(t *testing.T) {
	const zeros = "00000000"
	header := `{"__metadata__":{"by":"test","ffjord-go checksum":"` + zeros + `"},` + entryA + `,` + entryB + `}`
	header += strings.Repeat(" ", 7-(len(header)+7)%8)
	plain := string(file(header, 1, 2, 3, 4))
	want := strings.Replace(plain, zeros, fmt.Sprintf("%08x", crc32.Checksum([]byte(plain), crc32.MakeTable(crc32.Castagnoli))), 1)
	for range 3 {
		var got bytes.Buffer
		require.NoError(t, pair(t, tensor.Float32).Write(&got, map[string]string{"by": "test"}))
		assert.Equal(t, want, got.String())
	}
}

func TestWrittenFileInAnotherReader(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, pair(t, tensor.Float64).Write(&b, map[string]string{"k": "<v>"}))
	f, err := safetensors.Deserialize(b.Bytes())
	require.NoError(t, err)
	assert.Equal(t, 2, f.Len())
	v, ok := f.Tensor("b")
	require.True(t, ok)
	assert.Equal(t, safetensors.F64, v.DType())
	assert.Equal(t, []uint64{2, 1}, v.Shape())
	assert.Equal(t, 3., math.Float64frombits(binary.LittleEndian.Uint64(v.Data())))
}

func TestRoundTripIsExact(t *testing.T) {
	for _, dtype := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
		t.Run(dtype.String(), func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				p, q := pair(t, dtype), pair(t, dtype)
				for param := range p.All() {
					switch data := param.Value().Data().(type) {
					case []float32: // the generator covers -0, denormals and the largest number
						for i := range data {
							data[i] = rapid.Float32().Filter(func(v float32) bool { return finite(float64(v)) }).Draw(r, "v")
						}
					case []float64:
						for i := range data {
							data[i] = rapid.Float64().Filter(finite).Draw(r, "v")
						}
					}
				}
				metadata := rapid.MapOfN(rapid.String(), rapid.String(), 1, 4).Draw(r, "metadata")
				var b bytes.Buffer
				require.NoError(r, p.Write(&b, metadata))
				got, err := q.Read(iotest.OneByteReader(&b))
				require.NoError(r, err)
				assert.Equal(r, metadata, got)
				assert.Equal(r, bits(p), bits(q))
			})
		})
	}
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func TestSpecialValuesSurvive(t *testing.T) {
	p, q := pair(t, tensor.Float64), pair(t, tensor.Float64)
	copy(values(p.Get("a")), []float64{math.Copysign(0, -1), math.SmallestNonzeroFloat64})
	copy(values(p.Get("b")), []float64{math.MaxFloat64, -math.Pi})
	var b bytes.Buffer
	require.NoError(t, p.Write(&b, nil))
	metadata, err := q.Read(&b)
	require.NoError(t, err)
	assert.Nil(t, metadata)
	assert.Equal(t, bits(p), bits(q))
}

func TestLoadKeepsTheStorage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weights.safetensors")
	p := pair(t, tensor.Float32)
	require.NoError(t, p.Save(path, map[string]string{"epoch": "3"}))
	a := p.Get("a")
	held, gradient := a.Value().Data().([]float32), mustGrad(t, a)
	held[0], gradient[0] = 100, 7
	metadata, err := p.Load(path)
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"epoch": "3"}, metadata)
	assert.Equal(t, []float32{1, 2}, held, "who shares the values sees the new ones")
	assert.Same(t, a, p.Get("a"))
	assert.Equal(t, []float32{7, 0}, gradient, "the gradient stays")
}

func mustGrad(t *testing.T, q *nn.Param) []float32 {
	g, err := q.Grad()
	require.NoError(t, err)
	return g.Data().([]float32)
}

func TestReadTakesWhatTheFormatAllows(t *testing.T) {
	p := pair(t, tensor.Float32)
	swapped := `{` + tensorEntry("b", "F32", 2, 1, 0, 8) + `,"__metadata__":{},` + tensorEntry("a", "F32", 1, 2, 8, 16) + "}  \n"
	metadata, err := p.Read(bytes.NewReader(file(swapped, 30, 40, 10, 20)))
	require.NoError(t, err)
	assert.Empty(t, metadata)
	assert.Equal(t, []float32{10, 20}, p.Get("a").Value().Data())
	assert.Equal(t, []float32{30, 40}, p.Get("b").Value().Data())
}

func TestWrongFilesNameTheTensor(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(-1))
	both := `{` + entryA + `,` + entryB + `}`
	entry := func(e string) []byte { return file(`{`+entryA+`,`+e+`}`, 1, 2, 3, 4) }
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "header: 0 bytes, want 8 for its length"},
		{"missing", file(`{`+entryA+`}`, 1, 2), `tensor "b" is missing; the model has it as F32 of shape (2, 1)`},
		{"nothing at all", file(`{}`), `tensor "a" is missing; the model has it as F32 of shape (1, 2)`},
		{"extra", file(`{`+entryA+`,`+entryB+`,`+tensorEntry("c", "F32", 1, 1, 16, 20)+`}`, 1, 2, 3, 4, 5), `tensor "c" is not of this model`},
		{"transposed", entry(tensorEntry("b", "F32", 1, 2, 8, 16)), `tensor "b" has shape [1 2], want (2, 1)`},
		{"vector", entry(`"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}`), `tensor "b" has shape [2], want (2, 1)`},
		{"float64", entry(tensorEntry("b", "F64", 2, 1, 8, 24)), `tensor "b" has elements F64, want F32`},
		{"integers", entry(tensorEntry("b", "I32", 2, 1, 8, 16)), `tensor "b" has elements I32, want F32`},
		{"unknown type", entry(tensorEntry("b", "F8", 2, 1, 8, 16)), `tensor "b" has elements F8, want F32`},

		{"huge tensor", entry(`"b":{"dtype":"F32","shape":[1073741824,1073741824],"data_offsets":[8,4611686018427387912]}`), `tensor "b" has shape [1073741824 1073741824], want (2, 1)`},

		{"cut in the first tensor", file(both, 1), `tensor "a": the data end after 4 of its 8 bytes`},
		{"longer", file(both, 1, 2, 3, 4, 5), `bytes follow the last tensor, "b"`},
		{"NaN", file(both, 1, 2, 3, nan), `parameter "b": element (1, 0) is NaN, want a finite number`},
		{"Inf", file(both, 1, inf, 3, 4), `parameter "a": element (0, 1) is -Inf, want a finite number`},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := pair(t, tensor.Float32)
			before := bits(p)
			metadata, err := p.Read(bytes.NewReader(c.file))
			require.Error(t, err)
			assert.Nil(t, metadata)
			assert.ErrorContains(t, err, "nn: read: ")
			assert.ErrorContains(t, err, c.want)
			assert.Equal(t, before, bits(p), "nothing changed")
		})
	}
}

func TestEveryTruncationIsAnError(t *testing.T) {
	var b bytes.Buffer
	p := pair(t, tensor.Float64)
	require.NoError(t, p.Write(&b, map[string]string{"k": "v"}))
	before := bits(p)
	for n := range b.Len() {
		_, err := p.Read(bytes.NewReader(b.Bytes()[:n]))
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF, "%d bytes", n)
	}
	assert.Equal(t, before, bits(p))
}

func TestReaderFailureIsPassedOn(t *testing.T) {
	var b bytes.Buffer
	p := pair(t, tensor.Float32)
	require.NoError(t, p.Write(&b, nil))
	broken := errors.New("the disk is gone")
	for _, n := range []int{0, 4, 20, b.Len() - 2, b.Len()} {
		_, err := p.Read(io.MultiReader(bytes.NewReader(b.Bytes()[:n]), iotest.ErrReader(broken)))
		assert.ErrorIs(t, err, broken, "after %d bytes", n)
	}
}

func TestRefusesToWriteWhatCannotBeRead(t *testing.T) {
	withNaN := pair(t, tensor.Float32)
	withNaN.Get("b").Value().Data().([]float32)[1] = float32(math.NaN())
	named := func(name string) *nn.Params {
		p := newParams()
		ask(t, p, want{name, 1, 1, nil})
		return p
	}
	for _, c := range []struct {
		name     string
		params   *nn.Params
		metadata map[string]string
		want     string
	}{
		{"empty", newParams(), nil, "there are no parameters yet; build the model first"},
		{"NaN", withNaN, nil, `parameter "b": element (1, 0) is NaN`},
		{"reserved name", named("__metadata__"), nil, `tensor "__metadata__": the format has no such name`},
		{"name", named("\xff"), nil, `tensor "\xff": the format has no such name`},
		{"metadata", pair(t, tensor.Float32), map[string]string{"k": "\xff"}, `metadata "k": "\xff" is not UTF-8`},
		{"long metadata", pair(t, tensor.Float32), map[string]string{"k": strings.Repeat("x", 16<<20)}, "needs at least 16.8 MB, the limit is 16.8 MB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "old")
			require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
			err := c.params.Save(path, c.metadata)
			require.Error(t, err)
			assert.ErrorContains(t, err, "nn: save "+path)
			assert.ErrorContains(t, err, c.want)
			old, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, "old", string(old))

			var b bytes.Buffer
			assert.ErrorContains(t, c.params.Write(&b, c.metadata), c.want)
			assert.Zero(t, b.Len())
		})
	}
}

func TestLoadNeedsTheModelAndTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weights.safetensors")
	require.NoError(t, pair(t, tensor.Float32).Save(path, nil))
	_, err := newParams().Load(path)
	assert.ErrorContains(t, err, path+": there are no parameters yet; build the model first")
	_, err = pair(t, tensor.Float32).Load(path + "x")
	assert.ErrorIs(t, err, fs.ErrNotExist)
	assert.ErrorContains(t, err, path+"x")
	_, err = pair(t, tensor.Float64).Load(path)
	assert.ErrorContains(t, err, path+`: tensor "a" has elements F32, want F64`)
	assert.Error(t, pair(t, tensor.Float32).Save(filepath.Join(path, "under", "a file"), nil))
}

func FuzzRead(f *testing.F) {
	both := `{` + entryA + `,` + entryB + `}`
	f.Add(file(both, 1, 2, 3, 4))
	f.Add(file(`{"__metadata__":{"k":"v"},`+both[1:], 1, 2, 3, float32(math.NaN())))
	f.Add(file(`{`+entryA+`,`+entryB+`,`+entryA+`}`, 1, 2, 3, 4))
	f.Add(file(`{"a":{"dtype":"F32","shape":[4611686018427387905,1],"data_offsets":[0,4]}}`, 1))
	f.Add(binary.LittleEndian.AppendUint64(nil, math.MaxUint64))
	f.Fuzz(func(t *testing.T, data []byte) {
		p := pair(t, tensor.Float32)
		before := bits(p)
		metadata, err := p.Read(bytes.NewReader(data))
		if err != nil {
			require.Equal(t, before, bits(p), "nothing changed")
			return
		}
		other, err := safetensors.Deserialize(data)
		require.NoError(t, err, "what is taken is valid for another reader")
		i := 0
		after := bits(p)
		for q := range p.All() {
			v, _ := other.Tensor(q.Name())
			for b := v.Data(); len(b) > 0; b = b[4:] {
				require.EqualValues(t, binary.LittleEndian.Uint32(b), after[i])
				i++
			}
		}
		require.NoError(t, p.Write(io.Discard, metadata))
	})
}
