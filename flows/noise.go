package flows

import "math/rand/v2"

// Noise draws independent numbers of mean 0 and variance 1.
type Noise interface {
	Draw(rng *rand.Rand, dst []float64)
}

// ProbeNoise names a distribution of probes.
type ProbeNoise string

// The distributions of probes. With Rademacher probes the estimate of the trace is exact for a diagonal Jacobian and
// has the smaller variance for every other.
const (
	Rademacher ProbeNoise = "rademacher" // -1 or 1 with probability 1/2
	Gaussian   ProbeNoise = "gaussian"   // N(0, 1)
)

var _ Noise = Rademacher

// Draw fills dst.
func (n ProbeNoise) Draw(rng *rand.Rand, dst []float64) {
	if n == Gaussian {
		for i := range dst {
			dst[i] = rng.NormFloat64()
		}
		return
	}
	for i := range dst {
		dst[i] = float64(2*rng.IntN(2) - 1)
	}
}
