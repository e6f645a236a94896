package data_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/data"
	"github.com/go-ffjord/ffjord/data/toy"
)

// normal is N(0, I), which tells its width.
type normal int

func (n normal) Dim() int { return int(n) }

func (normal) LogProb(x []float64) (l float64) {
	for _, v := range x {
		l -= v*v/2 + math.Log(2*math.Pi)/2
	}
	return l
}

// laplace is a density that does not tell its width.
type laplace struct{}

func (laplace) LogProb(x []float64) (l float64) {
	for _, v := range x {
		l -= math.Abs(v) + math.Ln2
	}
	return l
}

func TestNLL(t *testing.T) {
	for _, test := range []struct {
		name string
		p    data.LogProber
		want float64
	}{
		{"normal", normal(2), math.Log(2*math.Pi) + (25+4)/4.0},
		{"laplace", laplace{}, 2*math.Ln2 + (7+2)/2.0},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := data.NLL(test.p, table(2, 2, 3.0, -4, 0, 2))
			require.NoError(t, err)
			assert.InDelta(t, test.want, got, 1e-14) // a handful of roundings
			got, err = data.NLL(test.p, table[float32](2, 2, 3, -4, 0, 2))
			require.NoError(t, err)
			assert.InDelta(t, test.want, got, 1e-14) // the numbers are exact in float32
		})
	}
}

func TestNLLOfItsOwnRowsIsNearTheEntropy(t *testing.T) {
	m := toy.Moons{Noise: 0.06}
	got, err := data.NLL(m, toy.Draw(m, 8192, seeded(1)))
	require.NoError(t, err)
	// log p has a standard deviation of about 1, so the mean one of 0.011.
	assert.InDelta(t, m.Entropy(), got, 0.04)
}

func TestLogProbsRefuse(t *testing.T) {
	_, err := data.LogProbs(toy.Moons{Noise: 1}, counted[float64](3, 3))
	assert.EqualError(t, err, "data: rows are 3 wide, want 2")
	_, err = data.NLL(toy.Moons{Noise: 1}, nil)
	assert.EqualError(t, err, "data: table is nil")
}
