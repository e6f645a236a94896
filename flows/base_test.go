package flows_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
)

var bases = []struct {
	name string
	base flows.Normal
	dim  int // for the flow; zero is the base's
}{
	{"standard", flows.Normal{}, 3},
	{"scaled", flows.Normal{Scale: []float64{0.8, 0.8}}, 0},
	{"shifted", flows.Normal{Loc: []float64{1, -2, 0}}, 0},
	{"both", flows.Normal{Loc: []float64{1, -2, 0, 0}, Scale: []float64{0.1, 3, 3, 1}}, 4},
	{"one dimension", flows.Normal{Loc: []float64{-1}, Scale: []float64{2}}, 1},
}

// moments returns the mean and covariance that a Normal should have.
func moments(b flows.Normal, dim int) (mu []float64, sigma *mat.SymDense) {
	mu = make([]float64, dim)
	copy(mu, b.Loc)
	sigma = mat.NewSymDense(dim, nil)
	for d := range dim {
		s := 1.
		if b.Scale != nil {
			s = b.Scale[d]
		}
		sigma.SetSym(d, d, s*s)
	}
	return mu, sigma
}

func TestNormal(t *testing.T) {
	for _, c := range bases {
		for _, dtype := range dtypes {
			t.Run(c.name+"/"+dtype.String(), func(t *testing.T) {
				dim := max(c.dim, c.base.Dim())
				f := &flows.Flow{Dim: c.dim, Base: c.base, Params: &nn.Params{Dtype: dtype}}
				mu, sigma := moments(c.base, dim)
				tolerance := map[tensor.Dtype]float64{tensor.Float32: 3e-6, tensor.Float64: 1e-13}[dtype]
				x := draw(seeded(1), 40, dim, 2)
				for i, p := range logProb(t, f, x) {
					var want float64
					for d, v := range numbers(x)[i*dim : (i+1)*dim] {
						want += distuv.Normal{Mu: mu[d], Sigma: math.Sqrt(sigma.At(d, d))}.LogProb(v)
					}
					assert.InDelta(t, want, p, tolerance*math.Max(1, math.Abs(want)))
				}

				const n = 20000
				sample, err := f.Sample(t.Context(), n, seeded(7))
				require.NoError(t, err)
				require.Equal(t, tensor.Shape{n, dim}, sample.Shape())
				require.Equal(t, dtype, sample.Dtype())
				m := mat.NewDense(n, dim, numbers(sample))
				var got mat.SymDense
				stat.CovarianceMatrix(&got, m, nil)
				for d := range dim {
					s := math.Sqrt(sigma.At(d, d))
					// Four standard errors: of a mean s/√n, of a (co)variance at most √2 s²/√n.
					assert.InDelta(t, mu[d], stat.Mean(mat.Col(nil, d, m), nil), 4*s/math.Sqrt(n))
					for e := range dim {
						size := s * math.Sqrt(sigma.At(e, e))
						assert.InDelta(t, sigma.At(d, e), got.At(d, e), 4*math.Sqrt2*size/math.Sqrt(n))
					}
				}
			})
		}
	}
}

// The samples of a flow are its base's carried forward.
func TestSampleIsForward(t *testing.T) {
	base := flows.Normal{Loc: []float64{1, 0}, Scale: []float64{0.5, 2}}
	f := &flows.Flow{Base: base, Params: &nn.Params{Rand: seeded(1), Dtype: tensor.Float64}, Blocks: flows.Chain{
		flows.FFJORD{Field: timed(nn.Tile, nn.Tanh, 5), Solver: fine}, // on a grid, for the trace steers steps by tolerance
		flows.FFJORD{Field: timed(nn.Concat, nn.Tanh, 5), Solver: fine},
	}}
	const n = 700
	x, err := f.Sample(t.Context(), n, seeded(3))
	require.NoError(t, err)
	z := make([]float64, 2*n)
	base.Sample(nil, seeded(3), z, 2)
	want, _ := forward(t, f, tensor.New(tensor.WithShape(n, 2), tensor.WithBacking(z)))
	assert.InDeltaSlice(t, numbers(want), numbers(x), 1e-13)
	again, err := f.Sample(t.Context(), n, seeded(3))
	require.NoError(t, err)
	assert.Equal(t, numbers(x), numbers(again), "one seed, one sample")
}
