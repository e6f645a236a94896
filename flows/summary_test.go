package flows_test

import (
	"fmt"
	"log"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

func ExampleFlow_Summary() {
	flow := &flows.Flow{
		Dim: 2,
		Blocks: flows.Chain{
			flows.FFJORD{Field: nn.MLP{Hidden: []int{64, 64}, Time: nn.ConcatSquash{}}, T1: 0.5, Trace: flows.Auto{Rand: seeded(2)}},
			flows.FFJORD{
				Field:     nn.MLP{Hidden: []int{8}, Act: nn.Softplus},
				Trace:     flows.Hutchinson{Probes: 2, Rand: seeded(2)},
				EvalTrace: flows.Exact{},
				Eval:      &ode.Solver{Steps: 20},
				Penalties: []flows.Penalty{{Of: flows.Kinetic, Weight: 0.01}},
			},
		},
		Params: nn.NewParams(seeded(1)),
	}
	text, err := flow.Summary()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(text)
	// Output:
	// a density in 2 dimensions, float32, 4924 parameters
	// base     flows.Normal{}
	// block 0  FFJORD from t = 0 to 0.5, 4872 parameters
	//          field    nn.MLP{Hidden: []int{64, 64}, Time: nn.ConcatSquash{}}
	//          trace    exact: 1.9 times the field alone in 2 dimensions
	//          solver   dopri5, each row its own steps, rtol 0.001, atol 1e-05
	// block 1  FFJORD from t = 0 to 1, 52 parameters
	//          field    nn.MLP{Hidden: []int{8}, Act: softplus}
	//          trace    in training flows.Hutchinson{Probes: 2}
	//                   elsewhere flows.Exact{}
	//          solver   in training dopri5, each row its own steps, rtol 0.001, atol 1e-05
	//                   elsewhere rk4, 20 equal steps
	//          penalty  0.01 · kinetic
}

func TestSummary(t *testing.T) {
	f := mixed()
	f.Cond = 2
	text, err := f.Summary()
	require.NoError(t, err)
	assert.Contains(t, text, "a density in 3 dimensions given 2 numbers, float64")
	assert.Contains(t, text, "block 0  flows_test.cubic{}, 3 parameters\n")
	text, err = newFlow(tensor.Float32, 2, centre{}).Summary()
	require.NoError(t, err)
	assert.Contains(t, text, "block 0  flows_test.centre{}, 4 numbers of state\n")
	_, err = (&flows.Flow{}).Summary()
	assert.EqualError(t, err, "flows: Params is nil, want the parameters of this flow, such as nn.NewParams(rng)")
}

// Long settings are told by their first few numbers, to four digits.
func TestSummaryIsBrief(t *testing.T) {
	mean := make([]float64, 60)
	for i := range mean {
		mean[i] = 1. / 3
	}
	text, err := newFlow(tensor.Float32, 60, flows.Standardize{Mean: mean}).Summary()
	require.NoError(t, err)
	assert.Contains(t, text, "block 0  flows.Standardize{Mean: []float64{0.3333, 0.3333, 0.3333, ... 60 in all}}, 60 numbers of state\n")
}
