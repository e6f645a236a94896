package nn_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nlpodyssey/safetensors"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/nn"
)

// foreign is a tensor of another framework's file.
type foreign struct {
	name  string
	dtype string
	shape []uint64
	data  []byte
}

// foreignFile puts such a file together.
func foreignFile(tensors ...foreign) []byte {
	var entries []string
	var data []byte
	for _, f := range tensors {
		shape := strings.ReplaceAll(fmt.Sprint(f.shape), " ", ",")
		entries = append(entries, fmt.Sprintf(`%q:{"dtype":"%v","shape":%s,"data_offsets":[%d,%d]}`,
			f.name, f.dtype, shape, len(data), len(data)+len(f.data)))
		data = append(data, f.data...)
	}
	return append(file("{"+strings.Join(entries, ",")+"}"), data...)
}

func f32(v ...float32) (b []byte) {
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

func f64(v ...float64) (b []byte) {
	for _, x := range v {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
	}
	return b
}

func u16(v ...uint16) (b []byte) {
	for _, x := range v {
		b = binary.LittleEndian.AppendUint16(b, x)
	}
	return b
}

// The network of the paper's code, as PyTorch saves it, gives the values that its formula has.
func TestImportOfAForeignNetwork(t *testing.T) {
	l := nn.MLP{Hidden: []int{3}, Time: nn.ConcatSquash{}, Act: nn.Swish{}}
	p := newParams()
	build(t, l, p, 2)
	shuffleValues(p)

	// What the other framework holds: weights (out, in), vectors without a row, and one β for all activations.
	net := map[string][]float64{}
	var tensors []foreign
	for i, sizes := range [][2]int{{2, 3}, {3, 2}} {
		in, out := sizes[0], sizes[1]
		for name, n := range map[string]int{"_layer.weight": in * out, "_layer.bias": out, "_hyper_gate.weight": out, "_hyper_gate.bias": out, "_hyper_bias.weight": out} {
			full := fmt.Sprintf("layers.%d.%s", i, name)
			shape := []uint64{uint64(out)}
			switch {
			case name == "_layer.weight":
				shape = append(shape, uint64(in))
			case strings.HasSuffix(name, ".weight"):
				shape = append(shape, 1)
			}
			for k := range n {
				net[full] = append(net[full], math.Sin(float64(len(full)+7*k+3*i+in*len(name))))
			}
			tensors = append(tensors, foreign{full, "F64", shape, f64(net[full]...)})
		}
	}
	tensors = append(tensors,
		foreign{"beta", "F64", nil, f64(1.5)},
		foreign{"steps", "I64", []uint64{1}, make([]byte, 8)})
	path := filepath.Join(t.TempDir(), "torch.safetensors")
	require.NoError(t, os.WriteFile(path, foreignFile(tensors...), 0o600))

	theirs := map[string]string{"weight": "_layer.weight", "bias": "_layer.bias", "gate_weight": "_hyper_gate.weight",
		"gate_bias": "_hyper_gate.bias", "shift_weight": "_hyper_bias.weight"}
	require.NoError(t, p.Import(path, func(param string) nn.Source {
		scope, name, _ := strings.Cut(param, ".")
		if name == "beta" {
			return nn.Source{Tensor: "beta"}
		}
		return nn.Source{Tensor: "layers." + scope + "." + theirs[name], Transpose: strings.HasSuffix(name, "weight")}
	}))

	// y = (W·x + b) ⊙ σ(a·t + c) + u·t in column vectors, W (out, in)
	layer := func(i, in, out int, t float64, x []float64) []float64 {
		at := func(name string) []float64 { return net[fmt.Sprintf("layers.%d.%s", i, name)] }
		y := make([]float64, out)
		for j := range out {
			y[j] = at("_layer.bias")[j]
			for k := range in {
				y[j] += at("_layer.weight")[j*in+k] * x[k]
			}
			y[j] = y[j]*sigmoid(at("_hyper_gate.weight")[j]*t+at("_hyper_gate.bias")[j]) + at("_hyper_bias.weight")[j]*t
		}
		return y
	}
	got := evaluate(t, l, p, "", someRows, someTimes)
	for i, x := range someRows {
		h := each(func(v float64) float64 { return v * sigmoid(1.5*v) }, layer(0, 2, 3, someTimes[i], x))
		assert.InDeltaSlice(t, layer(1, 3, 2, someTimes[i], h), got[i], 1e-14, "sums of three terms of size 1")
	}
}

func TestImportedNumbers(t *testing.T) {
	for _, c := range []struct {
		name      string
		tensor    foreign
		transpose bool
		want      []float64 // of "w" (2, 3), "r" (1, 2) or "n" (1, 1)
	}{
		{"matrix", foreign{"w", "F32", []uint64{2, 3}, f32(1, 2, 3, 4, 5, 6)}, false, []float64{1, 2, 3, 4, 5, 6}},
		{"transposed", foreign{"w", "F32", []uint64{3, 2}, f32(1, 2, 3, 4, 5, 6)}, true, []float64{1, 3, 5, 2, 4, 6}},
		{"float64", foreign{"w", "F64", []uint64{2, 3}, f64(1, math.Pi, 3, 4, 5, -0.1)}, false, []float64{1, math.Pi, 3, 4, 5, -0.1}},
		{"bfloat16", foreign{"w", "BF16", []uint64{2, 3}, u16(0x3f80, 0xbf80, 0x4049, 0, 0x8000, 0x0001)}, false,
			[]float64{1, -1, 3.140625, 0, math.Copysign(0, -1), math.Ldexp(1, -133)}},
		{"half", foreign{"w", "F16", []uint64{3, 2}, u16(0x3c00, 0xc000, 0x7bff, 0x0001, 0x0400, 0x83ff)}, true,
			[]float64{1, 65504, math.Ldexp(1, -14), -2, math.Ldexp(1, -24), -1023 * math.Ldexp(1, -24)}},
		{"vector", foreign{"r", "F32", []uint64{2}, f32(1, 2)}, false, []float64{1, 2}},
		{"vector, transposed", foreign{"r", "F32", []uint64{2}, f32(1, 2)}, true, []float64{1, 2}},
		{"column as row", foreign{"r", "F32", []uint64{2, 1}, f32(1, 2)}, true, []float64{1, 2}},
		{"number", foreign{"n", "F64", nil, f64(-3)}, false, []float64{-3}},
		{"vector of one", foreign{"n", "F64", []uint64{1}, f64(-3)}, true, []float64{-3}},
	} {
		for _, dtype := range []tensor.Dtype{tensor.Float32, tensor.Float64} {
			t.Run(c.name+" to "+dtype.String(), func(t *testing.T) {
				p := newParams()
				p.Dtype = dtype
				ask(t, p, want{"w", 2, 3, nil}, want{"r", 1, 2, nil}, want{"n", 1, 1, nil})
				before := p.Get("n").Numbers()
				storage, others := p.Get(c.tensor.name).Value(), foreign{"other", "F8_E4M3", []uint64{3}, make([]byte, 3)}
				require.NoError(t, p.ImportFrom(bytes.NewReader(foreignFile(c.tensor, others)), func(param string) nn.Source {
					if param != c.tensor.name {
						return nn.Source{}
					}
					return nn.Source{Tensor: param, Transpose: c.transpose}
				}))
				want := append([]float64(nil), c.want...)
				if dtype == tensor.Float32 {
					for i, v := range want {
						want[i] = float64(float32(v))
					}
				}
				assert.Equal(t, fmt.Sprint(want), fmt.Sprint(p.Get(c.tensor.name).Numbers()), "exact, the sign of 0 too")
				assert.Same(t, storage, p.Get(c.tensor.name).Value(), "in the storage that was there")
				if c.tensor.name != "n" {
					assert.Equal(t, before, p.Get("n").Numbers(), "left as it was")
				}
			})
		}
	}
}

func TestVectorIsNoMatrix(t *testing.T) {
	p := newParams()
	ask(t, p, want{"w", 2, 3, nil})
	b := foreignFile(foreign{"w", "F32", []uint64{6}, f32(1, 2, 3, 4, 5, 6)})
	assert.ErrorContains(t, p.ImportFrom(bytes.NewReader(b), nil), `parameter "w": tensor "w" has shape [6], want (2, 3)`)
}

func TestParametersMayShareATensor(t *testing.T) {
	p := pair(t, tensor.Float32)
	b := foreignFile(foreign{"v", "F32", []uint64{2}, f32(8, 9)})
	require.NoError(t, p.ImportFrom(bytes.NewReader(b), func(string) nn.Source { return nn.Source{Tensor: "v"} }))
	assert.Equal(t, []float64{8, 9}, p.Get("a").Numbers())
	assert.Equal(t, []float64{8, 9}, p.Get("b").Numbers())
}

func TestStateIsImportedToo(t *testing.T) {
	p := newParams()
	buildGraph(t, p, apply(stateful{}, p, "", 2))
	var b bytes.Buffer
	require.NoError(t, p.Write(&b, nil))
	want := p.Get("mean").Numbers()
	require.NoError(t, p.Get("mean").Set([]float64{0, 0}))
	require.NoError(t, p.ImportFrom(&b, nil))
	assert.Equal(t, want, p.Get("mean").Numbers())
}

func TestWrongImportsNameBoth(t *testing.T) {
	rename := func(tensor string, transpose bool) func(string) nn.Source {
		return func(param string) nn.Source {
			if param == "b" {
				return nn.Source{Tensor: tensor, Transpose: transpose}
			}
			return nn.Source{Tensor: "A"}
		}
	}
	a := foreign{"A", "F32", []uint64{2}, f32(10, 20)}
	with := func(more ...foreign) []byte { return foreignFile(append([]foreign{a}, more...)...) }
	full := with(foreign{"B", "F32", []uint64{2}, f32(1, 2)})
	for _, c := range []struct {
		name string
		file []byte
		from func(string) nn.Source
		want string
	}{
		{"missing", with(), rename("B", false), `parameter "b": there is no tensor "B"`},
		{"own name is missing", with(), nil, `parameter "a": there is no tensor "a"`},
		{"shape", with(foreign{"B", "F32", []uint64{1, 2}, f32(1, 2)}), rename("B", false),
			`parameter "b": tensor "B" has shape [1 2], want (2, 1)`},
		{"transposed shape", with(foreign{"B", "F32", []uint64{2, 1}, f32(1, 2)}), rename("B", true),
			`parameter "b": tensor "B" has shape [2 1], want [1 2], the transpose of (2, 1)`},
		{"long vector", with(foreign{"B", "F32", []uint64{3}, f32(1, 2, 3)}), rename("B", false),
			`parameter "b": tensor "B" has shape [3], want (2, 1)`},
		{"three axes", with(foreign{"B", "F32", []uint64{2, 1, 1}, f32(1, 2)}), rename("B", false),
			`parameter "b": tensor "B" has shape [2 1 1], want (2, 1)`},
		{"number", with(foreign{"B", "F32", nil, f32(1)}), rename("B", false), `parameter "b": tensor "B" has shape [], want (2, 1)`},
		{"eight bits", with(foreign{"B", "F8_E5M2", []uint64{2, 1}, []byte{1, 2}}), rename("B", false),
			`parameter "b": tensor "B" has elements F8_E5M2, want F64, F32, F16 or BF16`},
		{"integers", with(foreign{"B", "I32", []uint64{2, 1}, f32(1, 2)}), rename("B", false),
			`parameter "b": tensor "B" has elements I32, want F64, F32, F16 or BF16`},
		{"NaN", with(foreign{"B", "F32", []uint64{2, 1}, f32(1, float32(math.NaN()))}), rename("B", false),
			`tensor "B": parameter "b": element (1, 0) is NaN, want a finite number`},
		{"infinite half", with(foreign{"B", "F16", []uint64{2}, u16(0xfc00, 0)}), rename("B", false), `element (0, 0) is -Inf`},
		{"half that is no number", with(foreign{"B", "F16", []uint64{2}, u16(0, 0x7c01)}), rename("B", false), `element (1, 0) is NaN`},
		{"too large for float32", with(foreign{"B", "F64", []uint64{2}, f64(0, 1e300)}), rename("B", false),
			`tensor "B": parameter "b": element (1, 0) is +Inf`},
		{"cut", full[:len(full)-3], rename("B", false), `tensor "B": the data end after 5 of its 8 bytes`},
		{"longer", append(with(), 0), rename("", false), `bytes follow the last tensor, "A"`},
		{"no file of weights", []byte("PK\x03\x04 and so on"), rename("B", false), "header: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := pair(t, tensor.Float32)
			before := bits(p)
			err := p.ImportFrom(bytes.NewReader(c.file), c.from)
			require.Error(t, err)
			assert.ErrorContains(t, err, "nn: import: ")
			assert.ErrorContains(t, err, c.want)
			assert.Equal(t, before, bits(p), "nothing changed")
		})
	}
	assert.ErrorContains(t, newParams().ImportFrom(bytes.NewReader(with()), nil), "there are no parameters yet; build the model first")
	path := filepath.Join(t.TempDir(), "nowhere")
	assert.ErrorIs(t, pair(t, tensor.Float32).Import(path, nil), fs.ErrNotExist)
	require.NoError(t, os.WriteFile(path, with(), 0o600))
	assert.ErrorContains(t, pair(t, tensor.Float32).Import(path, nil), "nn: import "+path+`: parameter "a": there is no tensor "a"`)
}

