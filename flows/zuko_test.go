package flows_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
)

// What zuko (Rozet et al. 2022) asks of its conditional continuous flow: three features, five numbers of context, a
// network on Fourier features of the time. Its steps follow the worst number of all rows, ours each row's root mean
// square, so that the same tolerances leave more error here: ours are a tenth of its default.
func TestConditionalFlowAsZukoTestsIts(t *testing.T) {
	const dim, width = 3, 5
	rows, hidden := briefly(64, 256), briefly(16, 64)
	f := newFlow(tensor.Float64, dim, flows.FFJORD{
		Field:  nn.MLP{Hidden: []int{hidden, hidden}, Act: nn.ELU, Time: nn.Fourier{}},
		Solver: ode.Solver{RTol: 1e-6, ATol: 1e-7},
	})
	f.Cond = width
	x, c := draw(seeded(1), rows, dim, 1), draw(seeded(2), rows, width, 1)
	given := f.Given(c)

	logp, err := given.LogProb(t.Context(), x)
	require.NoError(t, err)
	require.Len(t, logp, rows)

	everyParameterHasAGradient := func() {
		t.Helper()
		for p := range f.Params.All() {
			g, err := p.Grad()
			require.NoError(t, err)
			assert.NotZero(t, largest(numbers(g.(*tensor.Dense))), p.Name())
		}
	}
	loss, err := f.NLL().Loss(t.Context(), beside(x, c))
	require.NoError(t, err)
	everyParameterHasAGradient()
	assert.InEpsilon(t, -mean(logp), loss, 1e-12, "training sees the density that evaluation does")

	z, err := f.SampleBase(rows, seeded(3))
	require.NoError(t, err)
	mean := func(_ context.Context, x *tensor.Dense, _ []float64) (float64, *tensor.Dense, []float64, error) {
		ones := x.Clone().(*tensor.Dense)
		ones.Memset(1.)
		return 0, ones, nil, nil
	}
	_, err = f.Pathwise(mean).Loss(t.Context(), beside(z, c))
	require.NoError(t, err)
	everyParameterHasAGradient()

	one := tensor.New(tensor.WithShape(1, width), tensor.WithBacking(numbers(c)[:width]))
	sample, err := f.Given(one).Sample(t.Context(), 32, seeded(4))
	require.NoError(t, err)
	assert.Equal(t, tensor.Shape{32, dim}, sample.Shape())

	z, ladj, err := given.Inverse(t.Context(), x)
	require.NoError(t, err)
	back, andBack, err := given.Forward(t.Context(), z)
	require.NoError(t, err)
	assert.InDeltaSlice(t, numbers(x), numbers(back), 1e-4)

	p, err := given.Prob(t.Context(), x)
	require.NoError(t, err)
	entropy, err := f.Given(one).Entropy(t.Context(), 300, seeded(5))
	require.NoError(t, err)
	drawn, logq, err := f.Given(one).SampleLogProb(t.Context(), 300, seeded(5))
	require.NoError(t, err)
	kl, err := f.Given(one).KL(t.Context(), f.Given(row(c, 1)).LogProb, 300, seeded(5))
	require.NoError(t, err)
	other, err := f.Given(row(c, 1)).LogProb(t.Context(), drawn)
	require.NoError(t, err)
	for i := range p {
		assert.InEpsilon(t, math.Exp(logp[i]), p[i], 1e-12)
	}
	assert.InDelta(t, -stat.Mean(logq, nil), entropy.Mean, 1e-12)
	assert.InDelta(t, stat.Mean(logq, nil)-stat.Mean(other, nil), kl.Mean, 1e-12)

	for r := range 4 {
		cond := f.Given(tensor.New(tensor.WithShape(1, width), tensor.WithBacking(numbers(c)[r*width:(r+1)*width])))
		there := jacobian(t, cond.InverseVJP, row(x, r))
		here := jacobian(t, cond.ForwardVJP, row(z, r))
		var product mat.Dense
		product.Mul(there, here)
		for i := range dim {
			for j := range dim {
				assert.InDelta(t, map[bool]float64{true: 1}[i == j], product.At(i, j), 1e-3, "Jacobians are each other's inverses")
			}
		}
		want, sign := mat.LogDet(there)
		assert.Equal(t, 1., sign)
		assert.InDelta(t, want, ladj[r], 1e-3)
		assert.InDelta(t, -want, andBack[r], 1e-3)
	}
}

// row returns row r of a matrix.
func row(x *tensor.Dense, r int) *tensor.Dense {
	dim := x.Shape()[1]
	return tensor.New(tensor.WithShape(1, dim), tensor.WithBacking(numbers(x)[r*dim:(r+1)*dim]))
}

// jacobian returns that of a map at one row, by the vector-Jacobian products of unit vectors, all in one call.
func jacobian(
	t *testing.T, vjp func(context.Context, *tensor.Dense, *tensor.Dense, []float64) (*tensor.Dense, *tensor.Dense, error), at *tensor.Dense,
) *mat.Dense {
	t.Helper()
	dim := at.Shape()[1]
	units := make([]float64, dim*dim)
	for d := range dim {
		units[d*dim+d] = 1
	}
	g, _, err := vjp(t.Context(), repeated(numbers(at), dim), tensor.New(tensor.WithShape(dim, dim), tensor.WithBacking(units)), nil)
	require.NoError(t, err)
	return mat.NewDense(dim, dim, numbers(g))
}

// beside returns the rows of a and b side by side.
func beside(a, b *tensor.Dense) *tensor.Dense {
	joint, err := a.Hstack(b)
	if err != nil {
		panic(err)
	}
	return joint
}
