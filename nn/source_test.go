package nn_test

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/nn"
)

// counted is a tensor with the numbers 0, 1, ...
func counted(name string, shape ...uint64) foreign {
	n := uint64(1)
	for _, d := range shape {
		n *= d
	}
	var data []byte
	for i := range n {
		data = append(data, f64(float64(i))...)
	}
	return foreign{name, "F64", shape, data}
}

func TestSourcesAreCutReshapedTransposedAndStacked(t *testing.T) {
	b := foreignFile(counted("m", 4, 3), counted("cube", 2, 3, 2), counted("v", 6), counted("row", 3), counted("long", 24))
	for _, c := range []struct {
		name       string
		rows, cols int
		source     nn.Source
		want       []float64
	}{
		{"rows", 2, 3, nn.Source{Tensor: "m", Slice: [][2]int{{1, 3}}}, []float64{3, 4, 5, 6, 7, 8}},
		{"columns", 4, 1, nn.Source{Tensor: "m", Slice: [][2]int{{}, {2, 3}}}, []float64{2, 5, 8, 11}},
		{"both, transposed", 2, 3, nn.Source{Tensor: "m", Slice: [][2]int{{1, 4}, {0, 2}}, Transpose: true}, []float64{3, 6, 9, 4, 7, 10}},
		{"reshaped", 2, 6, nn.Source{Tensor: "m", Shape: []int{2, 6}}, []float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
		{"reshaped, transposed", 6, 2, nn.Source{Tensor: "m", Shape: []int{2, 6}, Transpose: true}, []float64{0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11}},
		{"part of a vector", 1, 2, nn.Source{Tensor: "v", Slice: [][2]int{{4, 6}}}, []float64{4, 5}},
		{"one of a vector", 1, 1, nn.Source{Tensor: "v", Slice: [][2]int{{4, 5}}}, []float64{4}},
		{"matrix of a vector", 2, 3, nn.Source{Tensor: "v", Shape: []int{2, 3}}, []float64{0, 1, 2, 3, 4, 5}},
		{"one of a cube", 3, 2, nn.Source{Tensor: "cube", Slice: [][2]int{{1, 2}}, Shape: []int{3, 2}}, []float64{6, 7, 8, 9, 10, 11}},
		{"axes to rows", 6, 2, nn.Source{Tensor: "cube", Shape: []int{2, 3, 2}}, []float64{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
		{"axes turned around", 6, 2, nn.Source{Tensor: "cube", Shape: []int{2, 3, 2}, Transpose: true},
			[]float64{0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11}},
		{"stacked", 4, 3, nn.Source{Tensor: "row", Below: []nn.Source{{Tensor: "m", Slice: [][2]int{{2, 4}}}, {Tensor: "row"}}},
			[]float64{0, 1, 2, 6, 7, 8, 9, 10, 11, 0, 1, 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newParams()
			ask(t, p, want{"w", c.rows, c.cols, nil})
			require.NoError(t, p.ImportFrom(bytes.NewReader(b), func(string) nn.Source { return c.source }))
			assert.Equal(t, c.want, p.Get("w").Numbers())
		})
	}
	for _, c := range []struct {
		name   string
		source nn.Source
		want   string
	}{
		{"beyond the axis", nn.Source{Tensor: "m", Slice: [][2]int{{3, 5}}}, `tensor "m" of shape [4 3]: Slice takes 3 to 5 of axis 0, want numbers from 0 to 4 that rise`},
		{"backwards", nn.Source{Tensor: "m", Slice: [][2]int{{}, {2, 1}}}, `Slice takes 2 to 1 of axis 1`},
		{"negative", nn.Source{Tensor: "m", Slice: [][2]int{{-1, 1}}}, `Slice takes -1 to 1 of axis 0`},
		{"axes too many", nn.Source{Tensor: "v", Slice: [][2]int{{}, {}}}, `tensor "v" of shape [6]: Slice has 2 axes`},
		{"numbers too many", nn.Source{Tensor: "m", Shape: []int{2, 3}}, `tensor "m" of shape [4 3]: Shape is [2 3], and there are 12 numbers`},
		{"no shape", nn.Source{Tensor: "v", Shape: []int{-2, -3}}, `Shape is [-2 -3]`},
		{"misfit", nn.Source{Tensor: "m", Slice: [][2]int{{0, 3}}}, `parameter "w": tensor "m" has shape [4 3] and gives [3 3], want (2, 3)`},
		{"three axes without a word", nn.Source{Tensor: "cube"}, `tensor "cube" has shape [2 3 2], want (2, 3)`},
		{"pieces too few", nn.Source{Tensor: "row", Below: []nn.Source{}}, `tensor "row" has shape [3]`},
		{"pieces too many", nn.Source{Tensor: "row", Below: []nn.Source{{Tensor: "m"}}}, `parameter "w": its 2 pieces have 5 rows, want 2`},
		{"pieces of another width", nn.Source{Tensor: "row", Below: []nn.Source{{Tensor: "long"}}}, `tensor "long" has shape [24] and gives [24], want 3 columns`},
		{"piece that is missing", nn.Source{Tensor: "row", Below: []nn.Source{{Tensor: "x"}}}, `parameter "w": there is no tensor "x"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newParams()
			ask(t, p, want{"w", 2, 3, nil})
			before := bits(p)
			err := p.ImportFrom(bytes.NewReader(b), func(string) nn.Source { return c.source })
			assert.ErrorContains(t, err, c.want)
			assert.ErrorAs(t, err, new(*nn.TensorError))
			assert.Equal(t, before, bits(p))
		})
	}
}

// Hyper's doc says where the numbers of the paper's hypernetwork go; the network's values agree with its code.
func TestImportOfAHypernetwork(t *testing.T) {
	const in, out, hidden = 2, 3, 8
	l := nn.Hyper{Map: nn.Linear{Out: out}, Hidden: hidden}
	p := newParams()
	build(t, l, p, in)
	net := map[string][]float64{}
	var tensors []foreign
	for name, shape := range map[string][]uint64{"_hypernet.0.weight": {hidden, 1}, "_hypernet.0.bias": {hidden},
		"_hypernet.2.weight": {out + out*in, hidden}, "_hypernet.2.bias": {out + out*in}} {
		f := counted(name, shape...)
		for i := range len(f.data) / 8 {
			net[name] = append(net[name], math.Sin(float64(len(name)+3*i*i)))
		}
		f.data = f64(net[name]...)
		tensors = append(tensors, f)
	}
	pieces := func(from int, shape ...int) nn.Source { // W₀ or b₀, and all others below
		to := from + product(shape)
		return nn.Source{Tensor: "_hypernet.2.bias", Slice: [][2]int{{from, to}}, Shape: shape, Transpose: true, Below: []nn.Source{
			{Tensor: "_hypernet.2.weight", Slice: [][2]int{{from, to}}, Shape: append(shape, hidden), Transpose: true}}}
	}
	require.NoError(t, p.ImportFrom(bytes.NewReader(foreignFile(tensors...)), func(param string) nn.Source {
		switch param {
		case "weight":
			return pieces(out, out, in)
		case "bias":
			return pieces(0, out)
		}
		return nn.Source{Tensor: "_hypernet.0." + strings.TrimPrefix(param, "hidden."), Transpose: true}
	}))

	// params = hypernet(t); b = params[:out]; W = params[out:].view(out, in); y = x·Wᵀ + b
	got := evaluate(t, l, p, "", someRows, someTimes)
	for r, x := range someRows {
		params := append([]float64(nil), net["_hypernet.2.bias"]...)
		for i := range params {
			for k := range hidden {
				h := math.Tanh(net["_hypernet.0.weight"][k]*someTimes[r] + net["_hypernet.0.bias"][k])
				params[i] += net["_hypernet.2.weight"][i*hidden+k] * h
			}
		}
		for j := range out {
			want := params[j]
			for i := range in {
				want += x[i] * params[out+j*in+i]
			}
			assert.InDelta(t, want, got[r][j], 1e-13, "row %d, column %d: sums of some thirty terms of size 1", r, j)
		}
	}
}

func product(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// A Sequential of PyTorch counts its activations: map i is number 2 i.
func ExampleSource() {
	rule := func(param string) nn.Source {
		layer, name, _ := strings.Cut(param, ".") // "1.weight"
		i, _ := strconv.Atoi(layer)
		return nn.Source{Tensor: fmt.Sprintf("vf.%d.%s", 2*i, name), Transpose: name == "weight"}
	}
	fmt.Printf("%+v\n", rule("1.weight"))
	// Output: {Tensor:vf.2.weight Slice:[] Shape:[] Transpose:true Below:[]}
}
