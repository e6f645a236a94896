package flows_test

import (
	"encoding/json"
	"os"
	"path/filepath"
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

// exactly is a solver whose error drowns in the last digits of the references.
var exactly = ode.Solver{RTol: 1e-11, ATol: 1e-12}

// Models that other frameworks have saved, imported as the guide says, have the log-densities that they have there. The
// files in testdata/foreign were made with those frameworks.
func TestModelsOfOtherFrameworks(t *testing.T) {
	squashed := nn.MLP{Hidden: []int{4}, Time: nn.ConcatSquash{}}
	cnf := func(end float64) flows.FFJORD {
		return flows.FFJORD{Field: squashed, T0: end, T1: 0, Solver: exactly}
	}
	for _, c := range []struct {
		name string
		flow *flows.Flow
		from func(param string) nn.Source
	}{
		{
			// The paper's chain is norm, CNF to 0.5, norm, CNF to 0.7, norm, from the data on: here the last comes
			// first.
			"paper",
			&flows.Flow{Dim: 2, Blocks: flows.Chain{flows.MovingBatchNorm{}, cnf(0.7), flows.MovingBatchNorm{}, cnf(0.5), flows.MovingBatchNorm{}}},
			func(param string) nn.Source {
				block, rest, _ := strings.Cut(strings.TrimPrefix(param, "block"), ".")
				i, _ := strconv.Atoi(block)
				chain := "chain." + strconv.Itoa(4-i) + "."
				layer, name, inner := strings.Cut(rest, ".")
				if !inner {
					theirs := map[string]string{"mean": "running_mean", "variance": "running_var"}
					if other, ok := theirs[rest]; ok {
						rest = other
					}
					return nn.Source{Tensor: chain + rest}
				}
				theirs := map[string]string{
					"weight": "_layer.weight", "bias": "_layer.bias",
					"gate_weight": "_hyper_gate.weight", "gate_bias": "_hyper_gate.bias", "shift_weight": "_hyper_bias.weight",
				}
				return nn.Source{Tensor: chain + "odefunc.diffeq.layers." + layer + "." + theirs[name], Transpose: strings.HasSuffix(name, "weight")}
			},
		},
		{
			"zuko",
			&flows.Flow{Dim: 2, Cond: 1, Blocks: flows.FFJORD{
				Field: nn.MLP{Hidden: []int{5, 4}, Time: nn.Fourier{Freqs: 2}, Act: nn.ELU}, T0: 1, T1: 0, Solver: exactly,
			}},
			sequential("transform.ode.", 2, 0),
		},
		{
			"torchdyn",
			&flows.Flow{Dim: 2, Blocks: flows.FFJORD{
				Field: nn.MLP{Hidden: []int{5}, Time: nn.ConcatLast, Act: nn.Softplus}, T0: 1, T1: 0, Solver: exactly,
			}},
			sequential("1.vf.vf.vf.net.", 3, 1), // DepthCat, Linear, Softplus, DepthCat, Linear
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("testdata", "foreign", c.name+".json"))
			require.NoError(t, err)
			var want struct {
				X, C    [][]float64
				LogProb []float64 `json:"log_prob"`
			}
			require.NoError(t, json.Unmarshal(text, &want))
			f := c.flow
			f.Params = &nn.Params{Rand: seeded(1), Dtype: tensor.Float64}
			require.NoError(t, f.Compile())
			require.NoError(t, f.Params.Import(filepath.Join("testdata", "foreign", c.name+".safetensors"), c.from))
			var given *tensor.Dense
			if want.C != nil {
				given = matrix(want.C)
			}
			got, err := f.Given(given).LogProb(t.Context(), matrix(want.X))
			require.NoError(t, err)
			// The references were solved to 1e-13 a step, ours to 1e-11.
			assert.InDeltaSlice(t, want.LogProb, got, 1e-9)
		})
	}
}

// sequential is the rule for a Sequential of PyTorch whose linear maps are every so many modules, from first on.
func sequential(prefix string, every, first int) func(param string) nn.Source {
	return func(param string) nn.Source {
		layer, name, _ := strings.Cut(strings.TrimPrefix(param, "block0."), ".")
		i, _ := strconv.Atoi(layer)
		return nn.Source{Tensor: prefix + strconv.Itoa(first+every*i) + "." + name, Transpose: name == "weight"}
	}
}
