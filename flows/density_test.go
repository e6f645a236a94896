package flows_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"
	"gorgonia.org/tensor"

	"github.com/go-ffjord/ffjord/flows"
	"github.com/go-ffjord/ffjord/nn"
	"github.com/go-ffjord/ffjord/ode"
	"github.com/go-ffjord/ffjord/optim"
)

// correlated returns rows from a normal density with correlation, and its entropy in nats:
// x = L ε with L = [[1, 0], [1.2, 0.5]], h = ln 2πe + ln det L.
func correlated(n int) (x *tensor.Dense, entropy float64) {
	x = draw(seeded(21), n, 2, 1)
	v := numbers(x)
	for i := 0; i < len(v); i += 2 {
		v[i+1] = 1.2*v[i] + 0.5*v[i+1]
	}
	return x, 1 + math.Log(2*math.Pi) + math.Log(0.5)
}

// A linear flow is able to be any normal density, so that training must end at the entropy of its data.
func TestTrainingReachesTheEntropy(t *testing.T) {
	train, entropy := correlated(2048)
	f := newFlow(tensor.Float32, 2, flows.FFJORD{Field: nn.Linear{}, Solver: ode.Solver{Steps: 4}})
	trainer := optim.Trainer{Optimizer: &optim.Adam{LR: 0.05}, Rate: optim.Cosine(0.05, 0), Epochs: 50, Rand: seeded(3)}
	require.NoError(t, trainer.Run(t.Context(), f.NLL(), train))

	// The maximum-likelihood normal density is the best possible on these rows: its mean NLL is ln 2πe + ½ ln det Σ̂.
	rows := numbers(train)
	xs, ys := make([]float64, 2048), make([]float64, 2048)
	for i := range xs {
		xs[i], ys[i] = rows[2*i], rows[2*i+1]
	}
	sxx, syy, sxy := stat.Variance(xs, nil), stat.Variance(ys, nil), stat.Covariance(xs, ys, nil)
	best := 1 + math.Log(2*math.Pi) + 0.5*math.Log(sxx*syy-sxy*sxy)
	nll := -mean(logProb(t, f, train))
	assert.InDelta(t, best, nll, 2e-3, "on the rows of the training")
	assert.Greater(t, nll, best-1e-3, "nothing is better than the best, but for n-1 in place of n")
	// The mean of -log p over n rows of a normal density in two dimensions has the standard error √(2·½/n).
	assert.InDelta(t, entropy, nll, 4/math.Sqrt(2048))
}

// ring returns rows around a circle, which no linear flow fits.
func ring(n int) *tensor.Dense {
	rng := seeded(5)
	v := make([]float64, 0, 2*n)
	for range n {
		a, r := 2*math.Pi*rng.Float64(), 1.5+0.2*rng.NormFloat64()
		v = append(v, r*math.Cos(a), r*math.Sin(a))
	}
	return tensor.New(tensor.WithShape(n, 2), tensor.WithBacking(v))
}

// The density of a flow that has learnt something far from normal still integrates to one.
func TestDensityIntegratesToOne(t *testing.T) {
	block := flows.FFJORD{Field: nn.MLP{Hidden: []int{16}, Act: nn.Tanh}, Solver: ode.Solver{Steps: 6}}
	f := newFlow(tensor.Float64, 2, block)
	before := -mean(logProb(t, f, ring(512)))
	trainer := optim.Trainer{Optimizer: &optim.Adam{LR: 0.02}, Epochs: 8, Rand: seeded(3)}
	require.NoError(t, trainer.Run(t.Context(), f.NLL(), ring(1024)))
	assert.Less(t, -mean(logProb(t, f, ring(512))), before-0.2, "it has learnt")

	// The midpoint rule on a grid at whose edge the density has died out converges faster than any power of h.
	const n, edge = 80, 5.0
	h := 2 * edge / n
	var grid []float64
	for i := range n {
		for j := range n {
			grid = append(grid, -edge+(float64(i)+0.5)*h, -edge+(float64(j)+0.5)*h)
		}
	}
	var total, mass float64
	logp := logProb(t, f, tensor.New(tensor.WithShape(n*n, 2), tensor.WithBacking(grid)))
	for i, l := range logp {
		p := math.Exp(l) * h * h
		total += p
		if math.Hypot(grid[2*i], grid[2*i+1]) < 1 {
			mass += p
		}
	}
	assert.InDelta(t, 1, total, 1e-3)

	// The samples follow that density: the share inside the unit circle, within four standard errors.
	const draws = 4000
	sample, err := f.Sample(t.Context(), draws, seeded(6))
	require.NoError(t, err)
	inside := 0.
	for s := numbers(sample); len(s) > 0; s = s[2:] {
		if math.Hypot(s[0], s[1]) < 1 {
			inside++
		}
	}
	assert.InDelta(t, mass, inside/draws, 4*math.Sqrt(mass*(1-mass)/draws)+1e-3)
}
