package proposal_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/go-ffjord/ffjord/internal/proposal"
)

// The density integrates to one, and is that of the draws: by quadrature, and by the share of draws in a box.
func TestMixtureIsADensityOfItsDraws(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	for _, c := range []struct {
		name    string
		centres []float64
	}{
		{"some", []float64{0, 0, 2, 1, -1, 0.5, 1, -1}},
		{"one", []float64{0.3, 0.2}},
		{"on a line", []float64{0, 0, 1, 1, 2, 2, 3, 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := proposal.New(2, c.centres, 0.2)
			require.NoError(t, err)
			width := 0.02
			if c.name == "one" {
				width = 0.002 // it is a thirtieth as wide
			}
			var inside, total float64
			const side = 600
			for i := range side {
				for j := range side {
					x, y := c.centres[0]+(float64(i)-side/2+0.5)*width, c.centres[1]+(float64(j)-side/2+0.5)*width
					p := math.Exp(m.LogProb([]float64{x, y})) * width * width
					total += p
					if x > c.centres[0] && y > c.centres[1] {
						inside += p
					}
				}
			}
			assert.InDelta(t, 1, total, 0.05, "the tails of a t distribution reach far beyond the square")
			var n float64
			row := make([]float64, 2)
			const draws = 20000
			for range draws {
				m.Draw(rng, row)
				if row[0] > c.centres[0] && row[1] > c.centres[1] && row[0] < c.centres[0]+side/2*width && row[1] < c.centres[1]+side/2*width {
					n++
				}
			}
			assert.InDelta(t, inside, n/draws, 0.014, "four standard errors of draws")
		})
	}
}

func TestEffective(t *testing.T) {
	inf := math.Inf(-1)
	assert.InDelta(t, 4, proposal.Effective([]float64{-900, -900, -900, -900}), 1e-9)
	assert.InDelta(t, 1, proposal.Effective([]float64{3, inf, inf}), 1e-12)
	assert.InDelta(t, 9.0/5, proposal.Effective([]float64{0, math.Log(2)}), 1e-12)
	assert.Zero(t, proposal.Effective([]float64{inf, inf}))
}

func TestNewRefuses(t *testing.T) {
	_, err := proposal.New(2, []float64{1}, 0)
	assert.EqualError(t, err, "proposal: 1 numbers, want rows of 2")
	_, err = proposal.New(1, []float64{1, math.NaN()}, 0)
	assert.EqualError(t, err, "proposal: the covariance of the centres is not finite")
}
