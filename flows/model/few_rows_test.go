package model_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/optim"
)

// wines draws rows of 13 correlated columns in three classes, as scaled tables of wines are.
func wines(rows int, rng *rand.Rand) *tensor.Dense {
	const dim = 13
	shape := rand.New(rand.NewPCG(7, 7)) // the same for all draws
	centres, mix := make([]float64, 3*dim), make([]float64, dim*dim)
	for i := range centres {
		centres[i] = 0.8 * shape.NormFloat64()
	}
	for i := range mix {
		mix[i] = shape.NormFloat64() / math.Sqrt(dim) / 1.5
	}
	values := make([]float64, 0, rows*dim)
	for range rows {
		class, u := rng.IntN(3), make([]float64, dim)
		for k := range u {
			u[k] = rng.NormFloat64()
		}
		for j := range dim {
			v := centres[class*dim+j]
			for k, z := range u {
				v += z * mix[k*dim+j]
			}
			values = append(values, v)
		}
	}
	return data.Rows(dim, values...)
}

// 84 rows of 13 columns are learnt by heart: after 500 epochs rows that training did not see are a good deal less
// likely than they were, by a flow without decay. A Validation leaves the flow of the best epoch.
func TestFewRowsAreNotLearntByHeart(t *testing.T) {
	epochs := 500
	if testing.Short() {
		epochs = 150
	}
	rng := rand.New(rand.NewPCG(1, 0))
	train, held := wines(84, rng), wines(200, rng)
	run := func(v *optim.Validation) float64 {
		flow := &flows.Flow{
			Dim:    13,
			Blocks: flows.FFJORD{Field: nn.MLP{Hidden: []int{64}}},
			Params: nn.NewParams(rand.New(rand.NewPCG(2, 0))),
		}
		best := math.Inf(1)
		trainer := optim.Trainer{Optimizer: &optim.Adam{LR: 1e-2}, Epochs: epochs, Batch: 84, Seed: 1, Validation: v}
		if v != nil {
			v.Loss = flow.HeldOut(held)
			trainer.Observe = func(e optim.Event) error {
				if e.Validations > 0 {
					best = min(best, e.Held)
				}
				return nil
			}
		}
		require.NoError(t, trainer.Run(t.Context(), flow.NLL(), train))
		nll, err := flow.HeldOut(held)(t.Context())
		require.NoError(t, err)
		if v != nil {
			assert.Equal(t, best, nll, "what is left is the best epoch, to the bit")
		}
		return nll
	}
	stopped, unattended := run(&optim.Validation{}), run(nil)
	assert.Greater(t, unattended, stopped+1, "without, it overfits")
	t.Logf("held-out NLL %.2f with a validation, %.2f without", stopped, unattended)
}