func FuzzImportFrom(f *testing.F) {
	f.Add(file(`{`+entryA+`,`+entryB+`}`, 1, 2, 3, 4))
	f.Add(foreignFile(foreign{"a", "F16", []uint64{2}, u16(1, 0x7c00)}, foreign{"b", "F64", []uint64{1, 2}, f64(1, 1e300)}))
	f.Add(foreignFile(foreign{"a", "BF16", []uint64{2}, u16(1, 2)}, foreign{"b", "U8", []uint64{2}, []byte{1, 2}}))
	f.Add(binary.LittleEndian.AppendUint64(nil, math.MaxUint64))
	f.Fuzz(func(t *testing.T, data []byte) {
		p := pair(t, tensor.Float32)
		before := bits(p)
		err := p.ImportFrom(bytes.NewReader(data), func(param string) nn.Source { return nn.Source{Tensor: param, Transpose: param == "b"} })
		if err != nil {
			require.Equal(t, before, bits(p), "nothing changed")
			return
		}
		other, err := safetensors.Deserialize(data)
		if err != nil { // that reader refuses elements that nobody asks for
			return
		}
		for q := range p.All() {
			v, ok := other.Tensor(q.Name())
			require.True(t, ok)
			for i, got := range q.Numbers() {
				require.True(t, finite(got))
				if v.DType() == safetensors.F32 {
					require.Equal(t, binary.LittleEndian.Uint32(v.Data()[4*i:]), math.Float32bits(float32(got)))
				}
			}
		}
	})
}
