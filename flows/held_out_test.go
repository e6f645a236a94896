package flows_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/optim"
)

var (
	_ optim.WithState = flows.NLL{}
	_ optim.WithCost  = flows.NLL{}
	_ optim.WithState = flows.Pathwise{}
	_ optim.WithCost  = flows.Pathwise{}
)

// A flow without blocks is its base, of which -mean log p of ±1 is log √(2π) + ½ a column.
func TestHeldOut(t *testing.T) {
	flow := &flows.Flow{Dim: 2, Params: nn.NewParams(seeded(1))}
	got, err := flow.HeldOut(data.Rows(2, 1, -1, -1, 1))(t.Context())
	require.NoError(t, err)
	assert.InDelta(t, math.Log(2*math.Pi)+1, got, 1e-6)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = flow.HeldOut(data.Rows(2, 1, -1))(ctx)
	assert.ErrorIs(t, err, context.Canceled)
}

// Rows with their conditions beside them have the densities that they have given them.
func TestHeldOutWithConditions(t *testing.T) {
	flow := &flows.Flow{Dim: 2, Cond: 1, Params: nn.NewParams(seeded(1)), Blocks: flows.FFJORD{Field: nn.MLP{Hidden: []int{4}}}}
	want, err := flow.Given(data.Rows(1, 0.5, -0.5)).LogProb(t.Context(), data.Rows(2, 1, 2, 3, 4))
	require.NoError(t, err)
	got, err := flow.HeldOut(data.Rows(3, 1, 2, 0.5, 3, 4, -0.5))(t.Context())
	require.NoError(t, err)
	assert.Equal(t, -(want[0]+want[1])/2, got)
	_, err = flow.HeldOut(data.Rows(1, 1, 2))(t.Context())
	assert.ErrorContains(t, err, "want a matrix of rows and 1 columns of their conditions")
}

func TestStateAndEvaluationsOfALoss(t *testing.T) {
	flow := &flows.Flow{Dim: 2, Params: nn.NewParams(seeded(1)), Blocks: flows.Chain{
		flows.FFJORD{Field: nn.MLP{Hidden: []int{4}}}, flows.MovingBatchNorm{},
	}}
	state := flow.NLL().State()
	require.Len(t, state, 2)
	assert.Equal(t, "block1.mean", state[0].(*nn.Param).Name())
	_, err := flow.NLL().Loss(t.Context(), data.Rows(2, 1, 2, 3, 4))
	require.NoError(t, err)
	evaluations, rejected := flow.NLL().Evaluations()
	cost := flow.NLL().Cost()
	assert.Equal(t, cost.Evaluations+cost.Backward, evaluations)
	assert.Greater(t, evaluations, 2*2*6, "rows, there and back, stages")
	assert.Equal(t, cost.Rejected, rejected)
}
