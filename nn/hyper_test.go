package nn_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/gonum/stat"

	"github.com/go-ffjord/ffjord/nn"
)

// A hyper network as PyTorch holds it, one linear layer that writes the bias and then the weight by rows (out, in),
// carries over with the index formulas of Hyper's documentation.
func TestHyperTakesPublishedWeights(t *testing.T) {
	const in, out, hidden = 2, 3, 4
	rng := rand.New(rand.NewPCG(7, 8))
	random := func(n int) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = rng.NormFloat64()
		}
		return v
	}
	first, firstBias := random(hidden), random(hidden)
	second, secondBias := random((out+out*in)*hidden), random(out+out*in)

	l, p := nn.Hyper{Map: nn.Linear{Out: out}, Hidden: hidden}, newParams()
	build(t, l, p, in)
	copy(values(p.Get("hidden.weight")), first)
	copy(values(p.Get("hidden.bias")), firstBias)
	w, b := values(p.Get("weight")), values(p.Get("bias"))
	for j := range out {
		b[j] = secondBias[j]
		for k := range hidden {
			b[(1+k)*out+j] = second[j*hidden+k]
		}
		for i := range in {
			w[i*out+j] = secondBias[out+j*in+i]
			for k := range hidden {
				w[((1+k)*in+i)*out+j] = second[(out+j*in+i)*hidden+k]
			}
		}
	}

	got := evaluate(t, l, p, "", someRows, someTimes)
	for row, x := range someRows {
		written := append([]float64(nil), secondBias...)
		for k := range hidden {
			h := math.Tanh(first[k]*someTimes[row] + firstBias[k])
			for i := range written {
				written[i] += second[i*hidden+k] * h
			}
		}
		for j := range out {
			want := written[j]
			for i := range in {
				want += written[out+j*in+i] * x[i]
			}
			assert.InDelta(t, want, got[row][j], 1e-13, "some ten terms of size up to 10, in another order")
		}
	}
}

func TestHyperStartsSmallAndConstantInTime(t *testing.T) {
	const in, out = 60, 50
	p := newParams()
	build(t, nn.Hyper{Map: nn.Linear{Out: out}}, p, in)
	assert.Equal(t, "hidden.weight 1 8, hidden.bias 1 8, weight 540 50, bias 9 50", describe(p))

	w := values(p.Get("weight"))
	mean, deviation := stat.MeanStdDev(w[:in*out], nil)
	assert.InDelta(t, 0, mean, 0.01*4/math.Sqrt(in*out), "four standard errors")
	assert.InEpsilon(t, 0.01, deviation, 4/math.Sqrt(2*in*out), "four standard errors")
	assert.Equal(t, make([]float64, 8*in*out), w[in*out:])
	assert.NotContains(t, values(p.Get("bias"))[:out], 0.)
	assert.Equal(t, make([]float64, 8*out), values(p.Get("bias"))[out:])
	assert.Equal(t, make([]float64, 8), values(p.Get("hidden.weight")))
	assert.NotContains(t, values(p.Get("hidden.bias")), 0.)

	p = newParams()
	build(t, nn.MLP{Time: nn.Hyper{Hidden: 2}, Init: nn.Constant(3), BiasInit: nn.Constant(4)}, p, 2)
	assert.Equal(t, []float64{3, 3, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0}, values(p.Get("0.weight")))
	assert.Equal(t, []float64{4, 4, 0, 0, 0, 0}, values(p.Get("0.bias")))
}
