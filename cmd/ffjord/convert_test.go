package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/flows/model"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// The rule of a chain of the FFJORD paper's code: norm, CNF, norm, CNF, norm, from the data on. Here the last comes first.
const paperRules = `[
  {"param": "block0\\.mean", "tensor": "chain.4.running_mean"},
  {"param": "block0\\.variance", "tensor": "chain.4.running_var"},
  {"param": "block0\\.(weight|bias)", "tensor": "chain.4.$1"},
  {"param": "block2\\.mean", "tensor": "chain.2.running_mean"},
  {"param": "block2\\.variance", "tensor": "chain.2.running_var"},
  {"param": "block2\\.(weight|bias)", "tensor": "chain.2.$1"},
  {"param": "block4\\.mean", "tensor": "chain.0.running_mean"},
  {"param": "block4\\.variance", "tensor": "chain.0.running_var"},
  {"param": "block4\\.(weight|bias)", "tensor": "chain.0.$1"},
  {"param": "block1\\.(\\d)\\.weight", "tensor": "chain.3.odefunc.diffeq.layers.$1._layer.weight", "transpose": true},
  {"param": "block1\\.(\\d)\\.bias", "tensor": "chain.3.odefunc.diffeq.layers.$1._layer.bias"},
  {"param": "block1\\.(\\d)\\.(gate)_weight", "tensor": "chain.3.odefunc.diffeq.layers.$1._hyper_$2.weight", "transpose": true},
  {"param": "block1\\.(\\d)\\.(gate)_bias", "tensor": "chain.3.odefunc.diffeq.layers.$1._hyper_$2.bias"},
  {"param": "block1\\.(\\d)\\.shift_weight", "tensor": "chain.3.odefunc.diffeq.layers.$1._hyper_bias.weight", "transpose": true},
  {"param": "block3\\.(\\d)\\.weight", "tensor": "chain.1.odefunc.diffeq.layers.$1._layer.weight", "transpose": true},
  {"param": "block3\\.(\\d)\\.bias", "tensor": "chain.1.odefunc.diffeq.layers.$1._layer.bias"},
  {"param": "block3\\.(\\d)\\.(gate)_weight", "tensor": "chain.1.odefunc.diffeq.layers.$1._hyper_$2.weight", "transpose": true},
  {"param": "block3\\.(\\d)\\.(gate)_bias", "tensor": "chain.1.odefunc.diffeq.layers.$1._hyper_$2.bias"},
  {"param": "block3\\.(\\d)\\.shift_weight", "tensor": "chain.1.odefunc.diffeq.layers.$1._hyper_bias.weight", "transpose": true}
]`

// TestConvertImportsAStateDict puts weights that PyTorch has written into a model of the same shape, which then has the
// log-densities that PyTorch gave.
func TestConvertImportsAStateDict(t *testing.T) {
	folder := t.TempDir()
	foreign, err := filepath.Abs(filepath.Join("..", "..", "flows", "testdata", "foreign", "paper"))
	require.NoError(t, err)
	exactly := ode.Solver{RTol: 1e-11, ATol: 1e-12}
	cnf := func(end float64) flows.FFJORD {
		return flows.FFJORD{Field: nn.MLP{Hidden: []int{4}, Time: nn.ConcatSquash{}}, T0: end, T1: 0, Solver: exactly}
	}
	flow := &flows.Flow{
		Dim:    2,
		Blocks: flows.Chain{flows.MovingBatchNorm{}, cnf(0.7), flows.MovingBatchNorm{}, cnf(0.5), flows.MovingBatchNorm{}},
		Params: &nn.Params{Rand: fixedNoise(), Dtype: tensor.Float64},
	}
	require.NoError(t, flow.Save(filepath.Join(folder, "empty.safetensors"), nil))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "rules.json"), []byte(paperRules), 0o600))

	got := ffjord(t, folder, "", "convert", foreign+".safetensors", "-into", "empty.safetensors", "-rules", "rules.json", "-o", "full.safetensors")
	require.Zero(t, got.code, got.err)
	assert.Contains(t, got.err, "block1.0.gate_weight   from chain.3.odefunc.diffeq.layers.0._hyper_gate.weight")

	text, err := os.ReadFile(foreign + ".json")
	require.NoError(t, err)
	var want struct {
		X       [][]float64
		LogProb []float64 `json:"log_prob"`
	}
	require.NoError(t, json.Unmarshal(text, &want))
	var rows []float64
	for _, x := range want.X {
		rows = append(rows, x...)
	}
	full, err := flows.Load(t.Context(), filepath.Join(folder, "full.safetensors"), nil, nil)
	require.NoError(t, err)
	logp, err := full.LogProb(t.Context(), data.Rows(2, rows...))
	require.NoError(t, err)
	assert.InDeltaSlice(t, want.LogProb, logp, 1e-9, "references solved to 1e-13 a step, ours to 1e-11")
}

