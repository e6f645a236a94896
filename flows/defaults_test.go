package flows_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/toy"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/optim"
)

// Defaults alone learn the two moons, to 0.15 nats of 2000 rows.
func TestDefaultsLearn(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	moons := toy.Moons{Noise: 0.1}
	rows, heldOut, epochs, gap := 2000, 300, 0, 0.15
	if testing.Short() {
		rows, heldOut, epochs, gap = 500, 100, 40, 0.6
	}
	train := toy.Draw(moons, rows, rng)
	flow, err := flows.Defaults(train, rng)
	require.NoError(t, err)
	held := toy.Draw(moons, heldOut, rng)
	fit := optim.Defaults(rows, 2)
	fit.Limit = 0 // this test is one of its inputs alone
	if epochs > 0 {
		fit.Epochs = epochs
	}
	fit.Validation.Loss = flow.HeldOut(held)
	require.NoError(t, fit.Run(t.Context(), flow.NLL(), train))

	test := toy.Draw(moons, 2000, rng)
	nll, err := flow.HeldOut(test)(t.Context())
	require.NoError(t, err)
	floor, err := data.NLL(moons, test)
	require.NoError(t, err)
	assert.Less(t, nll-floor, gap)
}

func TestDefaultsRefuse(t *testing.T) {
	for _, rows := range []*tensor.Dense{nil, tensor.New(tensor.Of(tensor.Float64), tensor.WithShape(3))} {
		_, err := flows.Defaults(rows, nil)
		var bad *flows.InputError
		require.ErrorAs(t, err, &bad)
	}
}
