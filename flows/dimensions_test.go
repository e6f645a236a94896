package flows_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
)

// From one dimension to several hundred, log |det| is that of the Jacobian, whose rows the vector-Jacobian products of
// unit vectors give, and the trace's estimate by probes lies within five of its standard errors.
func TestDimensions(t *testing.T) {
	for _, dim := range briefly([]int{1, 60}, []int{1, 30, 300}) {
		t.Run(fmt.Sprint(dim), func(t *testing.T) {
			scale := 1 / math.Sqrt(float64(dim))
			block := flows.FFJORD{Field: nn.MLP{Hidden: []int{20}, Init: normal(scale)}, Solver: fine}
			f := newFlow(tensor.Float64, dim, block)
			x := draw(seeded(1), 2, dim, 1)
			z, logDet := inverse(t, f, x)
			back, _ := forward(t, f, z)
			assert.InDeltaSlice(t, numbers(x), numbers(back), 1e-6)
			for r := range 2 {
				vjp := func(ctx context.Context, x, gz *tensor.Dense, l []float64) (*tensor.Dense, *tensor.Dense, error) {
					gx, err := f.InverseVJP(ctx, x, gz, l)
					return gx, nil, err
				}
				want, sign := mat.LogDet(jacobian(t, vjp, row(x, r)))
				assert.Equal(t, 1., sign)
				assert.InDelta(t, want, logDet[r], 1e-6, "twenty steps of order five")
			}

			block.Trace = flows.Hutchinson{Probes: 16, Rand: seeded(2)}
			estimates, err := newFlow(tensor.Float64, dim, block).EstimateLogProb(t.Context(), x)
			require.NoError(t, err)
			for i, p := range logProb(t, f, x) {
				assert.InDelta(t, p, estimates[i].Mean, 5*estimates[i].StdErr+1e-9)
			}
			loss, err := newFlow(tensor.Float64, dim, block).NLL().Loss(t.Context(), x)
			require.NoError(t, err)
			assert.False(t, math.IsNaN(loss) || math.IsInf(loss, 0))
		})
	}
}