// Weights written as .npz and put back into another copy of the model give the same bits; figures of the old weights are
// gone.
func TestConvertThereAndBack(t *testing.T) {
	folder := made{}.save(t)
	out := ffjord(t, folder, "", "convert", "m.safetensors", "-o", "w.npz")
	assert.Equal(t, result{0, "", "w.npz: 1 parameters, 4 numbers\n"}, out)
	list := ffjord(t, folder, "", "convert", "w.npz", "-list")
	assert.Equal(t, result{0, "block0.weight  float32  [2 2]  \n", ""}, list)

	other := made{change: func(m *model.Model) { m.Flow.Params.Get("block0.weight").Value().Data().([]float32)[0] = 9 }}.build(t)
	require.NoError(t, other.Save(filepath.Join(folder, "other.safetensors"), nil))
	got := ffjord(t, folder, "", "convert", "w.npz", "-into", "other.safetensors", "-o", "back.safetensors", "-json")
	require.Zero(t, got.code, got.err)
	assert.Contains(t, got.out, `"tensor": "block0.weight"`)

	right, err := model.Load(t.Context(), filepath.Join(folder, "m.safetensors"), nil)
	require.NoError(t, err)
	back, err := model.Load(t.Context(), filepath.Join(folder, "back.safetensors"), nil)
	require.NoError(t, err)
	assert.Equal(t, right.Flow.Params.Get("block0.weight").Value().Data(), back.Flow.Params.Get("block0.weight").Value().Data())
	assert.NotEmpty(t, right.About.LogProb.P)
	assert.Empty(t, back.About.LogProb.P)
	assert.Equal(t, right.About.Columns, back.About.Columns)

	same := ffjord(t, folder, "", "convert", "m.safetensors", "-o", "w.safetensors")
	require.Zero(t, same.code, same.err)
	params, metadata, err := nn.LoadParams(filepath.Join(folder, "w.safetensors"))
	require.NoError(t, err)
	assert.Empty(t, metadata)
	assert.Equal(t, 4, params.Count())
}

func TestConvertRefuses(t *testing.T) {
	folder := made{}.save(t)
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	write("old.pt", "\x80\x02c__main__\n")
	write("bad.json", "[\n  {\"param\": 3}\n]")
	write("comma.json", "[\n  {\"param\": \"a\",}\n]")
	write("idle.json", `[{"param": "block0\\.wait", "tensor": "w"}]`)
	write("both.json", `[{"param": "block0\\.weight", "tensor": "w", "keep": true}]`)
	write("missing.json", `[{"param": "block0\\.weight", "tensor": "w"}]`)
	write("cut.json", `[{"param": "block0\\.weight", "tensor": "block0.weight", "slice": [[0, 3]]}]`)
	into := func(rules string) []string {
		return []string{"m.safetensors", "-into", "m.safetensors", "-rules", rules, "-o", "out.safetensors"}
	}
	for _, c := range []struct {
		name string
		args []string
		code int
		err  string
	}{
		{"no output", []string{"m.safetensors"}, 2, "want an output: -o FILE, or -list"},
		{"ending", []string{"m.safetensors", "-o", "w.pt"}, 2, "-o w.pt, want a name that ends with .safetensors or .npz"},
		{"rules alone", []string{"m.safetensors", "-o", "w.npz", "-rules", "cut.json"}, 2, "-rules without -into MODEL"},
		{"pickle", []string{"old.pt", "-into", "m.safetensors", "-o", "out.safetensors"}, 1, "old.pt: a pickle, which runs code"},
		{"pickle to list", []string{"old.pt", "-list"}, 1, "old.pt: a pickle, which runs code"},
		{"kind", into("bad.json"), 1, "bad.json: json: cannot unmarshal number"},
		{"syntax", into("comma.json"), 1, "comma.json:2: invalid character"},
		{"idle", into("idle.json"), 1, `idle.json: rule 1: "block0\\.wait" is the first to match for no parameter; they are ["block0.weight"]`},
		{"both", into("both.json"), 1, `both.json: rule 1: want either "tensor" or "keep": true`},
		{"missing", into("missing.json"), 1, `parameter "block0.weight": there is no tensor "w"`},
		{"cut", into("cut.json"), 1, "Slice takes 0 to 3 of axis 0, want numbers from 0 to 2 that rise"},
		{"table", []string{"rows.csv", "-into", "m.safetensors", "-o", "out.safetensors"}, 1, "rows.csv"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ffjord(t, folder, "", append([]string{"convert"}, c.args...)...)
			assert.Equal(t, c.code, got.code, got.err)
			assert.Contains(t, got.err, c.err)
			assert.NoFileExists(t, filepath.Join(folder, "out.safetensors"))
		})
	}
}
